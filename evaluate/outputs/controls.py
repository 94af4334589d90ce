"""Charts of the controls: an angle in four arms, and what a strength does to it and to her."""

from collections.abc import Iterator, Mapping, Sequence

from curate.preview.markup import Markup, element
from evaluate.statistics import wilson
from evaluate.verdicts.evidence import Evidence
from evaluate.verdicts.strength_sweep import Rates, sweeps
from evaluate.verdicts.trigger_suppression import controlled

WIDE, NAMES, BAR, PAD = 360, 120, 22, 10
HIGH, LEFT, RIGHT, TOP, BOTTOM = 190, 36, 12, 10, 28
ARM_NAMES = {
    "base": "base",
    "base_trigger": "base + trigger",
    "lora_no_trigger": "LoRA alone",
    "lora": "LoRA + trigger",
}
LINES = ("her", "angle", "both")


def controls(evidence: Evidence) -> list[Markup]:
    """A chart an angle and checkpoint, arms first."""
    return [*_arms(evidence), *_strengths(evidence)]


def _arms(evidence: Evidence) -> Iterator[Markup]:
    for name, label, arms, _ in controlled(evidence):
        marks = []
        for place, (arm, seeds) in enumerate(arms.items()):
            marks += _bar(ARM_NAMES[arm], sum(seeds.values()), len(seeds), PAD + place * BAR)
        high = 2 * PAD + len(arms) * BAR
        told = f"{name} asked of {label}, by arm"
        drawn = element(
            "svg", *marks, viewBox=f"0 0 {WIDE} {high}", role="img", aria_label=told, class_="arms"
        )
        yield element("figure", element("figcaption", told), drawn)


def _bar(name: str, k: int, n: int, top: int) -> list[Markup]:
    """A share as a bar, its Wilson interval as a line through the bar's end."""

    def x(share: float) -> float:
        return round(NAMES + share * (WIDE - NAMES - 46), 1)

    low, high = wilson(k, n)
    middle = top + BAR / 2
    return [
        element("text", name, x=NAMES - 8, y=middle + 4, class_="side"),
        element("rect", x=NAMES, y=top + 3, width=x(1) - NAMES, height=BAR - 6, class_="room"),
        element("rect", x=NAMES, y=top + 3, width=x(k / n) - NAMES, height=BAR - 6, class_="share"),
        element("line", x1=x(low), x2=x(high), y1=middle, y2=middle, class_="whisker"),
        element("text", f"{k}/{n}", x=x(1) + 8, y=middle + 4, class_="number"),
    ]


def _strengths(evidence: Evidence) -> Iterator[Markup]:
    for name, label, rates in sweeps(evidence):
        told = f"{name} and character by strength of {label}"
        drawn = element(
            "svg", *_curves(rates), viewBox=f"0 0 {WIDE} {HIGH}", role="img", aria_label=told,
            class_="curve sweep",
        )  # fmt: skip
        named = zip(LINES, ("her", name, "both"), strict=True)
        keys = (element("span", text, class_=f"key {kind}") for kind, text in named)
        legend = element("p", *keys, class_="legend")
        yield element("figure", element("figcaption", told), legend, drawn)


def _curves(rates: Rates) -> Sequence[Markup]:
    strengths = list(rates)
    spread = max(strengths) - min(strengths) or 1

    def x(strength: float) -> float:
        return round(LEFT + (strength - min(strengths)) / spread * (WIDE - LEFT - RIGHT), 1)

    def y(share: float) -> float:
        return round(TOP + (1 - share) * (HIGH - TOP - BOTTOM), 1)

    marks = []
    for share in (0.0, 0.5, 1.0):
        marks += [
            element("line", x1=LEFT, x2=WIDE - RIGHT, y1=y(share), y2=y(share), class_="grid"),
            element("text", f"{share:.0%}", x=LEFT - 6, y=y(share) + 4, class_="value"),
        ]
    marks += [
        element("text", f"{strength:g}", x=x(strength), y=HIGH - 8, class_="tick")
        for strength in strengths
    ]
    for place, kind in enumerate(LINES):
        points = {strength: rate[place] for strength, rate in rates.items()}
        marks.append(_line(kind, {x(s): y(share) for s, share in points.items()}))
    return marks


def _line(kind: str, points: Mapping[float, float]) -> Markup:
    path = " ".join(f"{x},{y}" for x, y in points.items())
    return element("polyline", points=path, class_=f"line {kind}")
