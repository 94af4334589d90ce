"""What verdicts are made from: who saw what in which cell, and nothing of how it was drawn.

Values are averaged formats first, then scenes, so that every seed counts once. A tie, be it of
judges or of a seed's pictures, proves neither that something is there nor that it is not.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import Any, Literal

from evaluate.spec.cells import Arm, Cell, Criteria, Part
from rules.records import record

State = Literal["scored", "invisible", "unscored"]
BROKEN = "broken"
SUCCESS = 4.0
HALF = 0.5
HEAD = "head_px"
# Before the sha256 of an approved picture: the name of its embedding.
TRAIN = "train:"


class NoEvidence(Exception):  # noqa: N818 - no fault: the question was not asked of this run
    """Why a verdict cannot be asked."""


@record
class Observation:
    """What one judge saw of one thing in one picture.

    Attributes:
        image: key of the picture.
        attribute: an id of the criteria, an axis, or a measure such as `head_px`.
        value: a score, 0 or 1, or a measured number.
        label: of an axis.
        vector: a colour in Lab.
        state: whether it was scored, not to be seen, or could not be scored.
        reason: why it could not.
    """

    cell: Cell
    image: str
    attribute: str
    judge: str = ""
    value: float | None = None
    label: str | None = None
    vector: tuple[float, ...] | None = None
    state: State = "scored"
    reason: str | None = None


@record
class Pairing:
    """Which of two LoRAs was liked better in a block, asked in both orders.

    Attributes:
        axis: fidelity, mouth, quality and so on.
        first: winner where A was shown first; None for a tie.
        second: winner where B was shown first.
    """

    axis: str
    scene: str
    seed: int
    first: Literal["A", "B"] | None
    second: Literal["A", "B"] | None


@record
class Training:
    """What the approved pictures show, for comparisons with what a LoRA draws.

    Attributes:
        labels: axis -> label -> how many pictures; full bodies alone where pose is meant.
        families: provenance families of the pictures.
        base_family: of the base.
    """

    labels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    families: tuple[str, ...] = ()
    base_family: str | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that verdicts see.

    Attributes:
        observations: of all cells.
        criteria: by what to judge.
        training: of the approved set; None where there is none.
        targets: part -> Lab of it in the held-out references.
        vectors: image -> embedding of unit length; `train:` and its sha256 for an approved one.
        pairings: of a comparison of two LoRAs.
        bases: label of an arm -> sha256 of its base.
        lint: codes that the linter found in the dataset.
        planned: how many cells the plan has, and how many are drawn.
    """

    observations: Sequence[Observation] = ()
    criteria: Criteria = field(default_factory=Criteria)
    training: Training | None = None
    targets: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    vectors: Mapping[str, Any] = field(default_factory=dict)
    pairings: Sequence[Pairing] = ()
    bases: Mapping[str, str] = field(default_factory=dict)
    lint: frozenset[str] = frozenset()
    planned: tuple[int, int] | None = None

    @cached_property
    def _by_attribute(self) -> Mapping[str, list[Observation]]:
        found: dict[str, list[Observation]] = defaultdict(list)
        for seen in self.observations:
            found[seen.attribute].append(seen)
        return found

    @cached_property
    def _heads(self) -> Mapping[str, float]:
        return {o.image: o.value for o in self._by_attribute.get(HEAD, ()) if o.value is not None}

    def of(
        self, attribute: str, part: Part = "matrix", arm: Arm | None = "lora", **wanted: object
    ) -> list[Observation]:
        """Scored observations of an attribute, in a part and an arm, whose cells are as wanted.

        Scores of pictures whose head is too small to judge are left out, and so is a score without
        a number.
        """
        judged = attribute in self.criteria.attributes
        pointed = attribute in self.scored_attributes
        return [
            seen
            for seen in self._by_attribute.get(attribute, ())
            if seen.state == "scored"
            and not (pointed and seen.value is None)
            and seen.cell.part == part
            and arm in {None, seen.cell.arm}
            and all(getattr(seen.cell, name) == value for name, value in wanted.items())
            and not (judged and self.too_small(seen.image))
        ]

    def too_small(self, image: str) -> bool:
        """Whether the head is known, and lower than what can be judged."""
        least = self.criteria.least_head
        return self._heads.get(image, least) < least

    def passed(self, seen: Observation) -> float:
        """1 where a picture reaches an attribute, by 4 of 5 points or a yes, else 0.

        One half where judges are of two minds about a yes.
        """
        attribute = self.criteria.attributes.get(seen.attribute)
        if attribute is None or attribute.kind == "score":
            return float(seen.value is not None and seen.value >= SUCCESS)
        return yes(seen)

    @cached_property
    def checkpoints(self) -> list[tuple[int, str]]:
        """Epoch and label of every checkpoint of the matrix, shallow first."""
        return sorted(
            {
                (seen.cell.epoch, seen.cell.checkpoint)
                for seen in self.observations
                if seen.cell.part == "matrix"
                and seen.cell.epoch is not None
                and seen.cell.checkpoint is not None
            }
        )

    @cached_property
    def scored_attributes(self) -> list[str]:
        """Attributes with points, in the order of the criteria."""
        found = self.criteria.attributes.items()
        return [name for name, attribute in found if attribute.kind == "score"]

    def composites(self) -> Iterator[Observation]:
        """The composite score of every picture of the matrix, over what is visible in it."""
        weights = {name: self.criteria.attributes[name].weight for name in self.scored_attributes}
        pictures: dict[tuple[Cell, str], list[tuple[float, float]]] = defaultdict(list)
        for name, weight in weights.items():
            for seen in self.of(name):
                if seen.value is not None and weight > 0:
                    pictures[seen.cell, seen.image].append((weight, seen.value))
        for (cell, image), found in pictures.items():
            total = sum(weight for weight, _ in found)
            value = sum(weight * score for weight, score in found) / total
            yield Observation(cell=cell, image=image, attribute="composite", value=value)


