"""What is known of a picture on one axis, by whose word, and without whose."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from rules.known_labels import known
from rules.model import Dataset, Declared, Evidence, Picture
from rules.violation import Abstention, Severity

AXES = ("framing", "view", "elevation", "pose", "expression")
# Where several words tell a pose, the most particular one counts.
POSES = ("lie", "sit", "kneel", "run", "walk", "posed", "upright")
# Label -> labels that say the same more exactly.
FINER = {
    "front": frozenset({"three_quarter", "three_quarter_left", "three_quarter_right"}),
    "three_quarter": frozenset({"three_quarter_left", "three_quarter_right"}),
    "side": frozenset({"side_left", "side_right"}),
    "back": frozenset({"back_left", "back_right"}),
}
SIDES = ("_left", "_right")
# Labels that people would put otherwise.
SPOKEN = {
    "front": "from the front",
    "side": "from the side",
    "side_left": "from her left side",
    "side_right": "from her right side",
    "three_quarter": "in three-quarter view",
    "eye": "at eye level",
    "below": "from below",
    "above": "from above",
    "three_quarter_back": "half-turned from behind",
    "back": "straight from behind",
    "full": "full body",
    "cowboy": "cowboy shot",
    "walk": "walking",
    "run": "running",
    "sit": "sitting",
    "kneel": "kneeling",
    "lie": "lying",
}
# Where more pictures than this share are unclear, a verdict about the whole set is one step milder.
UNCLEAR = 0.15
# From how many labelled pictures on a classifier's sight may make an error of a finding.
TESTED = 30


class Sources(NamedTuple):
    """How many pictures are known by whose word, and how many are not."""

    labelled: int = 0
    seen: int = 0
    declared: int = 0
    abstained: int = 0
    unknown: int = 0

    @property
    def known(self) -> int:
        """Those that somebody stands by."""
        return self.labelled + self.seen + self.declared

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)

    @property
    def unclear(self) -> int:
        """Those of which nobody knows, or would rather not say."""
        return self.abstained + self.unknown

    def trusted(self, dataset: Dataset) -> int:
        """Those on whose word a finding may be an error: people's, or a tested classifier's."""
        return self.labelled + (self.seen if dataset.tested_on >= TESTED else 0)

    def __str__(self) -> str:
        """`22 labelled, 21 seen, 14 declared`."""
        said = zip(("labelled", "seen", "declared"), self, strict=False)
        return ", ".join(f"{number:,} {name}" for name, number in said if number)

    def counts(self) -> dict[str, int]:
        """The same for machines, without what is none."""
        return {name: number for name, number in self._asdict().items() if number}


def sources_of(evidence: Iterable[Evidence | None]) -> Sources:
    """Count whose word each piece of evidence is."""
    counts: Counter[str] = Counter(
        "unknown" if found is None else "abstained" if found.abstained else found.source
        for found in evidence
    )
    return Sources(**counts)


def graded(dataset: Dataset, sources: Sources, worst: Severity) -> Severity:
    """How bad a finding may be called, given how sure it is.

    An error needs people's labels or a tested classifier; where much is unclear, every verdict
    is one step milder.
    """
    sure = sources.trusted(dataset) >= (1 - UNCLEAR) * sources.total
    if sources.unclear > UNCLEAR * sources.total:
        return Severity.WARNING if worst is Severity.ERROR else Severity.INFO
    return Severity.WARNING if worst is Severity.ERROR and not sure else worst


def unjudged(sources: Sources, what: str) -> Iterator[Abstention]:
    """The pictures of which something is not known, where there are any."""
    if sources.unclear:
        reason = f"the {what} is unknown"
        if sources.abstained:
            reason += f" (a classifier would rather not say of {sources.abstained:,})"
        yield Abstention(reason=reason, count=sources.unclear, total=sources.total)


def preferred(
    labelled: Evidence | None, seen: Evidence | None, declared: Evidence | None
) -> Evidence | None:
    """The best of what three say; a guess that nobody stands by comes last."""
    return labelled or known(seen) or declared or seen


def evidence_of(
    picture: Picture, axis: str, without: Collection[str] = frozenset()
) -> Evidence | None:
    """The best evidence of an axis that does not rest on the given tags.

    A tag is no evidence for what it is tested against; other words of its caption are.
    """
    found: Evidence | None = getattr(picture, axis)
    if not without or found is None or found.source != "declared":
        return found
    told = picture.declared.get(axis, ())
    left = tuple(d for d in told if d.prose or d.words not in without)
    if len(left) == len(told):
        return found
    return declared_evidence(axis, left) or _guess(picture, axis)


def _guess(picture: Picture, axis: str) -> Evidence | None:
    """What a classifier saw and would rather not stand by."""
    return getattr(picture.seen, axis) if picture.seen else None


def declared_evidence(axis: str, told: Iterable[Declared]) -> Evidence | None:
    """What several words declare together: the first, or one that says the same more exactly.

    Of poses the most particular one counts: who walks with a hand on the hip walks.
    """
    best: str | None = None
    for label, _, _ in told:
        if best is None or (
            POSES.index(label) < POSES.index(best)
            if axis == "pose"
            else label in FINER.get(best, ())
        ):
            best = label
    return None if best is None else _declared(best)


@cache
def _declared(label: str) -> Evidence:
    return Evidence(label=label, source="declared")


def wants(dataset: Dataset, axis: str, label: str) -> bool:
    """Whether the LoRA must be able to draw it; where `wanted` is silent on the axis, it must."""
    wanted = getattr(dataset.spec.wanted, axis)
    return not wanted or label in wanted


def spoken(label: str) -> str:
    """A label as a message says it."""
    return SPOKEN.get(label, label.replace("_", " "))


def view_group(label: str) -> str:
    """A view without its side: `side_left` is `side`, `back_left` is `three_quarter_back`."""
    if label in {"back_left", "back_right"}:
        return "three_quarter_back"
    return next((label.removesuffix(side) for side in SIDES if label.endswith(side)), label)


def upright_of(picture: Picture, without: Collection[str] = frozenset()) -> Evidence | None:
    """Whether somebody stands upright: evidence labelled `upright` or `not upright`.

    A classifier's own head for it counts before its head for poses; where both are sure and
    disagree, it abstains.
    """
    pose = evidence_of(picture, "pose", without)
    if pose is not None and pose.source == "labelled":
        return _upright(pose)
    seen = known(picture.seen.upright) if picture.seen else None
    if seen is None:
        return None if pose is None else _upright(pose)
    if pose is not None and pose.source == "seen" and not pose.abstained:
        rather_not = _upright(pose).label != seen.label
        return _stance(seen.label, "seen", seen.p, abstained=rather_not)
    return seen


def _upright(pose: Evidence) -> Evidence:
    label = "upright" if pose.label == "upright" else "not upright"
    return _stance(label, pose.source, pose.p, abstained=pose.abstained)


@cache
def _stance(label: str, source: str, p: float | None, *, abstained: bool) -> Evidence:
    return Evidence(label=label, source=source, p=p, abstained=abstained)  # type: ignore[arg-type]
