"""A WD14-type tagger from local files: an ONNX model and the table of its tags.

Shape legend: n pictures, s side, t tags.
"""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from curate.classify.classifier import Looks
from curate.classify.naming import digest, file_sha256, one_line, plain
from curate.classify.prepare import WHITE, Prepare, Square
from curate.classify.tag_table import FILE, load_mapping, read_tags, see_by_tags
from curate.errors import UserError

TABLE = "selected_tags.csv"
# Almost every model of this sort is called so, in a folder that bears its name.
NAMELESS = "model"
DIMENSIONS = 4


class Tagger:
    """A model that gives each of its tags a probability."""

    def __init__(self, path: Path, table: Path) -> None:
        """Load it.

        Raises:
            UserError: onnxruntime is missing, or a file is none of a tagger.
        """
        self._session = _load(path)
        self._mapping = load_mapping()
        self._tags = read_tags(table)
        (given, *others), (made, *_) = self._session.get_inputs(), self._session.get_outputs()
        shape = given.shape
        if others or len(shape) != DIMENSIONS or shape[1] != shape[2] or shape[3] != len("RGB"):
            raise UserError(f"--tagger: {path}: wanted an input of N x S x S x 3, found {shape}")
        if isinstance(made.shape[-1], int) and made.shape[-1] != len(self._tags):
            raise UserError(
                f"--tags: {table}: has {len(self._tags):,} tags, the model {made.shape[-1]:,}; "
                "they belong to different taggers"
            )
        self._input, self._one_by_one = given.name, shape[0] == 1
        self.prepare = Prepare(side=int(shape[1]), ground=WHITE)
        name = path.resolve().parent.name if path.stem == NAMELESS else path.stem
        contents = file_sha256(path).encode(), table.read_bytes(), FILE.read_bytes()
        self.id = f"tagger:{plain(name)}:{digest(*contents)}"

    def classify(self, squares: list[Square]) -> Looks:
        """What is seen in prepared pictures."""
        # Channels in the order of OpenCV, 0 to 255, as these models were trained.
        pixels_nss3 = np.stack(squares)[..., ::-1].astype(np.float32)
        parts = np.split(pixels_nss3, len(squares)) if self._one_by_one else [pixels_nss3]
        scores_nt = np.concatenate(
            [self._session.run(None, {self._input: part})[0] for part in parts]
        )
        if scores_nt.min() < 0 or scores_nt.max() > 1:  # logits
            scores_nt = 1 / (1 + np.exp(-scores_nt.astype(np.float64)))
        rows = (dict(zip(self._tags, map(float, row), strict=True)) for row in scores_nt)
        return Looks(seen=[see_by_tags(row, self._mapping, self.id) for row in rows])


def load_tagger(path: Path, table: Path | None) -> Tagger:
    """The tagger that `--tagger` and `--tags` name.

    Raises:
        UserError: it does not load.
    """
    for option, place in (("--tagger", path), ("--tags", table)):
        if place is not None and not place.is_file():
            raise UserError(f"{option}: {place}: no such file")
    return Tagger(path, table or path.with_name(TABLE))


def _load(path: Path) -> Any:  # noqa: ANN401 - onnxruntime has no types
    if importlib.util.find_spec("onnxruntime") is None:
        raise UserError("--tagger needs onnxruntime: `pip install 'lora-curate[tagger]'`")
    import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise UserError(f"--tagger: {path}: is no ONNX model: {one_line(error)}") from error
