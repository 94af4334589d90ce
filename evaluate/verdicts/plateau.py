"""EVL005: from which epoch on a LoRA no longer gets better."""

from collections.abc import Iterator, Mapping, Sequence

from evaluate.verdicts.bands import EQUIVALENCE_FROM, Band, band_of, rule_for
from evaluate.verdicts.evidence import (
    Evidence,
    NoEvidence,
    Observation,
    formats_of,
    grouped,
    images_of,
    per_seed,
    picture_of,
    shared,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said

COMPOSITE = "composite"
MORE = 4


@verdict("EVL005", outcomes=("plateau", "open"))
def plateau(evidence: Evidence) -> Iterator[Said]:
    """From which epoch on does nothing get better?

    Every epoch is compared with the best one on the same seeds, over the formats and scenes of a
    seed that were judged at every epoch: a picture that shows nothing at one of them counts at
    none. The band is the unbroken run of epochs that ends at the best and loses no more than the
    margin, by the one-sided 95% bound of t; its first is the plateau. It is suspect where the best
    epoch stands alone and is not shown to be better than the one before. With three or four seeds
    the composite alone is judged, by one standard error, and provisionally. The best epoch itself
    is one of the band by chance.
    """
    asked = list(subjects(evidence))
    if not asked:
        raise NoEvidence("a plateau takes two epochs on the same scenes and seeds")
    for name, found in asked:
        yield _said(evidence, name, found)


def subjects(evidence: Evidence) -> Iterator[tuple[str, list[Observation]]]:
    """The composite and every scored attribute that two epochs have."""
    every = [(COMPOSITE, list(evidence.composites()))]
    every += [(name, evidence.of(name)) for name in evidence.scored_attributes]
    for name, found in every:
        if len(scores_by_epoch(found)) > 1:
            yield name, found


def scores_by_epoch(found: Sequence[Observation]) -> Mapping[int, Sequence[float]]:
    """Epoch -> one number a seed, over what all epochs have; empty where there is nothing."""
    scores = {epoch: list(per_seed(some).values()) for epoch, some in comparable(found).items()}
    return scores if scores and all(scores.values()) else {}


def comparable(found: Sequence[Observation]) -> Mapping[int, list[Observation]]:
    """Epoch -> what was seen at it, in the scenes, seeds and formats that all epochs have."""
    known = [seen for seen in found if seen.cell.epoch is not None]
    return shared(grouped(known, lambda seen: seen.cell.epoch), picture_of)


def seeds_and_formats(found: Sequence[Observation]) -> tuple[int, int]:
    """How many seeds and formats all epochs have."""
    every = [seen for some in comparable(found).values() for seen in some]
    return len({seen.cell.seed for seen in every}), formats_of(every)


def find_band(evidence: Evidence, name: str, found: Sequence[Observation]) -> Band | None:
    """The plateau of a subject; None where there are too few seeds."""
    scores = scores_by_epoch(found)
    n = len(next(iter(scores.values()), ()))
    rule = rule_for(n, composite=name == COMPOSITE)
    if rule is None or len(scores) < 2:  # noqa: PLR2004 - a band compares
        return None
    return band_of(scores, evidence.criteria.margin, rule)


def _said(evidence: Evidence, name: str, found: list[Observation]) -> Said:
    scores = scores_by_epoch(found)
    n, formats = seeds_and_formats(found)
    band = find_band(evidence, name, found)
    if band is None:
        means = ", ".join(f"ep{epoch} {sum(v) / len(v):.2f}" for epoch, v in scores.items())
        return Said(
            subject=name,
            word="undetermined",
            outcome="open",
            says=f"{name}: {means}; {n} seeds cannot tell a plateau",
            n=n,
            formats=formats,
            more_seeds=EQUIVALENCE_FROM - n,
        )
    provisional = band.rule == "one-SE"
    told = f"ep{band.first}" if len(band.epochs) == 1 else f"ep{band.first} to ep{band.best}"
    lost = f"; stopping at ep{band.first} loses at most {max(0.0, band.lost.high):.2f} points"
    return Said(
        subject=name,
        word="suspect" if provisional or not band.decided else "confirmed",
        outcome="plateau",
        says=f"{name} is level on {told}{lost if len(band.epochs) > 1 else ''}",
        n=n,
        formats=formats,
        estimate=band.first,
        numbers={
            "plateau": band.first,
            "best": band.best,
            "lost": band.lost.mean,
            "lost_at_most": band.lost.high,
            "rule": band.rule,
            "margin": evidence.criteria.margin,
        },
        images=images_of(seen for seen in found if seen.cell.epoch == band.first),
        advice=None if band.below else "no tested epoch lies below the plateau: test earlier ones",
        more_seeds=EQUIVALENCE_FROM - n if provisional else 0 if band.decided else MORE,
    )
