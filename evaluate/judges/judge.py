"""What a judge is asked, and what every judge has in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evaluate.rows import ScoreRow
from evaluate.spec.cells import Attribute


@dataclass(frozen=True, kw_only=True)
class Question:
    """One picture to judge. It says nothing of who it is, nor of the checkpoint.

    Attributes:
        key: of the picture.
        path: where it lies.
        repeat: 0, or the number of another look.
    """

    key: str
    path: Path
    repeat: int = 0


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is the same for every picture of a run.

    Attributes:
        attributes: id -> what is judged.
        references: held-out pictures of the character.
        secret: words that no request may hold: the character's name and trigger.
    """

    attributes: Mapping[str, Attribute]
    references: tuple[Path, ...] = ()
    secret: tuple[str, ...] = ()


class Judge(Protocol):
    """Somebody or something that looks at pictures."""

    @property
    def id(self) -> str:
        """Short and readable, and another one for whatever would answer otherwise."""

    def judge(self, questions: Sequence[Question]) -> Iterator[tuple[ScoreRow, ...]]:
        """Rows of each picture as they come, in any order; every picture has some.

        Raises:
            UserError: the judge cannot be asked at all.
            BudgetStop: its budget is spent.
        """

    def close(self) -> None:
        """Let go of whatever it holds."""


def unscored(
    question: Question, judge: str, attributes: Sequence[str], reason: str
) -> tuple[ScoreRow, ...]:
    """Rows that say why a picture has no scores."""
    return tuple(
        ScoreRow(
            key=question.key,
            judge=judge,
            attribute=name,
            state="unscored",
            reason=reason,
            repeat=question.repeat,
        )
        for name in attributes
    )
