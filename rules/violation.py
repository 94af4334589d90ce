"""What a rule says: violations, abstentions, and fixes of captions."""

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum

from rules.records import record

Scalar = str | int | float | bool | None
EvidenceValue = Scalar | list["EvidenceValue"] | dict[str, "EvidenceValue"]


class Severity(StrEnum):
    """How bad a finding is; ordered by `rank`."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return RANKS[self]


RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@record
class Edit:
    """A replacement of `text[start:end]` in a caption file's decoded text."""

    start: int
    end: int
    replacement: str


@record
class Fix:
    """A mend of one caption file; pictures are never touched.

    Attributes:
        path: the file that is read.
        edits: ordered, not overlapping.
        safe: whether it can be applied without asking.
        encoding: what the file is decoded with; it is always written as UTF-8.
        target: the file that is written, where it is another one.
    """

    path: str
    edits: tuple[Edit, ...] = ()
    safe: bool
    encoding: str = "utf-8"
    target: str | None = None

    def apply(self, text: str) -> str:
        """The text with all edits done."""
        pieces: list[str] = []
        done = 0
        for edit in sorted(self.edits, key=lambda edit: edit.start):
            pieces += [text[done : edit.start], edit.replacement]
            done = edit.end
        return "".join([*pieces, text[done:]])


@record
class Violation:
    """What a rule says of a picture, or of the whole set.

    Attributes:
        message: the numbers first, then what they mean.
        evidence: the same numbers for machines.
        advice: what to do, in the imperative.
        paths: of one picture (or its caption, where the fault is the caption's), or of every
            picture that was counted.
        severity: where it differs from the rule's.
        picture: sha256 of the picture, which makes the fingerprint survive a renaming.
        key: what tells several findings of one rule apart.
        span: start and end of the fault in the caption file's text.
        fixes: of each caption file that can be mended.
    """

    message: str
    evidence: Mapping[str, EvidenceValue]
    advice: str
    paths: tuple[str, ...]
    severity: Severity | None = None
    picture: str | None = None
    key: str = ""
    span: tuple[int, int] | None = None
    fixes: tuple[Fix, ...] = ()


@record
class Abstention:
    """What a rule could not judge: n of m pictures, and why."""

    reason: str
    count: int
    total: int


Said = Iterator[Violation | Abstention]


def fingerprint(code: str, picture: str | None, key: str) -> str:
    """Names a finding across runs: 16 hex digits of what it is about, not of where it lies."""
    return hashlib.sha256(f"{code}\n{picture or ''}\n{key}".encode()).hexdigest()[:16]
