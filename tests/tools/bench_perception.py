"""How well the embedded model sees: `make bench-perception`.

On figures whose hair, outfits and styles training never had, on renders of a character that
nobody trained on, on drawings against their tags, and on the shipped datasets. Everything goes
through the code that users run. Writes `docs/perception/`.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from curate.classify.calibration import (
    area_under_curve,
    calibration_error,
    choose_threshold,
    macro_f1,
)
from curate.classify.embedded import Embedded
from curate.classify.labels import HEADS
from curate.classify.prepare import read_prepared
from curate.classify.search import rank, text_embedding
from curate.classify.train.export import known_pictures
from curate.classify.train.samples import IGNORED
from curate.session import open_dataset
from rules.model import Seen
from rules.statistics import wilson_interval

ROOT = Path(__file__).parents[2]
MATERIAL = ROOT.parent / "shared" / "data"
OUT = ROOT / "docs" / "perception"
HALVES = ROOT / "tests" / "curate" / "classify" / "godette-halves.json"
SETS = ("keichan-v1", "keichan-v2", "keichan-v3", "kanachan")
FRESH, FRESH_SEED = 2000, 800_000
TARGET = 0.95
BATCH = 64
mpl.use("Agg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What is true of a picture, what was seen, how surely, and whether it was said."""

    file: str
    truth: str
    label: str
    p: float
    said: bool

    @property
    def right(self) -> bool:
        """Tell whether the best guess is true."""
        return self.truth == self.label


def looked(eyes: Embedded, squares: Sequence[Any]) -> list[Seen]:
    """See prepared pictures."""
    seen: list[Seen] = []
    for start in range(0, len(squares), BATCH):
        seen += eyes.classify(list(squares[start : start + BATCH])).seen
    return seen


def guesses_of(
    seen: Iterable[Seen], truths: Iterable[Mapping[str, str]], files: Iterable[str]
) -> dict[str, list[Guess]]:
    """Head -> guesses, of pictures whose truth is known."""
    result: dict[str, list[Guess]] = {head: [] for head in HEADS}
    for sight, truth, file in zip(seen, truths, files, strict=True):
        for head, label in truth.items():
            evidence = getattr(sight, head)
            guess = Guess(
                file=file,
                truth=label,
                label=evidence.label,
                p=evidence.p,
                said=not evidence.abstained,
            )
            result[head].append(guess)
    return {head: guesses for head, guesses in result.items() if guesses}


def fresh(eyes: Embedded) -> dict[str, list[Guess]]:
    """Guesses about figures with reserved hair, outfits and styles."""
    workers = os.cpu_count() or 1
    plain = known_pictures("test", FRESH_SEED, FRESH, eyes.prepare.side, workers, worn=False)
    truths = [
        {h: HEADS[h][index] for h, index in picture.labels.items() if index != IGNORED}
        for picture in plain
    ]
    names = [str(number) for number in range(len(plain))]
    return guesses_of(looked(eyes, [picture.square for picture in plain]), truths, names)


POSES = {
    "standing": "upright",
    "contrapposto": "posed",
    "arms_raised": "posed",
    "walking": "walk",
    "running": "run",
    "sitting": "sit",
    "kneeling": "kneel",
    "lying": "lie",
}
FRAMINGS = {"full_body": "full", "cowboy_shot": "cowboy", "bust_up": "bust", "face_closeup": "face"}
ELEVATIONS = {"low_angle": "below", "eye_level": "eye", "high_angle": "above"}


def godette_truth(label: Mapping[str, Any]) -> dict[str, str]:
    """What is true of a render, in our words."""
    framing = FRAMINGS[label["framing"]]
    truth = {"framing": framing, "view": label["view"]}
    truth["elevation"] = ELEVATIONS[label["elev_class"]]
    if framing in {"full", "cowboy"}:
        truth["pose"] = POSES[label["pose"]]
        upright = truth["pose"] == "upright"
        truth["upright"] = "upright" if upright else "not upright"
    return truth


def sideless(label: str) -> str:
    """The renders' labels know no side of a view from behind."""
    return "back_three_quarter" if label in {"back_left", "back_right"} else label


def godette(eyes: Embedded) -> dict[str, list[Guess]]:
    """Guesses about the renders."""
    folder = MATERIAL / "godette-renders"
    labels = json.loads((folder / "labels.json").read_text())
    files = [label["file"] for label in labels]
    squares = [read_prepared(eyes.prepare, str(folder / file)) for file in files]
    seen = looked(eyes, squares)
    found = guesses_of(seen, map(godette_truth, labels), files)
    found["view"] = [replace(g, label=sideless(g.label)) for g in found["view"]]
    return found


