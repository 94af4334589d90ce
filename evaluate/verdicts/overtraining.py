"""EVL008: whether a checkpoint is broken, or a seed was unlucky."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from evaluate.statistics import fisher_greater, mcnemar_exact, wilson
from evaluate.verdicts.evidence import (
    BROKEN,
    HALF,
    Evidence,
    NoEvidence,
    Observation,
    grouped,
    images_of,
    yes,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.seed_counts import Tally, shares, tally
from evaluate.verdicts.verdict import Said, Word, share

NEEDED = 4
LEVEL = 0.05
MOST = 0.5
REFERENCES = 3
# A deeper checkpoint on fewer seeds is not shown to be clean.
CLEAN_FROM = 3
STEP = 4
# Two rounds of more seeds, and the pictures have to tell.
MOST_SEEDS = 12


class Broken(NamedTuple):
    """What became of one checkpoint in one format.

    Attributes:
        seeds: seed -> share of its pictures that are broken.
        reference: the same of the nearest shallower checkpoints that are not broken themselves,
            on the seeds of this one.
        deeper: the same of the next deeper one; empty where there is none.
    """

    seeds: Mapping[int, float]
    reference: tuple[Mapping[int, float], ...]
    deeper: Mapping[int, float]

    @property
    def mine(self) -> Tally:
        """Its own seeds."""
        return tally(self.seeds.values())

    @property
    def pooled(self) -> Tally:
        """All seeds of the reference."""
        return tally(share_ for seeds in self.reference for share_ in seeds.values())


@verdict("EVL008", outcomes=("broken", "clean", "fluke", "open"))
def overtraining(evidence: Evidence) -> Iterator[Said]:
    """Is a checkpoint broken, or was a seed unlucky?

    One flag a picture: hands, limbs, mouth, a foreign object. `broken` is confirmed where at least
    four seeds were drawn, most of them break, Fisher's exact test against up to three shallower
    checkpoints on the same seeds gives p <= .05, and the next deeper checkpoint is not clean on
    three seeds or more. It is a fluke where at most one seed breaks, or no more than the
    reference's Wilson bound allows. A seed of which half of the pictures break, or a picture of
    which judges are of two minds, proves neither. Anything between is suspect, and takes four more
    seeds, twice at most.
    """
    flags = _flags(evidence)
    if not flags:
        raise NoEvidence("no picture of the matrix was searched for breaks")
    for form, seen in flags.items():
        yield from _in_format(form, seen)


def first_breakdown(evidence: Evidence) -> int | None:
    """The shallowest epoch that is confirmed broken in some format."""
    epochs = [
        int(said.numbers["epoch"])
        for form, seen in _flags(evidence).items()
        for said in _in_format(form, seen)
        if said.word == "confirmed" and said.outcome == "broken" and said.n >= NEEDED
    ]
    return min(epochs, default=None)


def _flags(evidence: Evidence) -> dict[str, list[Observation]]:
    """Format -> whether pictures of it are broken."""
    flags = [seen for seen in evidence.of(BROKEN) if seen.cell.epoch is not None]
    return grouped(flags, lambda seen: seen.cell.format)


def _in_format(form: str, flags: list[Observation]) -> Iterator[Said]:
    by_epoch = {
        epoch: shares(seen, yes) for epoch, seen in grouped(flags, lambda o: o.cell.epoch).items()
    }
    epochs, sound = list(by_epoch), list[int]()
    for i, epoch in enumerate(epochs):
        found = Broken(
            seeds=by_epoch[epoch],
            reference=_on_seeds(by_epoch[epoch], [by_epoch[e] for e in sound[-REFERENCES:]]),
            deeper=by_epoch[epochs[i + 1]] if i + 1 < len(epochs) else {},
        )
        said = _said(form, epoch, found, [o for o in flags if o.cell.epoch == epoch])
        if said.outcome != "broken":
            sound.append(epoch)
        yield said


def _on_seeds(
    seeds: Mapping[int, float], others: list[dict[int, float]]
) -> tuple[Mapping[int, float], ...]:
    """Other checkpoints on the seeds of one; without those that share no seed with it."""
    kept = ({seed: s for seed, s in other.items() if seed in seeds} for other in others)
    return tuple(some for some in kept if some)


def _said(form: str, epoch: int, found: Broken, flags: list[Observation]) -> Said:
    (k, at_most, n), pooled = found.mine, found.pooled
    k_ref, n_ref = pooled.at_most, pooled.n
    p = fisher_greater(k, n, k_ref, n_ref) if n_ref else None
    word, outcome = _word(found, p)
    label = flags[0].cell.checkpoint or f"ep{epoch}"
    against = (
        f", {share(k_ref, n_ref)} at shallower ones (Fisher p {p:.3f})" if p is not None else ""
    )
    more = _more(n) if word in {"suspect", "undetermined"} else 0
    return Said(
        subject=f"{label} {form}",
        word=word,
        outcome=outcome,
        says=f"{label} in format {form}: {share(k, n)} seeds break{against}",
        n=n,
        estimate=k / n,
        interval=found.mine.interval,
        p=p,
        numbers={
            "epoch": epoch, "broken": k, "reference_broken": k_ref, "reference": n_ref,
            "mcnemar_p": _mcnemar(found),
        },
        images=images_of(o for o in flags if o.value),
        advice=_advice(flags, more) if more and at_most else None,
        more_seeds=more if at_most else 0,
    )  # fmt: skip


def _more(n: int) -> int:
    """Up to the four seeds that a verdict takes, then by fours."""
    return NEEDED - n if n < NEEDED else STEP if n < MOST_SEEDS else 0


def _word(found: Broken, p: float | None) -> tuple[Word, str]:
    mine, deeper = found.mine, tally(found.deeper.values())
    if mine.n <= 2:  # noqa: PLR2004 - grade D
        return "undetermined", "open"
    if mine.at_most == 0:
        return "no_difference", "clean"
    if _is_fluke(mine, found.pooled):
        return "fluke", "fluke"
    clean_below = deeper.n >= CLEAN_FROM and _is_fluke(deeper, found.pooled)
    shown = mine.share > MOST and p is not None and p <= LEVEL
    if mine.n >= NEEDED and shown and not clean_below:
        return "confirmed", "broken"
    return "suspect", "open"


def _is_fluke(seeds: Tally, reference: Tally) -> bool:
    """Whether so few break, ties among them, that the reference allows for it."""
    allowed = wilson(reference.k, reference.n).high if reference.n else 0.0
    return seeds.at_most <= 1 or seeds.at_most / seeds.n <= allowed


def _mcnemar(found: Broken) -> float:
    """Exact p against the nearest reference, on the seeds that both have."""
    if not found.reference:
        return 1.0
    nearest = found.reference[-1]
    common = found.seeds.keys() & nearest.keys()
    only = sum(found.seeds[s] > HALF > nearest[s] for s in common)
    return mcnemar_exact(only, sum(nearest[s] > HALF > found.seeds[s] for s in common))


def _advice(flags: list[Observation], more: int) -> str:
    seeds = sorted({o.cell.seed for o in flags})
    proposed = [
        seed for seed in range(100, 100 * (more + len(seeds) + 2), 100) if seed not in seeds
    ]
    shown = ", ".join(map(str, proposed[:more]))
    return f"draw seeds {shown} at this epoch: `evaluate extend --suspect`"
