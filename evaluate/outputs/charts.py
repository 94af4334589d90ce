"""Charts as SVG without script or style attributes: curves with intervals, confusion maps."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from curate.preview.markup import Markup, element
from evaluate.statistics import bootstrap_mean
from evaluate.verdicts.angle_control import shows, shows_label
from evaluate.verdicts.evidence import Evidence, Observation, per_seed

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 360, 190, 30, 28, 10, 12
POINTS = 5
CELL = 44
NAMES = 104
# From this share on the colour of a cell is too strong for dark digits.
STRONG = 0.55


class Point(NamedTuple):
    """A mean with its interval; the interval is None where one seed was drawn."""

    epoch: int
    mean: float
    low: float | None
    high: float | None


def points_of(found: Iterable[Observation]) -> list[Point]:
    """Means over seeds, epoch by epoch."""
    by_epoch: dict[int, list[Observation]] = {}
    for seen in found:
        if seen.cell.epoch is not None:
            by_epoch.setdefault(seen.cell.epoch, []).append(seen)
    points = []
    for epoch in sorted(by_epoch):
        values = list(per_seed(by_epoch[epoch]).values())
        if values:
            low, high = bootstrap_mean(values)
            bare = len(values) < 2  # noqa: PLR2004 - one seed has no interval
            mean = sum(values) / len(values)
            points.append(Point(epoch, mean, None if bare else low, None if bare else high))
    return points


def curve(name: str, points: Sequence[Point], base: float | None, most: float = POINTS) -> Markup:
    """One chart: the mean, its band, and the base as a dashed line."""
    epochs = [point.epoch for point in points]
    spread = max(epochs) - min(epochs) or 1

    def x(epoch: int) -> float:
        return round(LEFT + (epoch - min(epochs)) / spread * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM), 1)

    marks = [_gridline(y(value), f"{value:g}") for value in _ticks(most)]
    banded = [p for p in points if p.low is not None and p.high is not None]
    if len(banded) > 1:
        upper = [f"{x(p.epoch)},{y(p.high or 0)}" for p in banded]
        lower = [f"{x(p.epoch)},{y(p.low or 0)}" for p in reversed(banded)]
        marks.append(element("polygon", points=" ".join(upper + lower), class_="band"))
    marks += [
        element(
            "line", x1=x(point.epoch), x2=x(point.epoch), y1=y(point.low or 0),
            y2=y(point.high or 0), class_="whisker",
        )
        for point in banded
    ]  # fmt: skip
    if base is not None:
        marks.append(
            element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(base), y2=y(base), class_="base")
        )
    line = " ".join(f"{x(p.epoch)},{y(p.mean)}" for p in points)
    marks.append(element("polyline", points=line, class_="mean"))
    for point in points:
        told = f"ep{point.epoch}: {point.mean:.2f}"
        if point.low is not None and point.high is not None:
            told += f" ({point.low:.2f} to {point.high:.2f})"
        dot = element("circle", element("title", told), cx=x(point.epoch), cy=y(point.mean), r=4)
        tick = element("text", str(point.epoch), x=x(point.epoch), y=HEIGHT - 8, class_="tick")
        marks += [dot, tick]
    told = f"{name} by epoch" + (f", base {base:.2f}" if base is not None else "")
    drawn = element(
        "svg", *marks, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=told, class_="curve"
    )
    return element("figure", element("figcaption", name), drawn)


def _ticks(most: float) -> Sequence[float]:
    return (0.0, most / 2, most) if most != POINTS else (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)


def _gridline(y: float, name: str) -> Markup:
    return element(
        "g",
        element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"),
        element("text", name, x=LEFT - 6, y=y + 4, class_="value"),
    )


def curves(evidence: Evidence) -> list[Markup]:
    """The composite, every attribute and the share of broken pictures."""
    found: list[tuple[str, list[Observation], list[Observation], float]] = [
        ("composite", list(evidence.composites()), [], POINTS)
    ]
    for name, attribute in evidence.criteria.attributes.items():
        most = POINTS if attribute.kind == "score" else 1.0
        found.append((name, evidence.of(name), evidence.of(name, arm="base"), most))
    broken = evidence.of("broken")
    found.append(("broken pictures", broken, evidence.of("broken", arm="base"), 1.0))
    charts = []
    for name, ours, theirs, most in found:
        points = points_of(ours)
        base = list(per_seed(theirs).values())
        if points:
            charts.append(curve(name, points, sum(base) / len(base) if base else None, most))
    return charts


def confusion(evidence: Evidence) -> list[Markup]:
    """What was asked against what was seen, one map a checkpoint and weight."""
    asked: dict[tuple[str, float], dict[str, Counter[str]]] = {}
    right: dict[tuple[str, float], dict[str, int]] = {}
    for name, angle in evidence.criteria.angles.items():
        for seen in evidence.of(angle.axis, part="angle", angle=name):
            if seen.label is None:
                continue
            key = (seen.cell.checkpoint or "", seen.cell.weight)
            asked.setdefault(key, {}).setdefault(name, Counter())[seen.label] += 1
            hits = right.setdefault(key, {})
            hits[name] = hits.get(name, 0) + int(shows(seen, angle))
    return [
        _map(*key, asked[key], right[key], _columns(evidence, asked[key])) for key in sorted(asked)
    ]


def _columns(evidence: Evidence, asked: dict[str, Counter[str]]) -> list[str]:
    """What was seen, in the order in which it was asked: hits lie on the diagonal."""
    angles = evidence.criteria.angles
    wanted = [
        label
        for name in asked
        for label in sorted({*asked[name], angles[name].label})
        if shows_label(label, angles[name])
    ]
    drawn = {label for counts in asked.values() for label in counts}
    bare = {angles[name].label for name in asked} - drawn
    sided = {label for label in bare if any(one.startswith(f"{label}_") for one in drawn)}
    others = sorted(drawn - set(wanted))
    return [label for label in dict.fromkeys((*wanted, *others)) if label not in sided]


def _map(
    label: str,
    weight: float,
    asked: dict[str, Counter[str]],
    right: dict[str, int],
    seen: Sequence[str],
) -> Markup:
    marks = []
    for x, name in enumerate(seen):
        place = f"translate({NAMES + x * CELL + CELL / 2},{NAMES - 8}) rotate(-50)"
        marks.append(element("text", name.replace("_", " "), transform=place, class_="head"))
    for y, (name, counts) in enumerate(asked.items()):
        top, total = NAMES + y * CELL, counts.total()
        told = f"{name} {right[name]}/{total}"
        marks.append(element("text", told, x=NAMES - 8, y=top + CELL / 2 + 4, class_="side"))
        for x, other in enumerate(seen):
            share = counts[other] / total
            left = NAMES + x * CELL
            box = {"x": left, "y": top, "width": CELL - 2, "height": CELL - 2}
            marks.append(element("rect", **box, class_="heat", fill_opacity=round(share, 3)))
            marks.append(
                element("text", str(counts[other] or ""), x=left + CELL / 2, y=top + CELL / 2 + 4,
                        class_="count strong" if share > STRONG else "count")
            )  # fmt: skip
    wide, high = NAMES + len(seen) * CELL + 40, NAMES + len(asked) * CELL
    drawn = element(
        "svg", *marks, viewBox=f"0 0 {wide} {high}", width=wide, role="img",
        aria_label=f"angles asked of {label} at weight {weight:g}", class_="confusion",
    )  # fmt: skip
    caption = element("figcaption", f"{label}, weight {weight:g}: asked (rows) and seen (columns)")
    return element("figure", caption, element("div", drawn, class_="wide"))