def told_by_halves(guesses: Sequence[Guess], first: frozenset[str]) -> tuple[int, int]:
    """Right and said, with the threshold of each half chosen on the other."""
    right = said = 0
    for other in (False, True):
        known = [g for g in guesses if (g.file in first) != other]
        p = np.array([g.p for g in known])
        limit = choose_threshold(p, np.array([g.right for g in known]), TARGET, certain=False)
        spoken = [g for g in guesses if (g.file in first) == other and g.p >= limit]
        right += sum(g.right for g in spoken)
        said += len(spoken)
    return right, said


def shipped(eyes: Embedded) -> dict[str, list[Guess]]:
    """Guesses about the shipped datasets."""
    squares, truths, names = [], [], []
    for name in SETS:
        folder = ROOT / "datasets" / name
        for stem, truth in json.loads((folder / "figures-truth.json").read_text()).items():
            squares.append(read_prepared(eyes.prepare, str(folder / f"{stem}.png")))
            names.append(f"{name}/{stem}")
            told = {head: truth[head] for head in ("framing", "view", "elevation")}
            if told["framing"] in {"full", "cowboy"}:
                told["pose"] = truth["pose"]
                told["upright"] = "upright" if truth["pose"] == "upright" else "not upright"
            truths.append(told)
    return guesses_of(looked(eyes, squares), truths, names)


def share(k: int, n: int) -> str:
    """K of n with its interval."""
    low, high = wilson_interval(k, n)
    return f"{k}/{n} = {k / max(n, 1):.3f} ({low:.2f}-{high:.2f})"


def rows_of(found: Mapping[str, list[Guess]]) -> list[str]:
    """A table's rows: accuracy, macro-F1, calibration, and what was said."""
    rows = []
    for head, guesses in found.items():
        labels = np.array([labels_of(head).index(g.truth) for g in guesses])
        best = np.array([labels_of(head).index(g.label) for g in guesses])
        p = np.array([g.p for g in guesses])
        right = labels == best
        said = [g for g in guesses if g.said]
        error = calibration_error(p, right)
        rows.append(
            f"| {head} | {share(int(right.sum()), len(right))} | {macro_f1(labels, best):.3f} "
            f"| {error:.3f} | {len(said) / len(guesses):.2f} "
            f"| {share(sum(g.right for g in said), len(said))} |"
        )
    return rows


def labels_of(head: str) -> list[str]:
    """Labels of a head and those that renders use."""
    return [*HEADS[head], "back_three_quarter"]


def upright_area(found: Mapping[str, list[Guess]]) -> float:
    """Area under the curve of upright against posed, or against all others."""
    guesses = found["upright"]
    score = np.array([g.p if g.label == "upright" else 1 - g.p for g in guesses])
    return area_under_curve(score, np.array([g.truth == "upright" for g in guesses]))


HEADER = (
    "| head | right | macro-F1 | ECE | coverage | right where said |\n"
    "| --- | --- | --- | --- | --- | --- |"
)


def declared_of(folder: Path) -> dict[str, dict[str, str]]:
    """Stem -> what the tags of a drawing say of it."""
    dataset = open_dataset(str(folder), measure=True, cache_dir=Path(mkdtemp())).dataset
    axes = ("framing", "view", "elevation", "pose")
    return {
        picture.path: {
            axis: said[0].label for axis in axes if (said := picture.declared.get(axis, ()))
        }
        for picture in dataset.pictures
    }


def drawings(eyes: Embedded) -> list[str]:
    """Lines on real drawings: what was said against their tags."""
    folder = MATERIAL / "wikipe-tan"
    lines = []
    for path, told in sorted(declared_of(folder).items()):
        square = read_prepared(eyes.prepare, str(folder / path))
        seen = looked(eyes, [square])[0]
        said = {
            axis: getattr(seen, axis)
            for axis in ("framing", "view", "elevation", "pose")
            if not getattr(seen, axis).abstained
        }
        words = ", ".join(f"{axis} {e.label} {e.p:.2f}" for axis, e in said.items()) or "nothing"
        wrong = [a for a, e in said.items() if a in told and told[a] != e.label]
        lines.append(f"{Path(path).name}: says {words}; tags say {told}; wrong: {wrong}")
    return lines


def coverage_of(guesses: Sequence[Guess]) -> tuple[list[float], list[float]]:
    """Share of pictures spoken of, and how many of them are right, from the surest on."""
    order = sorted(guesses, key=lambda g: -g.p)
    right = np.cumsum([g.right for g in order])
    number = np.arange(1, len(order) + 1)
    return list(number / len(order)), list(right / number)


