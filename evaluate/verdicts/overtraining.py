"""EVL008: whether a checkpoint is broken, or a seed was unlucky."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from evaluate.statistics import fisher_greater, mcnemar_exact, wilson
from evaluate.verdicts.evidence import (
    BROKEN,
    Evidence,
    NoEvidence,
    Observation,
    counts,
    grouped,
    images_of,
)
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word, share

NEEDED = 4
LEVEL = 0.05
MOST = 0.5
REFERENCES = 3
STEP = 4
# Two rounds of more seeds, and the pictures have to tell.
MOST_SEEDS = 12


class Broken(NamedTuple):
    """What became of one checkpoint in one format.

    Attributes:
        seeds: seed -> whether most of its pictures are broken.
        reference: the same of the nearest shallower checkpoints that are not broken themselves.
        deeper: the same of the next deeper one; empty where there is none.
    """

    seeds: Mapping[int, bool]
    reference: tuple[Mapping[int, bool], ...]
    deeper: Mapping[int, bool]

    @property
    def k(self) -> int:
        """Broken seeds."""
        return sum(self.seeds.values())

    @property
    def pooled(self) -> tuple[int, int]:
        """Broken and all seeds of the reference."""
        return sum(sum(r.values()) for r in self.reference), sum(map(len, self.reference))


@verdict("EVL008")
def overtraining(evidence: Evidence) -> Iterator[Said]:
    """Is a checkpoint broken, or was a seed unlucky?

    One flag a picture: hands, limbs, mouth, a foreign object. `broken` is confirmed where at least
    four seeds were drawn, most of them break, Fisher's exact test against up to three shallower
    checkpoints on the same seeds gives p <= .05, and the next deeper checkpoint is not clean.
    It is a fluke where at most one seed breaks, or no more than the reference's Wilson bound
    allows. Anything between is suspect, and takes four more seeds, twice at most.
    """
    flags = evidence.of(BROKEN)
    if not any(seen.cell.epoch is not None for seen in flags):
        raise NoEvidence("no picture of the matrix was searched for breaks")
    for form, seen in grouped(flags, lambda seen: seen.cell.format).items():
        yield from _in_format(form, seen)


def first_breakdown(evidence: Evidence) -> int | None:
    """The shallowest epoch that is confirmed broken in some format."""
    epochs = [
        int(said.numbers["epoch"])
        for form, seen in grouped(evidence.of(BROKEN), lambda o: o.cell.format).items()
        for said in _in_format(form, seen)
        if said.word == "confirmed" and said.outcome == "broken" and said.n >= NEEDED
    ]
    return min(epochs, default=None)


def _in_format(form: str, flags: list[Observation]) -> Iterator[Said]:
    by_epoch = {
        epoch: counts(seen, lambda o: bool(o.value))
        for epoch, seen in grouped(flags, lambda o: o.cell.epoch).items()
    }
    epochs, sound = list(by_epoch), list[int]()
    for i, epoch in enumerate(epochs):
        found = Broken(
            seeds=by_epoch[epoch],
            reference=tuple(by_epoch[e] for e in sound[-REFERENCES:]),
            deeper=by_epoch[epochs[i + 1]] if i + 1 < len(epochs) else {},
        )
        said = _said(form, epoch, found, [o for o in flags if o.cell.epoch == epoch])
        if said.outcome != "broken":
            sound.append(epoch)
        yield said


def _said(form: str, epoch: int, found: Broken, flags: list[Observation]) -> Said:
    k, n = found.k, len(found.seeds)
    k_ref, n_ref = found.pooled
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
        interval=wilson(k, n),
        p=p,
        numbers={
            "epoch": epoch, "broken": k, "reference_broken": k_ref, "reference": n_ref,
            "mcnemar_p": _mcnemar(found),
        },
        images=images_of(o for o in flags if o.value),
        advice=_advice(flags, more) if more and k else None,
        more_seeds=more if k else 0,
    )  # fmt: skip


def _more(n: int) -> int:
    """Up to the four seeds that a verdict takes, then by fours."""
    return NEEDED - n if n < NEEDED else STEP if n < MOST_SEEDS else 0


def _word(found: Broken, p: float | None) -> tuple[Word, str]:
    k, n = found.k, len(found.seeds)
    if n <= 2:  # noqa: PLR2004 - grade D
        return "undetermined", "open"
    if k == 0:
        return "no_difference", "clean"
    if _is_fluke(k, n, found.pooled):
        return "fluke", "fluke"
    clean_below = bool(found.deeper) and _is_fluke(
        sum(found.deeper.values()), len(found.deeper), found.pooled
    )
    if n >= NEEDED and k / n > MOST and p is not None and p <= LEVEL and not clean_below:
        return "confirmed", "broken"
    return "suspect", "open"


def _is_fluke(k: int, n: int, reference: tuple[int, int]) -> bool:
    return k <= 1 or (reference[1] > 0 and k / n <= wilson(*reference).high)


def _mcnemar(found: Broken) -> float:
    """Exact p against the nearest reference, on the seeds that both have."""
    if not found.reference:
        return 1.0
    nearest = found.reference[-1]
    common = found.seeds.keys() & nearest.keys()
    only = sum(found.seeds[s] and not nearest[s] for s in common)
    return mcnemar_exact(only, sum(nearest[s] and not found.seeds[s] for s in common))


def _advice(flags: list[Observation], more: int) -> str:
    seeds = sorted({o.cell.seed for o in flags})
    proposed = [
        seed for seed in range(100, 100 * (more + len(seeds) + 2), 100) if seed not in seeds
    ]
    shown = ", ".join(map(str, proposed[:more]))
    return f"draw seeds {shown} at this epoch: `evaluate extend --suspect`"
