"""`evaluate browse`: the matrix in FiftyOne, a group a prompt and seed, a slice a checkpoint."""

import signal
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from curate.browse.connection import fiftyone
from curate.browse.window import ADDRESS, free_port
from evaluate.judges.fixed import as_json
from evaluate.judges.tagging import RATING, REJECT, read_tags
from evaluate.outputs.layout import Grid, Shown, grid_of
from evaluate.panel import disagreements
from evaluate.session import Opened, evidence_of
from rules.quoting import counted, some_of
from rules.records import write_atomically

TARGET = "target"
GROUP = "block"
TAGS = "tags.json"


def browse(opened: Opened, *, remote: bool, port: int | None) -> Iterator[str]:
    """Open the App until somebody ends it.

    Raises:
        UserError: the port is taken, FiftyOne is missing, or its database fails.
    """
    port = free_port(port)
    grid = grid_of(opened, evidence_of(opened))
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    with fiftyone() as fo:
        dataset = fill(fo, opened, grid, f"{opened.spec.name} evaluation")
        with warnings.catch_warnings(action="ignore"):
            app = fo.launch_app(dataset, remote=True, address=ADDRESS, port=port, auto=False)
        where = f"http://{ADDRESS}:{port}"
        told = f"ssh -L {port}:{ADDRESS}:{port} THIS_MACHINE, then {where}" if remote else where
        click.echo(f"{counted(len(grid.rows), 'group')}: {told}; Ctrl-C ends it", err=True)
        try:
            ended.wait()
        finally:
            with warnings.catch_warnings(action="ignore"):
                app.close()
        tags = tags_of(dataset)
    yield from keep_tags(opened, tags)
    yield "closed"


def tags_of(dataset: Any) -> dict[str, list[str]]:  # noqa: ANN401 - FiftyOne has no types
    """Picture -> what people tagged it with."""
    slices = [name for name in dataset.group_slices if name != TARGET]
    flat = dataset.select_group_slices(slices, _allow_mixed=True)
    keys, tags = flat.values(["key", "tags"])
    return {key: list(some) for key, some in zip(keys, tags, strict=True) if some}


def keep_tags(opened: Opened, tags: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Write tags down as answers of a judge; raises OSError."""
    found = read_tags(tags, opened.spec.attributes, opened.spec.identity)
    if found.others:
        wanted = f"{RATING}:POINTS, {REJECT}:WHAT or ATTRIBUTE:POINTS"
        yield f"note: {some_of(found.others)} says nothing of what is judged; wanted: {wanted}"
    if found.answers:
        path = opened.spec.folder / TAGS
        write_atomically(path, as_json("tags", found.answers).encode())
        yield f"wrote {path}: {counted(len(found.answers), 'answer')} that people gave as tags"
        yield f"they are a judge: `- {{kind: people, answers: {path}}}`"


def fill(fo: Any, opened: Opened, grid: Grid, name: str) -> Any:  # noqa: ANN401 - FiftyOne has no types
    """The dataset of a run, made anew; what people tagged before stays with its picture.

    Slices are the target, the base and every checkpoint; views show what judges disagree about,
    what is broken and what nobody could score.
    """
    tags: dict[str, list[str]] = {}
    if fo.dataset_exists(name):
        tags = tags_of(fo.load_dataset(name))
        fo.delete_dataset(name)
    dataset = fo.Dataset(name, persistent=True)
    columns = [*([TARGET] if opened.references else []), *grid.columns]
    dataset.add_group_field(GROUP, default=columns[-1])
    apart = {found.key for found in disagreements(opened.scores)}
    samples = []
    for number, row in enumerate(grid.rows):
        group = fo.Group()
        if opened.references:
            path = opened.references[number % len(opened.references)]
            samples.append(fo.Sample(filepath=str(path), **{GROUP: group.element(TARGET)}))
        for column in grid.columns:
            shown = grid.cells.get((row, column))
            if shown is not None and shown.path is not None:
                sample = _sample(fo, opened, shown, group.element(column), apart)
                sample.tags = tags.get(shown.key, [])
                samples.append(sample)
    dataset.add_samples(samples, progress=False)
    flat = dataset.select_group_slices(list(grid.columns), _allow_mixed=True)
    for view, field in (("disagreements", "apart"), ("breaks", "broken"), ("unscored", "unscored")):
        dataset.save_view(view, flat.match({field: True}), overwrite=True)
    return dataset


def _sample(fo: Any, opened: Opened, shown: Shown, element: Any, apart: set[str]) -> Any:  # noqa: ANN401 - the same
    cell = shown.cell
    sample = fo.Sample(
        filepath=str(shown.path.resolve() if shown.path else ""),
        **{GROUP: element},
        arm=cell.arm,
        checkpoint=cell.checkpoint or cell.arm,
        epoch=cell.epoch if cell.epoch is not None else -1,
        format=cell.format,
        scene=cell.scene,
        seed=cell.seed,
        key=shown.key,
        composite=shown.score,
        unscored=not shown.scored,
        apart=shown.key in apart,
        broken=False,
    )
    for attribute, rows in opened.scores_of(shown.key).items():
        last = rows[-1]
        if attribute == "broken":
            sample["broken"] = bool(last.value)
        elif last.value is not None:
            sample[f"score_{_field(attribute)}"] = last.value
        elif last.label is not None:
            sample[f"seen_{_field(attribute)}"] = last.label
    return sample


def _field(attribute: str) -> str:
    """A name that a database takes."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in attribute).lower()
