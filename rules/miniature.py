"""What became of a rule's prediction on the small base that ships: lines made from its results."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rules.plain_yaml import load_yaml
from rules.records import parse

FILE = Path(__file__).with_suffix(".yaml")
HEADING = "Evidence in miniature"


@cache
def miniature_evidence() -> Mapping[str, tuple[str, ...]]:
    """Code -> sentences about it; rules that nothing was tried of are not in it.

    Raises:
        RecordError: the file cannot be understood.
    """
    return parse(dict[str, tuple[str, ...]], load_yaml(FILE) or {}, FILE.name)
