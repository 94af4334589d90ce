"""Tags that people set in the FiftyOne App, as answers."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from evaluate.spec.cells import Attribute
from evaluate.verdicts.evidence import BROKEN

# `rating:4` is said of the character as a whole, `reject:hands` of what is broken.
RATING, REJECT = "rating", "reject"
MOST = {"score": 5, "yes_no": 1}
TAG = re.compile(r"([^:]+):(.+)")


class Read(NamedTuple):
    """What tags say: (picture, attribute) -> points, and the tags that say nothing."""

    answers: Mapping[tuple[str, str], float]
    others: tuple[str, ...]


def read_tags(
    tags: Mapping[str, Iterable[str]], attributes: Mapping[str, Attribute], identity: str
) -> Read:
    """Read `ATTRIBUTE:POINTS`, `rating:POINTS` and `reject:WHAT`.

    Args:
        tags: picture -> its tags.
        attributes: that are judged.
        identity: the one that a rating is of.
    """
    answers: dict[tuple[str, str], float] = {}
    others: dict[str, None] = {}
    for key, some in tags.items():
        for tag in some:
            found = _read(tag, attributes, identity)
            if found is None:
                others[tag] = None
            else:
                answers[key, found[0]] = found[1]
    return Read(answers, tuple(others))


def _read(tag: str, attributes: Mapping[str, Attribute], identity: str) -> tuple[str, float] | None:
    parts = TAG.fullmatch(tag)
    if parts is None:
        return None
    if parts[1] == REJECT:
        return BROKEN, 1.0
    name = identity if parts[1] == RATING else parts[1]
    one = attributes.get(name)
    if one is None or not parts[2].isdecimal() or int(parts[2]) > MOST[one.kind]:
        return None
    return name, float(parts[2])
