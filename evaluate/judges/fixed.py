"""Answers out of files: people's, from a blind page, and whatever else was written down."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from curate.errors import UserError
from evaluate.judges.judge import Question, unscored
from evaluate.rows import Key, ScoreRow
from rules.records import parse_json, record
from train.stamps import file_digest

ANSWERS_BYTES = 2**28


@record
class Given:
    """One answer.

    Attributes:
        value: points, or 1 and 0; None where it is not to be seen.
        repeat: 0, or the number of another look at the same picture.
    """

    key: Key
    attribute: str
    value: float | None = None
    label: str | None = None
    vector: tuple[float, ...] | None = None
    repeat: int = 0


@record
class GivenFile:
    """A file of answers.

    Attributes:
        who: a name or a number of whoever answered.
    """

    version: Literal[1] = 1
    who: str = ""
    answers: tuple[Given, ...]


def read_given(path: Path) -> GivenFile:
    """Read a file of answers.

    Raises:
        UserError: there is none.
        RecordError: it cannot be understood.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file of answers; a blind page writes one")
    if path.stat().st_size > ANSWERS_BYTES:
        raise UserError(f"{path}: is over {ANSWERS_BYTES:,} bytes")
    return parse_json(GivenFile, path.read_bytes(), str(path))


class Written:
    """A file as a judge: what it does not answer stays unscored.

    Args:
        kind: `people` or `fixed`.
        path: of the file.
    """

    def __init__(self, kind: str, path: Path) -> None:
        given = read_given(path)
        self.id = f"{kind}:{given.who or path.stem}:{file_digest(path)[:12]}"
        self._by_picture: dict[tuple[str, int], list[Given]] = {}
        self._names = tuple(dict.fromkeys(one.attribute for one in given.answers))
        for one in given.answers:
            self._by_picture.setdefault((one.key, one.repeat), []).append(one)

    def judge(self, questions: Sequence[Question]) -> Iterator[tuple[ScoreRow, ...]]:
        """The answers of each picture."""
        for question in questions:
            given = self._by_picture.get((question.key, question.repeat), [])
            known = {one.attribute for one in given}
            missing = [name for name in self._names if name not in known]
            yield (
                *(self._row(one) for one in given),
                *unscored(question, self.id, missing, "not answered"),
            )

    def close(self) -> None:
        """Nothing is held."""

    def _row(self, one: Given) -> ScoreRow:
        empty = one.value is None and one.label is None and one.vector is None
        return ScoreRow(
            key=one.key,
            judge=self.id,
            attribute=one.attribute,
            value=one.value,
            label=one.label,
            vector=one.vector,
            state="invisible" if empty else "scored",
            repeat=one.repeat,
        )


def as_json(who: str, answers: Mapping[tuple[str, str], float | None]) -> str:
    """A file of answers as text: (key, attribute) -> value."""
    plain = [
        {"key": key, "attribute": attribute, "value": value}
        for (key, attribute), value in answers.items()
    ]
    return json.dumps({"version": 1, "who": who, "answers": plain}, indent=1)
