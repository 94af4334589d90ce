"""Sample number -> picture and targets, the same for a seed on every run.

Shape legend: s side of the model's input, j joints.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors import safe_open

from curate.classify.drawn import EXPRESSION_LABELS, OPEN_MOUTHS, UNCLEAR_MOUTHS
from curate.classify.labels import HEADS
from curate.classify.train.augment import company, scan, vary
from curate.classify.train.drawn import EXPRESSIONS, POSES, shard_path
from curate.classify.train.places import make_place
from curate.classify.train.recipe import Phase
from curate.classify.train.saying import say
from curate.classify.train.scene import NAMES, Scene
from curate.figures.truth import BEHIND, elevation_of

UPRIGHT = ("not upright", "upright")
BODIES = frozenset({"cowboy", "full"})
IGNORED = -100
ALONE, NOBODY = 0.92, 0.03
GREY = 128
PART_CELLS = 12
FAR_OUT = -1e4
LARGE = ("picture", "parts")

Arrays = dict[str, NDArray[Any]]


def scene_of(arrays: Mapping[str, NDArray[Any]]) -> Scene:
    """Make a scene of what `drawn` wrote down of one figure."""
    width, height = (int(side) for side in arrays["size"])
    joints = arrays["joints"].copy()
    joints[(joints == BEHIND).all(axis=1)] = FAR_OUT
    return Scene(
        picture=arrays["picture"][:height, :width],
        parts=arrays["parts"][:height, :width],
        joints=joints,
        joints_3d=arrays["joints_3d"],
        axes=arrays["axes"],
        azimuths=arrays["azimuths"],
        elevation=float(arrays["elevation"]),
        head_box=tuple(map(int, arrays["head_box"])),  # type: ignore[arg-type]
        figure_box=tuple(map(int, arrays["figure_box"])),  # type: ignore[arg-type]
    )


class Shards:
    """Drawn figures by number; files stay mapped, so only what is asked for is read."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self._open: dict[int, Any] = {}
        self._small: dict[int, Arrays] = {}
        self._words: dict[int, list[str]] = {}

    def scene(self, index: int) -> tuple[Scene, int, int]:
        """Give a figure's scene, pose and expression."""
        shard, row = divmod(index, self.size)
        if shard not in self._open:
            file: Any = safe_open(shard_path(self.folder, shard), "numpy")  # it has no types
            self._open[shard] = {name: file.get_slice(name) for name in LARGE}
            small = set(file.keys()) - set(LARGE)
            self._small[shard] = {name: file.get_tensor(name) for name in small}
        large = {name: slices[row : row + 1][0] for name, slices in self._open[shard].items()}
        known = {name: values[row] for name, values in self._small[shard].items()}
        return scene_of({**large, **known}), int(known["pose"]), int(known["expression"])

    def words(self, index: int) -> dict[str, Any]:
        """Give what can be said of a figure."""
        shard, row = divmod(index, self.size)
        if shard not in self._words:
            text = shard_path(self.folder, shard).with_suffix(".jsonl").read_text()
            self._words[shard] = text.splitlines()
        words: dict[str, Any] = json.loads(self._words[shard][row])
        return words


def fit(scene: Scene, side: int) -> tuple[NDArray[np.uint8], float, tuple[int, int]]:
    """Bring a picture onto a square canvas, in its middle; give the scale and the corner, too."""
    width, height = scene.size
    scale = side / max(width, height)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    image = Image.fromarray(np.ascontiguousarray(scene.picture))
    canvas = np.full((side, side, 3), GREY, np.uint8)
    left, top = (side - w) // 2, (side - h) // 2
    canvas[top : top + h, left : left + w] = np.asarray(
        image.resize(
            (w, h),
            Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC,
            reducing_gap=None,
        )
    )
    return canvas, scale, (left, top)


