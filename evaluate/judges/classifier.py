"""What looks at training pictures looks at drawn ones: the same code, the same labels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.classify.classifier import Classifier
from curate.classify.embedded import Embedded
from curate.classify.naming import is_there
from curate.classify.prepare import UnreadablePicture, read_prepared
from curate.errors import UserError
from evaluate.judges.judge import Question, unscored
from evaluate.rows import ScoreRow
from evaluate.spec.judges import ClassifierJudge
from evaluate.verdicts.evidence import HEAD
from rules.model import Evidence, Seen

BATCH = 32
AXES = ("framing", "view", "elevation", "pose", "expression", "mouth", "upright")
Vectors = dict[str, NDArray[np.float32]]


def load_classifier(settings: ClassifierJudge, folder: Path) -> Classifier:
    """The classifier of a judge.

    Raises:
        UserError: there is none, or it does not load.
    """
    if settings.clip_model is not None:
        from curate.classify.open_clip_model import load_open_clip

        return load_open_clip(settings.clip_model, folder)
    if not is_there():
        raise UserError(
            "judges: this version brings no classifier of its own; name one with "
            "`{kind: classifier, clip_model: ViT-B-32}`, a file or a folder"
        )
    return Embedded()


class ClassifierLooks:
    """A classifier as a judge: pose and camera, the height of the head, and embeddings.

    Attributes:
        id: the classifier's own.

    Args:
        classifier: see there.
        keep: takes the embeddings of each batch before its rows count as said, so that an
            interruption loses none of a picture that is not asked about again.
    """

    def __init__(self, classifier: Classifier, keep: Callable[[Vectors], None]) -> None:
        self._classifier = classifier
        self._keep = keep
        self.id = classifier.id

    def judge(self, questions: Sequence[Question]) -> Iterator[tuple[ScoreRow, ...]]:
        """Labels of each picture; what it would rather not say is not to be seen."""
        for start in range(0, len(questions), BATCH):
            group = questions[start : start + BATCH]
            squares, readable = [], []
            for question in group:
                try:
                    squares.append(read_prepared(self._classifier.prepare, str(question.path)))
                    readable.append(question)
                except UnreadablePicture as error:
                    yield unscored(question, self.id, AXES, str(error))
            if not readable:
                continue
            looks = self._classifier.classify(squares)
            if looks.embeddings is not None:
                keys = (question.key for question in readable)
                self._keep(dict(zip(keys, looks.embeddings, strict=True)))
            for question, seen in zip(readable, looks.seen, strict=True):
                yield tuple(self._rows(question, seen))

    def look_at(self, files: Mapping[str, Path]) -> None:
        """Keep the embeddings of other pictures by their names; what cannot be read has none."""
        questions = [Question(key=name, path=path) for name, path in files.items()]
        for _ in self.judge(questions):
            pass

    def close(self) -> None:
        """Nothing is held."""

    def _rows(self, question: Question, seen: Seen) -> Iterator[ScoreRow]:
        same: Mapping[str, Any] = {
            "key": question.key,
            "judge": self.id,
            "repeat": question.repeat,
        }
        for axis in AXES:
            found: Evidence | None = getattr(seen, axis)
            if found is None:
                continue
            yield ScoreRow(
                **same,
                attribute=axis,
                label=None if found.abstained else found.label,
                state="invisible" if found.abstained else "scored",
                evidence=f"p {found.p:.2f}" if found.p is not None else "",
            )
        if seen.head_height is not None:
            with Image.open(question.path) as picture:
                height = picture.height
            yield ScoreRow(**same, attribute=HEAD, value=round(seen.head_height * height, 1))
