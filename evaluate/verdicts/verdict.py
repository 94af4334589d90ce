"""What a verdict says, and in which words."""

import math
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from rules.records import record

Word = Literal["confirmed", "suspect", "fluke", "no_difference", "undetermined"]
WORDS: tuple[Word, ...] = ("confirmed", "suspect", "fluke", "no_difference", "undetermined")
# Words that no more seeds are asked for.
DECIDED = frozenset({"confirmed", "no_difference", "fluke"})
# Outcomes that never come with one of them.
UNDECIDED = frozenset(
    {"open", "gap", "grade_D", "unscored", "base_medium", "pulled", "not_excluded"}
)
Grade = Literal["A", "B", "C", "D"]
GRADE_A, GRADE_B, GRADE_C = 8, 5, 3
# With so few seeds nothing is confirmed.
SUSPECT_UP_TO = 3


@record
class Said:
    """A verdict as its function gives it; the engine adds who said it and how sure one may be.

    Attributes:
        subject: of what: a checkpoint, an attribute, an angle, or two of them.
        word: how sure.
        outcome: what was found, in the vocabulary of this verdict: `plateau`, `impossible`.
        says: one sentence with its numbers.
        n: seeds.
        formats: how many were averaged; None where the question is not averaged over them.
        estimate: the number that it is about.
        interval: 95% bounds of it.
        p: of the test that decided.
        numbers: whatever else was computed.
        images: pictures to look at.
        advice: what to do.
        more_seeds: how many seeds would decide it; 0 where none would.
        fact: whether it follows from files, so that no seed adds to it.
    """

    subject: str
    word: Word
    outcome: str
    says: str
    n: int
    fact: bool = False
    formats: int | None = None
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    numbers: Mapping[str, float | str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    advice: str | None = None
    more_seeds: int = 0


@record
class Verdict:
    """A verdict as it is kept.

    Attributes:
        code: EVL001 to EVL030.
        name: of the verdict.
        rule: code and version of the definition.
        grade: A from 8 seeds and 2 formats on, B from 5, C from 3, else D.
        predicted_by: codes of the linter that would have foretold it.
        calibrated: whether its judges were held against people.
    """

    code: str
    name: str
    rule: str
    subject: str
    word: Word
    outcome: str
    says: str
    n: int
    grade: Grade
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    numbers: Mapping[str, float | str] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    advice: str | None = None
    more_seeds: int = 0
    predicted_by: tuple[str, ...] = ()
    calibrated: bool = False


@record
class Skipped:
    """A verdict that could not be asked, and why."""

    code: str
    name: str
    reason: str


@record
class VerdictFile:
    """The whole of verdicts.json.

    Attributes:
        version: of this format.
        plan: hash of the plan that was judged.
        judges: ids of whoever scored.
        judge_stamp: what the judges' qualification says of them.
        unscored: pictures that a judge could not score, by the reason.
    """

    version: Literal[1] = 1
    tool: str
    name: str
    plan: str
    judges: tuple[str, ...]
    judge_stamp: str
    verdicts: tuple[Verdict, ...]
    skipped: tuple[Skipped, ...] = ()
    unscored: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def bounds(interval: tuple[float, float]) -> tuple[float, float] | None:
    """An interval as a record keeps it; None where it has no end."""
    low, high = interval
    return (low, high) if math.isfinite(low) and math.isfinite(high) else None


def share(k: int, n: int) -> str:
    """`3 of 4`, for sentences."""
    return f"{k} of {n}"


def grade(n: int, formats: int | None) -> Grade:
    """How much evidence there is: by seeds, and by formats where they were averaged."""
    if n < GRADE_C or formats == 1:
        return "D"
    if n >= GRADE_A and formats != 1:
        return "A"
    return "B" if n >= GRADE_B else "C"
