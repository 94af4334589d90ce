"""A set of pictures on disk: PNG files, captions beside them, and the truth of all in one file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from curate.figures.batch import in_processes
from curate.figures.captions import CaptionPlan, caption
from curate.figures.draw import draw
from curate.figures.figure import Figure
from curate.figures.spec import FiguresSpec, figures_of
from curate.figures.truth import Truth
from rules.records import to_plain, write_atomically

TRUTH_NAME = "figures-truth.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One picture to be made."""

    name: str
    figure: Figure
    size: tuple[int, int]
    folder: Path
    wanted: str | None
    caption: CaptionPlan | None
    full_truth: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a job: its labels, and a complaint where they are not what was wanted."""

    name: str
    labels: dict[str, object]
    complaint: str | None


def labels_of(truth: Truth) -> dict[str, object]:
    """Give the short form of the truth that goes into `figures-truth.json`."""
    return {
        "framing": truth.framing,
        "view": truth.view,
        "elevation": truth.elevation,
        "pose": truth.pose,
        "variant": truth.variant,
        "expression": truth.expression,
        "outfit": truth.outfit,
        "azimuth": truth.azimuth,
        "camera_elevation": round(truth.camera_elevation, 2),
        "head_box": truth.head_box,
        "figure_box": truth.figure_box,
        "features": {
            name: {"pixels": feature.pixels, "viewer_side": feature.viewer_side}
            for name, feature in truth.features.items()
            if feature.visible
        },
    }


def make(job: Job) -> Done:
    """Draw one picture and write it with its caption."""
    drawing = draw(job.figure, *job.size)
    path = job.folder / f"{job.name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(drawing.picture).save(path, optimize=True)
    if job.caption is not None:
        rng = np.random.default_rng([job.figure.seed, len(job.name), int(path.stem)])
        text = caption(drawing.truth, job.caption, rng)
        path.with_suffix(".txt").write_text(text + "\n", encoding="utf-8")
    complaint = None
    if job.wanted is not None and drawing.truth.framing != job.wanted:
        complaint = f"{job.name}: wanted framing {job.wanted}, drew {drawing.truth.framing}"
    labels = to_plain(drawing.truth) if job.full_truth else labels_of(drawing.truth)
    return Done(name=job.name, labels=labels, complaint=complaint)


def _plan(plan: CaptionPlan | None, omit: tuple[str, ...]) -> CaptionPlan | None:
    return None if plan is None else replace(plan, omit=(*plan.omit, *omit))


def jobs_of(spec: FiguresSpec, folder: Path) -> list[Job]:
    """List the pictures of a set."""
    return [
        Job(
            name=str(Path(shot.folder) / f"{number:04d}"),
            figure=figure,
            size=shot.size,
            folder=folder,
            wanted=figure.camera.framing if shot.framing else None,
            caption=_plan(spec.caption, shot.omit),
            full_truth=spec.truth == "full",
        )
        for shot, number, figure in figures_of(spec)
    ]


def draw_set(spec: FiguresSpec, folder: Path, workers: int = 1) -> Iterator[Done]:
    """Draw a set into a folder, picture by picture; the truth file is written last."""
    done = []
    for result in in_processes(make, jobs_of(spec, folder), workers):
        done.append(result)
        yield result
    folder.mkdir(parents=True, exist_ok=True)
    text = ",\n".join(f"  {json.dumps(one.name)}: {json.dumps(one.labels)}" for one in done)
    write_atomically(folder / TRUTH_NAME, f"{{\n{text}\n}}\n".encode())


def num_pictures(spec: FiguresSpec) -> int:
    """Count the pictures of a set."""
    return sum(shot.count for shot in spec.shots)
