"""What an experiment came to, as it is kept; light, so that pages are made without torch."""

import json
from collections.abc import Mapping
from pathlib import Path

from evaluate.experiments.effects import Found, Word
from rules.records import parse_json, record, to_plain, write_atomically

# Of a probe, balanced: chance is .5. What is read worse decides nothing.
LEAST_SKILL = 0.75


@record
class Row:
    """What was counted in the pictures of one condition of one training.

    Attributes:
        key: of everything that decided it.
        values: one a picture: 1 where it shows the label, 0 where not, None where nobody would say.
    """

    key: str
    condition: str
    training: int
    values: tuple[float | None, ...]


@record
class Outcome:
    """An experiment that was run.

    Attributes:
        base: sha256 of the transformer.
        readers: ids of those who read its pictures, each of a classifier and its probes.
        seed: of its first dataset, training and picture.
        quick: whether it was run with fewer trainings and seeds than its spec says.
        word: of the whole prediction.
        skills: condition -> how well a probe reads its label; what heads of the classifier read is
            not listed.
    """

    name: str
    claim: int
    title: str
    codes: tuple[str, ...]
    prediction: str
    base: str
    readers: tuple[str, ...]
    seed: int
    quick: bool
    word: Word
    found: tuple[Found, ...]
    skills: Mapping[str, float]
    rows: tuple[Row, ...]


def write_outcome(outcome: Outcome, folder: Path) -> None:
    """Keep an outcome as JSON; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    plain: Mapping[str, object] = to_plain(outcome)
    write_atomically(folder / f"{outcome.name}.json", (json.dumps(plain, indent=1) + "\n").encode())


def read_outcomes(folder: Path) -> tuple[Outcome, ...]:
    """The outcomes in a folder by the numbers of their claims; raises RecordError."""
    files = sorted(folder.glob("*.json"))
    found = [parse_json(Outcome, file.read_bytes(), file.name) for file in files]
    return tuple(sorted(found, key=lambda outcome: outcome.claim))
