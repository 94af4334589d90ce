"""EVL020: which of two LoRAs is liked better, axis by axis."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import fmean

from scipy.stats import binomtest  # type: ignore[import-untyped]

from evaluate.statistics import bootstrap_mean
from evaluate.verdicts.evidence import Evidence, NoEvidence, Pairing
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said, Word, bounds

NEEDED = 8
EVEN = 0.5


@verdict("EVL020", outcomes=("A_better", "B_better", "open"))
def side_by_side(evidence: Evidence) -> Iterator[Said]:
    """Is one LoRA better than the other?

    The same scenes and seeds, each pair shown in both orders; a judge who changes its mind with
    the order counts as a tie. Better where the bootstrap interval of the win rate over at least
    eight seeds excludes one half; a sign test is told beside it. Axes are kept apart.
    """
    if not evidence.pairings:
        raise NoEvidence("a comparison of two LoRAs: `evaluate compare A B`")
    axes: dict[str, list[Pairing]] = defaultdict(list)
    for pairing in evidence.pairings:
        axes[pairing.axis].append(pairing)
    crossed = len(set(evidence.bases.values())) > 1
    for axis, found in axes.items():
        yield _said(axis, found, crossed=crossed)


def points(pairing: Pairing) -> float:
    """1 where A won in both orders, 0 where B did, else one half."""
    if pairing.first == pairing.second and pairing.first is not None:
        return 1.0 if pairing.first == "A" else 0.0
    return EVEN


def flip_rate(found: Sequence[Pairing]) -> float:
    """Share of pairs that were decided otherwise when shown in the other order."""
    return fmean(pairing.first != pairing.second for pairing in found)


def _said(axis: str, found: list[Pairing], *, crossed: bool) -> Said:
    seeds: dict[int, list[float]] = defaultdict(list)
    for pairing in found:
        seeds[pairing.seed].append(points(pairing))
    means = [fmean(some) for some in seeds.values()]
    rate, interval = fmean(means), bootstrap_mean(means)
    wins, losses = sum(m > EVEN for m in means), sum(m < EVEN for m in means)
    p = float(binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0
    decided = len(means) >= NEEDED and (interval.low > EVEN or interval.high < EVEN)
    word: Word = "confirmed" if decided else "undetermined"
    better = "A" if rate > EVEN else "B"
    what = "system" if crossed else "LoRA"
    return Said(
        subject=axis,
        word=word,
        outcome=f"{better}_better" if decided else "open",
        says=f"{axis}: {what} A wins {rate:.0%} of {len(found):,} pairs "
        f"({len(means)} seeds, {flip_rate(found):.0%} flipped with the order)",
        n=len(means),
        estimate=rate,
        interval=bounds(interval),
        p=p,
        numbers={"wins": wins, "losses": losses, "flips": flip_rate(found)},
        more_seeds=max(0, NEEDED - len(means)),
    )
