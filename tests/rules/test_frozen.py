"""Records behave as frozen dataclasses of the standard library do."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from rules.frozen import frozen


@frozen
class Ours:
    """A class of three fields."""

    name: str
    number: int = 1
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The same from the standard library."""

    name: str
    number: int = 1
    tags: list[str] = field(default_factory=list)


@frozen
class Nothing:
    """A class without fields."""


Constructor = Callable[..., Any]
BOTH = pytest.mark.parametrize("cls", [Ours, Theirs])


@BOTH
def test_defaults_are_filled_in_and_never_shared(cls: Constructor) -> None:
    one, other = cls(name="a"), cls(name="b", number=2)
    assert (one.name, one.number, one.tags) == ("a", 1, [])
    assert (other.name, other.number) == ("b", 2)
    assert one.tags is not other.tags


@BOTH
def test_instances_are_compared_by_class_and_values(cls: Constructor) -> None:
    assert cls(name="a") == cls(name="a")
    assert cls(name="a") != cls(name="b")
    assert cls(name="a") != Nothing()
    assert Nothing() == Nothing()


@BOTH
def test_instances_with_hashable_values_are_keys(cls: Constructor) -> None:
    assert len({cls(name="a", tags=()), cls(name="a", tags=()), cls(name="b", tags=())}) == 2
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        hash(cls(name="a"))
    assert len({Nothing(), Nothing()}) == 1


@BOTH
def test_an_instance_is_shown_as_it_is_made(cls: Constructor) -> None:
    assert repr(cls(name="a", tags=["x"])) == f"{cls.__name__}(name='a', number=1, tags=['x'])"


@BOTH
def test_nothing_can_be_assigned_or_deleted(cls: Constructor) -> None:
    one = cls(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="name"):
        one.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="name"):
        del one.name
    assert not hasattr(one, "__dict__")


@BOTH
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "missing 1 required keyword-only argument: 'name'"),
        ({"name": "a", "size": 2}, "unexpected keyword argument 'size'"),
    ],
)
def test_wrong_arguments_are_named(cls: Constructor, given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        cls(**given)


@BOTH
def test_copies_are_equal_and_apart(cls: Constructor) -> None:
    one = cls(name="a", tags=["x"])
    deep = copy.deepcopy(one)
    assert deep == one
    assert deep.tags is not one.tags
    assert copy.copy(one).tags is one.tags
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own bytes
    assert dataclasses.replace(one, number=7) == cls(name="a", number=7, tags=["x"])


@pytest.mark.parametrize("cls", [Ours, Theirs])
def test_fields_and_their_types_can_be_read(cls: type[Ours | Theirs]) -> None:
    assert [f.name for f in dataclasses.fields(cls)] == ["name", "number", "tags"]
    assert cls.__init__.__annotations__["number"] is int
