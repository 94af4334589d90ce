"""Colours of parts in boxes: a median in Lab, and whether a part has two tones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluate.judges.judge import Question, unscored
from evaluate.rows import ScoreRow
from evaluate.spec.judges import Box, ColourJudge
from evaluate.verdicts.colour_drift import COLOUR, TWO_TONE
from train.stamps import key_of

VERSION = 1
# Pixels of a part that a mixture is fitted to.
SAMPLE = 2_000
LEAST_SHARE = 0.2


class Colours:
    """Measures boxes, which are the same in every picture of a scene."""

    def __init__(self, settings: ColourJudge) -> None:
        self._boxes = settings.boxes
        boxes = sorted((part, list(box)) for part, box in settings.boxes.items())
        self.id = f"colour:{VERSION}:{key_of(boxes)[:12]}"

    def judge(self, questions: Sequence[Question]) -> Iterator[tuple[ScoreRow, ...]]:
        """Colour and tones of every part."""
        for question in questions:
            try:
                measured = measure(question.path, self._boxes)
            except (OSError, SyntaxError, ValueError) as error:
                names = [COLOUR + part for part in self._boxes]
                yield unscored(question, self.id, names, f"unreadable picture: {error}")
                continue
            rows = []
            for part, (lab, tones) in measured.items():
                same: Mapping[str, Any] = {
                    "key": question.key,
                    "judge": self.id,
                    "repeat": question.repeat,
                }
                rows.append(ScoreRow(**same, attribute=COLOUR + part, vector=lab))
                rows.append(ScoreRow(**same, attribute=TWO_TONE + part, value=tones))
            yield tuple(rows)

    def close(self) -> None:
        """Nothing is held."""

    def targets(self, references: Iterable[Path]) -> dict[str, tuple[float, ...]]:
        """Part -> its median colour over the references."""
        found = [measure(path, self._boxes) for path in references]
        return {
            part: tuple(np.median([one[part][0] for one in found], axis=0).tolist())
            for part in (self._boxes if found else {})
        }


def measure(
    path: Path, boxes: Mapping[str, Box]
) -> dict[str, tuple[tuple[float, float, float], float]]:
    """Part -> median Lab (D65), and by how much two tones of it differ (CIEDE2000), 0 for one.

    Raises:
        OSError, ValueError: the picture cannot be read.
    """
    from skimage.color import rgb2lab

    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"), np.float64) / 255
    found = {}
    for part, box in boxes.items():
        lab_pc = rgb2lab(_cut(pixels, box)).reshape(-1, 3)
        left, a, b = (round(float(value), 2) for value in np.median(lab_pc, axis=0))
        found[part] = ((left, a, b), round(two_tones(lab_pc), 2))
    return found


def _cut(pixels: NDArray[np.float64], box: Box) -> NDArray[np.float64]:
    height, width = pixels.shape[:2]
    left, top, right, bottom = box
    x0, x1 = int(left * width), max(int(left * width) + 1, int(right * width))
    y0, y1 = int(top * height), max(int(top * height) + 1, int(bottom * height))
    return pixels[y0:y1, x0:x1]


def two_tones(lab_pc: NDArray[np.float64]) -> float:
    """CIEDE2000 between the components of a part; 0 where one of them is below a fifth."""
    from skimage.color import deltaE_ciede2000
    from sklearn.mixture import GaussianMixture  # type: ignore[import-untyped]

    if len(np.unique(lab_pc, axis=0)) < 3:  # noqa: PLR2004 - a mixture of two wants three points
        return 0.0
    step = max(1, len(lab_pc) // SAMPLE)
    fitted = GaussianMixture(2, covariance_type="diag", random_state=0).fit(lab_pc[::step])
    if fitted.weights_.min() < LEAST_SHARE:
        return 0.0
    return float(deltaE_ciede2000(*fitted.means_))  # type: ignore[no-untyped-call]
