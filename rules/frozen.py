"""Frozen, slotted, keyword-only dataclasses that cost little to define and little to make.

`dataclass(frozen=True)` compiles six methods for every class, which takes half a millisecond, and
fills instances by name. There is a class for the options of every rule, and an instance for every
tag: here one method is compiled, and it fills the slots themselves.
"""

import dataclasses
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

C = TypeVar("C")


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,)
)
def frozen(cls: type[C]) -> type[C]:
    """Make a class a frozen, slotted dataclass whose arguments are named.

    Compared, hashed, shown, copied and pickled as any frozen dataclass. Fields are all compared
    and all arguments of the constructor; `__post_init__` is not called.
    """
    for name, method in _METHODS.items():
        if name not in vars(cls):
            setattr(cls, name, method)
    # dataclass would look the signature up for a docstring that nobody reads.
    cls.__doc__ = cls.__doc__ or cls.__name__
    make = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)
    made: Any = make(cls)
    made.__init__ = _constructor(made)
    made._values = attrgetter(*made.__dataclass_fields__ or ["__class__"])  # noqa: SLF001 - ours
    # Last: until here the class is written to, though only its instances are frozen.
    made.__setattr__ = made.__delattr__ = _refuse
    frozen_class: type[C] = made
    return frozen_class


def _constructor(cls: type) -> Callable[..., None]:
    """An `__init__` that fills every slot by its own descriptor."""
    scope: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    arguments, lines = [], []
    for field in dataclasses.fields(cls):
        name = field.name
        scope[f"_set_{name}"] = getattr(cls, name).__set__
        if field.default_factory is not dataclasses.MISSING:
            scope[f"_make_{name}"] = field.default_factory
            arguments.append(f"{name}=MISSING")
            lines.append(f"_set_{name}(self, _make_{name}() if {name} is MISSING else {name})")
            continue
        if field.default is dataclasses.MISSING:
            arguments.append(name)
        else:
            scope[f"_default_{name}"] = field.default
            arguments.append(f"{name}=_default_{name}")
        lines.append(f"_set_{name}(self, {name})")
    signature = ", ".join(["self", "*", *arguments] if arguments else ["self"])
    body = "".join(f"\n    {line}" for line in lines or ["pass"])
    exec(f"def __init__({signature}):{body}", scope)  # noqa: S102 - names of fields, nothing else
    constructor: Callable[..., None] = scope["__init__"]
    constructor.__qualname__ = f"{cls.__qualname__}.__init__"
    constructor.__annotations__ = {field.name: field.type for field in dataclasses.fields(cls)}
    return constructor


def _refuse(self: object, name: str, value: object = None) -> NoReturn:  # noqa: ARG001 - assigning and deleting
    raise dataclasses.FrozenInstanceError(
        f"cannot change `{name}`: {type(self).__name__} is frozen"
    )


def _equal(self: Any, other: Any) -> Any:  # noqa: ANN401 - instances of any such class
    if self.__class__ is not other.__class__:
        return NotImplemented
    return self._values(self) == self._values(other)


def _hash(self: Any) -> int:  # noqa: ANN401 - the same
    return hash(self._values(self))


def _shown(self: Any) -> str:  # noqa: ANN401 - the same
    values = (f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({', '.join(values)})"


def _state(self: Any) -> tuple[Any, ...]:  # noqa: ANN401 - the same
    return tuple(getattr(self, name) for name in self.__dataclass_fields__)


def _restore(self: Any, state: tuple[Any, ...]) -> None:  # noqa: ANN401 - the same
    for name, value in zip(self.__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, value)


_METHODS: Mapping[str, Callable[..., Any]] = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _shown,
    "__getstate__": _state,
    "__setstate__": _restore,
}