def draw_plots(name: str, found: Mapping[str, list[Guess]]) -> None:
    """Confusions, reliability and coverage of every head, as one picture."""
    heads = list(found)
    figure, axes = plt.subplots(3, len(heads), figsize=(3.1 * len(heads), 9.2))
    for column, head in enumerate(heads):
        guesses = found[head]
        labels = sorted({g.truth for g in guesses} | {g.label for g in guesses})
        table = np.zeros((len(labels), len(labels)))
        for g in guesses:
            table[labels.index(g.truth), labels.index(g.label)] += 1
        shares = table / table.sum(axis=1, keepdims=True).clip(min=1)
        top, middle, low = axes[:, column]
        top.imshow(shares, vmin=0, vmax=1, cmap="Blues")
        for (row, other), count in np.ndenumerate(table):
            if count:
                colour = "white" if shares[row, other] > 0.5 else "black"
                top.text(other, row, int(count), ha="center", va="center", fontsize=6, color=colour)
        top.set_xticks(range(len(labels)), labels, rotation=90, fontsize=6)
        top.set_yticks(range(len(labels)), labels, fontsize=6)
        top.set_title(f"{head} (rows: truth)", fontsize=9)
        p = np.array([g.p for g in guesses])
        right = np.array([g.right for g in guesses])
        edges = np.linspace(0, 1, 11)
        for low_edge, high_edge in pairwise(edges):
            here = (p > low_edge) & (p <= high_edge)
            if here.sum() >= 5:
                middle.plot(p[here].mean(), right[here].mean(), "o", color="tab:blue", ms=4)
        middle.plot([0, 1], [0, 1], color="grey", lw=0.8)
        middle.set_xlabel("probability", fontsize=8)
        covered, accuracy = coverage_of(guesses)
        low.plot(covered, accuracy, color="tab:blue")
        low.axhline(0.95, color="grey", lw=0.8, ls=":")
        low.set_ylim(0.4, 1.02)
        low.set_xlabel("share spoken of", fontsize=8)
    axes[1, 0].set_ylabel("right", fontsize=8)
    axes[2, 0].set_ylabel("right among them", fontsize=8)
    figure.tight_layout()
    OUT.mkdir(parents=True, exist_ok=True)
    figure.savefig(OUT / f"{name}.png", dpi=80)
    plt.close(figure)


def tell(title: str, name: str, found: Mapping[str, list[Guess]]) -> None:
    """Print a table and keep its plots."""
    print(f"\n## {title}\n\n{HEADER}")
    print("\n".join(rows_of(found)))
    print(f"\nupright AUC {upright_area(found):.3f}")
    draw_plots(name, found)


QUERIES: Mapping[str, Callable[[Mapping[str, str]], bool]] = {
    "a girl seen from behind": lambda truth: truth["view"].startswith("back"),
    "a portrait of a girl": lambda truth: truth["framing"] == "face",
    "full body, a girl sitting": lambda truth: truth.get("pose") == "sit",
}


def text_search(eyes: Embedded) -> list[str]:
    """How many of the ten pictures nearest to some words show what they say."""
    known = known_pictures("test", FRESH_SEED + 50_000, 200, eyes.prepare.side, 1, worn=False)
    truths = [
        {h: HEADS[h][index] for h, index in picture.labels.items() if index != IGNORED}
        for picture in known
    ]
    looks = eyes.classify([picture.square for picture in known])
    embeddings = dict(zip(map(str, range(200)), looks.embeddings, strict=True))  # type: ignore[arg-type]
    lines = []
    for text, fits in QUERIES.items():
        best = rank(embeddings, text_embedding(eyes.clip, text), limit=10)
        hits = sum(fits(truths[int(name)]) for name, _ in best)
        among = sum(map(fits, truths))
        lines.append(f"`{text}`: {hits} of the first 10, {among} of all 200 are")
    return lines


def main() -> None:
    """Measure everything and print it."""
    eyes = Embedded()
    tell("Fresh figures", "fresh", fresh(eyes))
    tell("Shipped datasets", "shipped", shipped(eyes))
    print("\n## Search by words\n")
    print("\n".join(text_search(eyes)))
    if not MATERIAL.is_dir():
        print("\nthe renders and drawings are not beside the project: not measured")
        return
    found = godette(eyes)
    tell("Renders", "renders", found)
    first = frozenset(json.loads(HALVES.read_text())["first"])
    for head, guesses in found.items():
        right, said = told_by_halves(guesses, first)
        print(f"{head}: said {said} of {len(guesses)}, right {share(right, said)}")
    print("\n## Drawings\n")
    print("\n".join(drawings(eyes)))


if __name__ == "__main__":
    main()