Value = Callable[[Observation], float | None]


def own_value(seen: Observation) -> float | None:
    """The value as it was observed."""
    return seen.value


def by_block(
    observations: Iterable[Observation], value: Value = own_value
) -> dict[tuple[str, int], float]:
    """Block -> mean over the formats drawn in it."""
    blocks: dict[tuple[str, int], list[float]] = defaultdict(list)
    for seen in observations:
        found = value(seen)
        if found is not None:
            blocks[seen.cell.block].append(found)
    return {block: fmean(found) for block, found in blocks.items()}


def by_seed(blocks: Mapping[tuple[str, int], float]) -> dict[int, float]:
    """Seed -> mean over its scenes."""
    seeds: dict[int, list[float]] = defaultdict(list)
    for (_, seed), value in blocks.items():
        seeds[seed].append(value)
    return {seed: fmean(found) for seed, found in sorted(seeds.items())}


def per_seed(observations: Iterable[Observation], value: Value = own_value) -> dict[int, float]:
    """Seed -> mean, formats averaged inside a block."""
    return by_seed(by_block(observations, value))


def block_of(seen: Observation) -> Hashable:
    """Scene and seed."""
    return seen.cell.block


def picture_of(seen: Observation) -> Hashable:
    """Scene, seed and format: what one checkpoint draws once."""
    return *seen.cell.block, seen.cell.format


def shared(
    groups: Mapping[Any, Iterable[Observation]],
    by: Callable[[Observation], Hashable] = block_of,
) -> dict[Any, list[Observation]]:
    """What is left of groups when each keeps only what all of them have a value of."""
    valued = {name: [o for o in some if o.value is not None] for name, some in groups.items()}
    keys = [{by(seen) for seen in some} for some in valued.values()]
    common = set.intersection(*keys) if keys else set()
    return {name: [o for o in some if by(o) in common] for name, some in valued.items()}


def aligned(
    groups: Mapping[Any, Iterable[Observation]],
    by: Callable[[Observation], Hashable] = block_of,
) -> dict[Any, list[float]]:
    """Per group one value a seed, over what every group has; seeds in one order."""
    return {name: list(per_seed(some).values()) for name, some in shared(groups, by).items()}


def yes(seen: Observation) -> float:
    """1 for a yes, 0 for a no, one half where judges are of two minds."""
    value = seen.value or 0.0
    return HALF if value == HALF else float(value > HALF)


def grouped(
    observations: Iterable[Observation], key: Callable[[Observation], Any]
) -> dict[Any, list[Observation]]:
    """Observations by a key of theirs, in the order of the keys."""
    found: dict[Any, list[Observation]] = defaultdict(list)
    for seen in observations:
        found[key(seen)].append(seen)
    return dict(sorted(found.items(), key=lambda item: _place(item[0])))


def _place(key: Any) -> tuple[tuple[int, float, str], ...]:  # noqa: ANN401 - any key of a group
    """Numbers by size, then words, `ep20` before `ep100`, then what has none; tuples by parts."""
    return tuple(
        (2, 0.0, "")
        if part is None
        else (0, float(part), "")
        if isinstance(part, int | float)
        else (1, 0.0, str(part).zfill(12))
        for part in (key if isinstance(key, tuple) else (key,))
    )


def formats_of(observations: Iterable[Observation]) -> int:
    """How many formats were drawn."""
    return len({seen.cell.format for seen in observations})


def images_of(observations: Iterable[Observation], most: int = 8) -> tuple[str, ...]:
    """Keys of the first few pictures."""
    return tuple(dict.fromkeys(seen.image for seen in observations))[:most]
