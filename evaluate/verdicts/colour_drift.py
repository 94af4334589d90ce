"""EVL025: colours that drift to what the base would draw."""

from collections.abc import Iterator
from statistics import fmean

import numpy as np

from evaluate.statistics import bootstrap_mean
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    grouped,
    images_of,
    per_seed,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, bounds

COLOUR = "lab:"
TWO_TONE = "two_tone:"
OFF, DRIFT, TONES = 10.0, 0.3, 15.0
MOST = 0.5


@verdict(
    "EVL025",
    outcomes=("kept", "off_colour", "drift_to_base", "one_tone", "two_tone"),
    predicted_by=("TRG009",),
)
def colour_drift(evidence: Evidence) -> Iterator[Said]:
    """Does a part keep its colour, or take the base's?

    Median Lab of a part against the references (CIEDE2000) and its place on the line from target
    to base: `drift_to_base` where it is more than 10 off and the interval of that place lies over
    .3. `two_tone` where two components of the part differ by more than 15 in most seeds.
    """
    told = False
    for part, target in evidence.targets.items():
        seen = [o for o in evidence.of(COLOUR + part) if o.vector]
        base = [o for o in evidence.of(COLOUR + part, arm="base") if o.vector]
        base = base or [o for o in evidence.of(COLOUR + part, arm="base_trigger") if o.vector]
        for label, found in grouped(seen, lambda o: o.cell.checkpoint).items():
            told = True
            yield _drift(part, label, np.asarray(target), base, found)
    names = sorted({o.attribute for o in evidence.observations if o.attribute.startswith(TWO_TONE)})
    for name in names:
        measured = [o for o in evidence.of(name) if o.value is not None]
        for label, found in grouped(measured, lambda o: o.cell.checkpoint).items():
            told = True
            yield _two_tone(name.removeprefix(TWO_TONE), label, found)
    if not told:
        raise NoEvidence("no colour of a part was measured in pictures and references")


def _medians(found: list[Observation]) -> list["np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    """One colour a seed."""
    return [
        np.median([o.vector for o in some if o.vector], axis=0)
        for some in grouped(found, lambda o: o.cell.seed).values()
    ]


def _drift(
    part: str,
    label: str,
    target: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    base: list[Observation],
    found: list[Observation],
) -> Said:
    from skimage.color import deltaE_ciede2000

    colours = _medians(found)
    off = [float(deltaE_ciede2000(colour, target)) for colour in colours]  # type: ignore[no-untyped-call]
    places = []
    if base:
        line = np.median(_medians(base), axis=0) - target
        length = float(line @ line)
        places = [float((colour - target) @ line) / length for colour in colours] if length else []
    low = bootstrap_mean(places).low if places else -np.inf
    is_off = fmean(off) > OFF
    drifted = is_off and low > DRIFT
    outcome = "drift_to_base" if drifted else "off_colour" if is_off else "kept"
    place = f", {fmean(places):.0%} of the way to the base" if places else ""
    return Said(
        subject=f"{part} at {label}",
        word="confirmed" if drifted or (not is_off and max(off) <= OFF) else "suspect",
        outcome=outcome,
        says=f"{part} of {label} is {fmean(off):.1f} off its colour (CIEDE2000){place}",
        n=len(colours),
        estimate=fmean(off),
        interval=bounds(bootstrap_mean(off)),
        numbers={"off": fmean(off)} | ({"place": fmean(places)} if places else {}),
        images=images_of(found),
        advice="name its colour in every caption and prompt" if is_off else None,
    )


def _two_tone(part: str, label: str, found: list[Observation]) -> Said:
    split = [value > TONES for value in per_seed(found).values()]
    share = fmean(split)
    return Said(
        subject=f"{part} tones at {label}",
        word="confirmed" if share in {0.0, 1.0} else "suspect",
        outcome="two_tone" if share > MOST else "one_tone",
        says=f"{part} of {label} has two tones in {sum(split)} of {len(split)} seeds",
        n=len(split),
        estimate=share,
        images=images_of(found),
    )
