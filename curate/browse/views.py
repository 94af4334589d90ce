"""What the App offers at once: saved views, the order of fields, the workspace."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from curate.browse.fields import ABSTAINED, SHOT, UNKNOWN, Label, Row, axes
from curate.browse.library import OURS
from rules.records import record

BY_US = "written by curate: "
COLOURS = "#4c9be8 #f28e2b #59a14f #e15759 #b07aa1 #76b7b2 #edc948 #ff9da7 #9c755f #bab0ac".split()
MUTED = "#6b7280"
VAGUE = (UNKNOWN, ABSTAINED)
UNCLASSIFIED = "unclassified"
ALIKE = "near-duplicates"
UPSCALED = "upscaled busts"
WORKSPACE = "pose distribution"
# Most telling first: the histogram opens on it.
FIRST_AXES = ("pose", "framing", "view", "elevation")
SMALL_FRAMINGS = ("face", "bust")
MAP = "phash_map"
MAP_PANEL = "look_alike_map"


@record
class Wanted:
    """A saved view: its name, what it is for, and which samples.

    It names no pictures: a list of 100,000 would be more than a database takes in one piece.
    """

    name: str
    why: str
    field: str = ""
    label: str = ""
    sort_by: str | None = None


def wanted_views(rows: Sequence[tuple[str, Row]], names: dict[str, str]) -> Iterator[Wanted]:
    """The views that a dataset has something for.

    Args:
        rows: path and fields of each picture.
        names: code -> name of the rules that found something.
    """
    for axis in ordered_axes():
        labels = Counter(label.label for _, row in rows if isinstance(label := row[axis], Label))
        for label, number in sorted(labels.items(), key=lambda pair: -pair[1]):
            if label not in VAGUE:
                why = f"{number} of {len(rows)} pictures"
                yield Wanted(name=f"{axis} {label}", why=why, field=f"{axis}.label", label=label)
    for code, number in sorted(Counter(_codes(rows)).items()):
        why = f"{names.get(code, '')}, {number} of {len(rows)} pictures"
        yield Wanted(name=f"finding {code}", why=why, field="findings", label=code)
    yield from _particular(rows)


def _particular(rows: Sequence[tuple[str, Row]]) -> Iterator[Wanted]:
    if any(_is(row, "pose") or _is(row, "framing") for _, row in rows):
        why = "no known pose or framing, or the classifier abstained"
        yield Wanted(name=UNCLASSIFIED, why=why)
    if any("lookalike" in row for _, row in rows):
        why = "near-duplicates lie side by side"
        yield Wanted(name=ALIKE, why=why, sort_by="lookalike")
    if any(_is_upscaled_bust(row) for _, row in rows):
        why = "the trainer enlarges these faces and busts"
        yield Wanted(name=UPSCALED, why=why, sort_by="placement_scale")


def _codes(rows: Iterable[tuple[str, Row]]) -> Iterator[str]:
    for _, row in rows:
        codes = row["findings"]
        if isinstance(codes, list):
            yield from map(str, codes)


def _is(row: Row, axis: str, labels: Iterable[str] = VAGUE) -> bool:
    label = row.get(axis)
    return isinstance(label, Label) and label.label in labels


def _is_upscaled_bust(row: Row) -> bool:
    scale = row.get("placement_scale")
    return isinstance(scale, float) and scale > 1 and _is(row, "framing", SMALL_FRAMINGS)


def ordered_axes() -> tuple[str, ...]:
    """The axes, those that people ask for first at the front."""
    known = axes()
    return (*(a for a in FIRST_AXES if a in known), *(a for a in known if a not in FIRST_AXES))


def save_views(fo: Any, dataset: Any, wanted: Iterable[Wanted]) -> None:
    """Write our views; those that people saved stay as they are."""
    views = list(wanted)
    mark = hashlib.sha256(json.dumps([str(view) for view in views]).encode()).hexdigest()
    told = dict(dataset.info.get(OURS, {}))
    if told.get("views") == mark:
        return
    for name in dataset.list_saved_views():
        if str(dataset.get_saved_view_info(name).get("description") or "").startswith(BY_US):
            dataset.delete_saved_view(name)
    taken = set(dataset.list_saved_views())
    for view in views:
        if view.name not in taken:
            dataset.save_view(view.name, _view(fo, dataset, view), description=BY_US + view.why)
    dataset.info = {**dataset.info, OURS: {**told, "views": mark}}
    dataset.save()


def _view(fo: Any, dataset: Any, wanted: Wanted) -> Any:
    field = fo.ViewField
    if wanted.name == UNCLASSIFIED:
        vague = list(VAGUE)
        view = dataset.match(field("pose.label").is_in(vague) | field("framing.label").is_in(vague))
    elif wanted.name == ALIKE:
        view = dataset.exists("lookalike")
    elif wanted.name == UPSCALED:
        small = field("framing.label").is_in(list(SMALL_FRAMINGS))
        view = dataset.match(small & (field("placement_scale") > 1))
    elif wanted.field.endswith(".label"):
        view = dataset.match(field(wanted.field) == wanted.label)
    else:
        view = dataset.match(field(wanted.field).contains(wanted.label))
    return view.sort_by(wanted.sort_by) if wanted.sort_by else view


def paint(labels: Mapping[str, int]) -> dict[str, str]:
    """Label -> colour, the same in the grid and on the map; the vague ones are grey."""
    clear = sorted((label for label in labels if label not in VAGUE), key=lambda x: (-labels[x], x))
    painted = {label: COLOURS[number % len(COLOURS)] for number, label in enumerate(clear)}
    return painted | dict.fromkeys((label for label in VAGUE if label in labels), MUTED)


def _colours(axis: str, rows: Iterable[Row]) -> dict[str, Any]:
    labels = Counter(label.label for row in rows if isinstance(label := row[axis], Label))
    values = [{"value": label, "color": colour} for label, colour in paint(labels).items()]
    return {"path": axis, "colorByAttribute": "label", "valueColors": values}


def arrange(fo: Any, dataset: Any, rows: Sequence[Row]) -> None:
    """Order the fields of the sidebar, and paint by label."""
    fields = [name for name in dataset.get_field_schema() if name not in {"id", "tags", "metadata"}]
    labels = [axis for axis in (*ordered_axes(), SHOT) if axis in fields]
    judged = ["findings", "worst", "finding_texts", "lookalike"]
    fed = [n for n in fields if n.startswith(("caption", "slot_", "placement_")) or n == "repeats"]
    rest = [n for n in fields if n not in {*labels, *judged, *fed}]
    groups = {"labels": labels, "findings": judged, "fed to the trainer": fed, "facts": rest}
    settings = dataset.app_config
    settings.sidebar_groups = [
        fo.SidebarGroupDocument(name="tags"),
        fo.SidebarGroupDocument(name="metadata", expanded=False),
        *(
            fo.SidebarGroupDocument(
                name=name, paths=[p for p in paths if p in fields], expanded=name != "facts"
            )
            for name, paths in groups.items()
        ),
    ]
    settings.color_scheme = fo.ColorScheme(
        color_by="value", fields=[_colours(axis, rows) for axis in ordered_axes()]
    )
    settings.active_fields = fo.core.odm.dataset.ActiveFields(exclude=False, paths=labels[:3])
    dataset.save()


def workspace(fo: Any, dataset: Any) -> Any:
    """Pictures, pose histogram and map, all of them open."""
    samples = fo.Panel(type="Samples", pinned=True)
    shots = fo.Panel(type="Histograms", state={"path": SHOT})
    poses = fo.Panel(type="Histograms", state={"path": f"{ordered_axes()[0]}.label"})
    panels = [fo.Space(children=[shots, poses], active_child=shots.component_id)]
    if MAP in dataset.list_brain_runs():
        panels.append(_leaf(fo, fo.Panel(type=MAP_PANEL)))
    right = fo.Space(children=panels, orientation="vertical") if panels[1:] else panels[0]
    spaces = fo.Space(
        children=[_leaf(fo, samples), right], orientation="horizontal", sizes=[0.58, 0.42]
    )
    dataset.save_workspace(WORKSPACE, spaces, description=f"{BY_US}what is there", overwrite=True)
    return spaces


def _leaf(fo: Any, panel: Any) -> Any:
    """A space with one panel; without an active child the App would leave it empty."""
    return fo.Space(children=[panel], active_child=panel.component_id)
