"""Tags whose pictures all show one thing, framing by framing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rules.contamination.tag_attributes import TagAttributes, Tested
from rules.evidence import Sources, evidence_of, sources_of, upright_of, view_group
from rules.known_labels import known, label_of
from rules.model import Dataset, Evidence, Picture
from rules.statistics import benjamini_hochberg, hypergeometric_tail, wilson_interval

FRAMINGS = {
    "face": "faces",
    "bust": "busts",
    "cowboy": "cowboy shots",
    "full": "full bodies",
}
POSED = "posed"
UPRIGHT: tuple[str, ...] = ("upright",)


class Saturation(NamedTuple):
    """Tags of the same pictures in one framing that nearly all show the same.

    Attributes:
        value: what they show: a label, or `posed` for whatever is not upright.
        k, n: pictures that show it, and all whose label is known.
        labels: how often each label was found.
        missing: labels that the tag leaves open, or that are wanted, and that hardly any shows.
    """

    tags: tuple[str, ...]
    stratum: str
    axis: str
    value: str
    k: int
    n: int
    labels: Mapping[str, int]
    missing: tuple[str, ...]
    paths: tuple[str, ...]
    sources: Sources

    @property
    def framings(self) -> str:
        """The stratum in the plural."""
        return FRAMINGS[self.stratum]


def saturations(
    dataset: Dataset, *, max_share: float, min_bound: float, max_q: float
) -> Iterator[Saturation]:
    """Tags that leave something open first, then all others against what is wanted.

    Those others must also be more alike than as many pictures of the framing would be by chance:
    where nine of ten are at eye level, so are most tags' pictures.
    """
    for axis, narrow in dataset.vocabulary.entails.leaves_open.items():
        for tag in narrow:
            if dataset.tag_counts[tag]:
                yield from _own_axis(dataset, tag, axis, min_bound)
    least = next(n for n in range(1, 10_000) if wilson_interval(n, n)[0] >= min_bound)
    tests = TagAttributes(dataset, least)
    groups: defaultdict[tuple[str, str, tuple[str, ...]], list[Saturation]] = defaultdict(list)
    tried = [t for tested in tests for t in _against_wanted(tests, tested, max_share, least)]
    q_values = benjamini_hochberg([test.p for test in tried])
    for test, q in zip(tried, q_values, strict=True):
        if (
            q <= max_q
            and wilson_interval(test.k, test.counts.total())[0] >= min_bound
            and not tests.intended(test.tested.tag, test.value)
        ):
            found = _saturated(tests, test)
            groups[found.axis, found.stratum, found.paths].append(found)
    for same in groups.values():
        tags = tuple(sorted(found.tags[0] for found in same))
        yield same[0]._replace(tags=tags)


def _own_axis(dataset: Dataset, tag: str, axis: str, min_bound: float) -> Iterator[Saturation]:
    """A tag on the axis that it narrows: whether all its pictures show one of what it allows.

    `standing` is clean where all stand upright, and soiled where none does, whatever they do.
    """
    strata: defaultdict[str, list[tuple[Picture, Evidence]]] = defaultdict(list)
    allowed = dataset.vocabulary.entails.leaves_open[axis][tag]
    for picture, caption in dataset.captioned:
        framing = label_of(picture.framing)
        if framing is None or tag not in caption.tags:
            continue
        evidence = (
            known(upright_of(picture, {tag}))
            if axis == "pose"
            else known(evidence_of(picture, axis, {tag}))
        )
        if evidence:
            strata[framing].append((picture, evidence))
    for stratum, shown in strata.items():
        if axis == "pose" and stratum not in {"cowboy", "full"}:
            continue
        if axis == "pose":
            k = sum(e.label != "upright" for _, e in shown)
            value, missing = POSED, UPRIGHT
            labels = Counter(label_of(evidence_of(p, axis, {tag})) or POSED for p, _ in shown)
        else:
            labels = Counter(view_group(e.label) for _, e in shown)
            value, k = max(labels.items(), key=lambda item: item[1])
            missing = tuple(label for label in allowed if label != value)
            if value == allowed[0] or value not in allowed:
                continue
        if wilson_interval(k, len(shown))[0] >= min_bound:
            yield _saturation((tag,), stratum, axis, value, k, labels, missing, shown)


class _Test(NamedTuple):
    """A tag in one framing, what most of its pictures show, and how likely that is by chance."""

    tested: Tested
    stratum: str
    value: str
    k: int
    counts: Counter[str]
    missing: tuple[str, ...]
    p: float


def _against_wanted(
    tests: TagAttributes, tested: Tested, max_share: float, least: int
) -> Iterator[_Test]:
    """A tag on another axis: only where pictures without it show what is wanted, too."""
    wanted = getattr(tests.dataset.spec.wanted, tested.axis, ())
    if len(wanted) < 2:  # noqa: PLR2004 - of one there is no other
        return
    for stratum, counts in tested.counts.items():
        totals, n = tests.totals[tested.axis][stratum], counts.total()
        value, k = max(counts.items(), key=lambda item: item[1])
        elsewhere = totals - counts
        missing = tuple(w for w in wanted if w != value and elsewhere[w] and not counts[w])
        if missing and least <= n <= max_share * totals.total():
            p = hypergeometric_tail(k, totals.total(), totals[value], n)
            yield _Test(tested, stratum, value, k, counts, missing, p)


def _saturated(tests: TagAttributes, test: _Test) -> Saturation:
    tested = test.tested
    return _saturation(
        (tested.tag,),
        test.stratum,
        tested.axis,
        test.value,
        test.k,
        test.counts,
        test.missing,
        tests.pictures(tested, {test.stratum}),
    )


def _saturation(  # noqa: PLR0913, PLR0917 - the fields of one record, by the two that make it
    tags: tuple[str, ...],
    stratum: str,
    axis: str,
    value: str,
    k: int,
    labels: Mapping[str, int],
    missing: tuple[str, ...],
    shown: Iterable[tuple[Picture, Evidence]],
) -> Saturation:
    every = tuple(shown)
    return Saturation(
        tags=tags,
        stratum=stratum,
        axis=axis,
        value=value,
        k=k,
        n=len(every),
        labels=labels,
        missing=missing,
        paths=tuple(picture.path for picture, _ in every),
        sources=sources_of(evidence for _, evidence in every),
    )