def labels_of(scene: Scene, pose: int, expression: int) -> dict[str, int]:
    """Give the index of every head's label, `IGNORED` where the picture does not tell."""
    drawn = EXPRESSIONS[expression]
    told = {
        "framing": scene.framing,
        "view": scene.view,
        "elevation": elevation_of(scene.elevation),
    }
    if scene.framing in BODIES:
        told |= {"pose": POSES[pose], "upright": UPRIGHT[POSES[pose] == "upright"]}
    if scene.face_in_sight and drawn in EXPRESSION_LABELS:
        told["expression"] = EXPRESSION_LABELS[drawn]
    if scene.face_in_sight and drawn not in UNCLEAR_MOUTHS:
        told["mouth"] = "open" if drawn in OPEN_MOUTHS else "closed"
    return {
        head: labels.index(told[head]) if head in told else IGNORED
        for head, labels in HEADS.items()
    }


class Samples:
    """A map from sample numbers to samples, for torch's DataLoader."""

    def __init__(self, shards: Shards, phase: Phase, seed: int, numbers: Sequence[int]) -> None:
        self.shards = shards
        self.figures = shards.size * phase.shards
        self.phase = phase
        self.side = phase.side
        self.seed = seed
        self.numbers = numbers

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self.numbers)

    @cached_property
    def _orders(self) -> dict[int, NDArray[np.intp]]:
        return {}

    def _figure(self, number: int) -> int:
        """Walk through all figures in a new order each time round."""
        turn, place = divmod(number, self.figures)
        if turn not in self._orders:
            self._orders[turn] = np.random.default_rng([self.seed, 1, turn]).permutation(
                self.figures
            )
        return int(self._orders[turn][place])

    def __getitem__(self, place: int) -> dict[str, Any]:
        """Give a sample by its place among the numbers."""
        number = self.numbers[place]
        rng = np.random.default_rng([self.seed, 2, number])
        index = self._figure(number)
        scene, pose, expression = self.shards.scene(index)
        scene = vary(scene, rng, self.phase.plain)
        chance = rng.random()
        count = 1
        if chance > ALONE:
            count = 2 if chance < 1 - NOBODY else 0
        if count == 2:
            other, _, _ = self.shards.scene(int(rng.integers(self.figures)))
            scene = company(scene, other, rng)
        sample = self._targets(scene, pose, expression, alone=count == 1)
        canvas, words = sample.pop("canvas"), self.shards.words(index)
        if count == 0:
            canvas = make_place((self.side, self.side), rng)
        worn = scan(canvas, rng) if rng.random() < self.phase.worn else canvas
        sample["picture"] = np.array(worn)
        sample["count"] = np.float32(count)
        sample["text"] = say(words, scene, rng) if count == 1 else ""
        return sample

    def _targets(self, scene: Scene, pose: int, expression: int, *, alone: bool) -> dict[str, Any]:
        canvas, scale, corner = fit(scene, self.side)
        labels = labels_of(scene, pose, expression)
        here = np.float32(scale) * scene.joints + np.array(corner, np.float32)
        width, height = scene.size
        x0, y0, x1, y1 = scene.figure_box
        head = (scene.head_box[3] - scene.head_box[1]) / height
        cells = np.zeros((PART_CELLS, PART_CELLS), np.int64)
        step = (np.arange(PART_CELLS) + 0.5) * self.side / PART_CELLS
        rows = ((step - corner[1]) / scale).astype(int)
        columns = ((step - corner[0]) / scale).astype(int)
        ok = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))[None]
        found = scene.parts[
            np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)[None]
        ]
        cells[ok] = found[ok]
        return {
            "canvas": canvas,
            **{name: label if alone else IGNORED for name, label in labels.items()},
            "alone": np.float32(alone),
            "box": np.array([x0 / width, y0 / height, x1 / width, y1 / height, head], np.float32),
            "joints": (here / self.side).astype(np.float32),
            "inside": scene.inside.astype(np.float32),
            "depth": np.array(scene.joints_3d),
            "axes": np.array(scene.axes),
            "parts": cells if alone else np.full_like(cells, IGNORED),
        }


NUM_JOINTS = len(NAMES)
