"""EVL006: which checkpoint to use."""

from collections.abc import Iterator, Mapping

from evaluate.statistics import wilson
from evaluate.verdicts.bands import EQUIVALENCE_FROM
from evaluate.verdicts.evidence import Evidence, NoEvidence, grouped
from evaluate.verdicts.overtraining import first_breakdown
from evaluate.verdicts.plateau import COMPOSITE, find_band, scores_by_epoch, seeds_and_formats
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import counts
from evaluate.verdicts.verdict import Said

USABLE = 0.5


@verdict("EVL006", outcomes=("recommended", "open"))
def recommended_epoch(evidence: Evidence) -> Iterator[Said]:
    """Which epoch is the one to use?

    The deepest plateau among the required attributes (among all where none is required): the
    feature that ripens last decides. An attribute of yes or no is ripe from the first epoch on
    whose Wilson bound reaches one half and stays there. One without a plateau, or that no picture
    shows, keeps the recommendation suspect: it might ripen later. Never an epoch from the first
    confirmed breakdown on. Ties go to the earliest. Seeds are those that all epochs have.
    """
    tested = sorted({epoch for epoch, _ in evidence.checkpoints})
    if len(tested) < 2:  # noqa: PLR2004 - a choice takes two
        raise NoEvidence("a recommendation takes two epochs")
    ripe, open_, n, formats = _ripe(evidence)
    undecided = [name for name in ripe if _is_tossed(evidence, name)]
    if not ripe:
        yield Said(
            subject="epoch",
            word="undetermined",
            outcome="open",
            says=f"no plateau is known yet: {', '.join(open_)}",
            n=n,
            formats=formats,
            more_seeds=max(0, EQUIVALENCE_FROM - n),
        )
        return
    yield _said(evidence, ripe, open_, tested, n, formats, decided=not undecided)


def _ripe(evidence: Evidence) -> tuple[dict[str, int], list[str], int, int]:
    """Attribute -> its plateau; those without one; the fewest seeds and formats of one judged."""
    attributes = evidence.criteria.attributes
    names = [name for name, one in attributes.items() if one.required] or list(attributes)
    ripe: dict[str, int] = {}
    open_: list[str] = []
    seeds: list[int] = []
    formats: list[int] = []
    for name in names:
        found = evidence.of(name)
        if not found:
            open_.append(name)
            continue
        common = seeds_and_formats(found)
        seeds.append(common[0])
        formats.append(common[1])
        if attributes[name].kind == "yes_no":
            epoch = _ripe_yes(evidence, name)
        else:
            band = find_band(evidence, name, found)
            epoch = band.first if band else None
        if epoch is None:
            open_.append(name)
        else:
            ripe[name] = epoch
    if not seeds:
        raise NoEvidence("a recommendation takes an attribute that was judged")
    return ripe, open_, min(seeds), min(formats)


def _ripe_yes(evidence: Evidence, name: str) -> int | None:
    """The first epoch from which on most seeds say yes, surely."""
    ripe = None
    for epoch, seen in reversed(grouped(evidence.of(name), lambda o: o.cell.epoch).items()):
        seeds = counts(seen, evidence.passed)
        if wilson(sum(seeds.values()), len(seeds)).low < USABLE:
            break
        ripe = epoch
    return ripe


def _said(  # noqa: PLR0913, PLR0917 - what was found, in its order
    evidence: Evidence,
    ripe: Mapping[str, int],
    open_: list[str],
    tested: list[int],
    n: int,
    formats: int,
    *,
    decided: bool,
) -> Said:
    decisive = max(ripe, key=lambda name: ripe[name])
    epoch = ripe[decisive]
    broken = first_breakdown(evidence)
    notes = []
    if broken is not None and epoch >= broken:
        below = [e for e in tested if e < broken]
        epoch = below[-1] if below else tested[0]
        notes.append(f"ep{broken} is broken, so earlier than {decisive} would like")
    rises = any(e > tested[0] for e in ripe.values())
    advice = None
    if not rises:
        advice = "nothing rises after the first tested epoch: test earlier ones"
    elif broken is None and _last_is_best(evidence, tested[-1]):
        advice = "the last epoch is better than every other: train longer"
    told = "; ".join([f"set by {decisive}", *notes])
    runners = ", ".join(f"{name} ep{e}" for name, e in sorted(ripe.items(), key=lambda i: -i[1]))
    return Said(
        subject="epoch",
        word="confirmed" if not open_ and decided else "suspect",
        outcome="recommended",
        says=f"ep{epoch} ({told}); plateaus: {runners}"
        + (f"; open: {', '.join(open_)}" if open_ else ""),
        n=n,
        formats=formats,
        estimate=epoch,
        numbers={"set_by": decisive, **{f"plateau {name}": e for name, e in ripe.items()}},
        advice=advice,
    )


def _is_tossed(evidence: Evidence, name: str) -> bool:
    """Whether a plateau is the best epoch alone, and not shown to be better than its neighbour."""
    if evidence.criteria.attributes[name].kind == "yes_no":
        return False
    band = find_band(evidence, name, evidence.of(name))
    return band is not None and not band.decided


def _last_is_best(evidence: Evidence, last: int) -> bool:
    found = list(evidence.composites())
    if len(scores_by_epoch(found)) < 2:  # noqa: PLR2004 - better than nothing is not best
        return False
    band = find_band(evidence, COMPOSITE, found)
    return band is not None and band.epochs == (last,)
