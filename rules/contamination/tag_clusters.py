"""Clusters of tags that stand in nearly the same captions.

Tags are compared as bit sets over the captions. Tags with the very same captions are one set, so
that a thousand inseparable tags cost no more than one, and a set is compared with those only
whose size allows the overlap. Since each tag is in a share of all captions, there are at most
(tags per caption / share) of them, however large the dataset is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from rules.model import Dataset
from rules.terms import normal

ROUNDING = 1e-9
# Longer phrases are no tags, and looking for them would cost the square of their length.
PHRASE_WORDS = 8


class Cluster(NamedTuple):
    """Tags that hang together, in the order of their names.

    Attributes:
        together: paths of the pictures whose captions bear all of them.
        either: paths of those whose captions bear any.
    """

    tags: tuple[str, ...]
    together: tuple[str, ...]
    either: tuple[str, ...]


def find_clusters(
    dataset: Dataset,
    *,
    min_overlap: float,
    min_together: int,
    min_share: float,
    max_share: float,
) -> Iterator[Cluster]:
    """Every cluster, ordered by its tags; a chain of overlapping tags is one cluster."""
    total = len(dataset.captioned)
    absorbed = set(map(normal, dataset.spec.subject.absorb))
    tags = [
        tag
        for tag, count in dataset.tag_counts.items()
        if count >= min_together
        and min_share * total - ROUNDING <= count <= max_share * total + ROUNDING
        and dataset.slots_by_tag[tag] == "general"
        and tag not in absorbed
    ]
    groups = _tags_by_captions(dataset, tags)
    reachable = _overlapping(groups, min_overlap, min_together)
    apart = _pairs_left_out(dataset, tags)
    captions_of = {tag: captions for captions, tags in groups.items() for tag in tags}
    for component in sorted(map(sorted, _components(groups, reachable, apart))):
        shown = _telling(dataset, component)
        yield Cluster(
            tags=shown,
            together=_paths(dataset, reduce(and_, (captions_of[tag] for tag in shown))),
            either=_paths(dataset, reduce(or_, (captions_of[tag] for tag in shown))),
        )


def _tags_by_captions(dataset: Dataset, tags: Iterable[str]) -> dict[int, list[str]]:
    """Captions (bit i stands for the i-th) -> the tags that stand in just those."""
    places: dict[str, bytearray] = {tag: bytearray(len(dataset.captioned) // 8 + 1) for tag in tags}
    for index, (_, caption) in enumerate(dataset.captioned):
        byte, bit = index >> 3, 1 << (index & 7)
        for tag in caption.tags:
            if tag in places:
                places[tag][byte] |= bit
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for tag, bits in places.items():
        groups[int.from_bytes(bits, "little")].append(tag)
    return groups


def _overlapping(
    groups: Mapping[int, list[str]], min_overlap: float, min_together: int
) -> dict[int, list[int]]:
    """Set of captions -> those that overlap with it enough, itself among them."""
    sized = sorted((captions.bit_count(), captions) for captions in groups)
    reachable: dict[int, list[int]] = {captions: [captions] for captions in groups}
    for index, (size, captions) in enumerate(sized):
        for other_size, other in sized[index + 1 :]:
            if size < min_overlap * other_size - ROUNDING:
                break
            both = (captions & other).bit_count()
            either = size + other_size - both
            if both >= min_together and both >= min_overlap * either - ROUNDING:
                reachable[captions].append(other)
                reachable[other].append(captions)
    return reachable


def _pairs_left_out(dataset: Dataset, tags: Iterable[str]) -> Mapping[str, set[str]]:
    """Tag -> tags that it may never part from: entailed, intended, of the same outfit."""
    here = set(tags)
    apart: defaultdict[str, set[str]] = defaultdict(set)
    belonging = (*dataset.spec.lint.intended, *dataset.spec.subject.outfits.values())
    for together in belonging:
        known = here & set(map(normal, together))
        for tag in known:
            apart[tag] |= known - {tag}
    for tag in here:
        for entailed in _entailed(dataset, tag) & here:
            apart[tag].add(entailed)
            apart[entailed].add(tag)
    return apart


def _entailed(dataset: Dataset, tag: str) -> set[str]:
    """What a tag says already: its own words in a row, and what the vocabulary implies."""
    waiting = [tag]
    found: set[str] = set()
    while waiting:
        here = waiting.pop()
        words = here.split()
        inside = {
            " ".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(start + PHRASE_WORDS, len(words)) + 1)
        }
        fresh = (inside | set(dataset.vocabulary.implies.get(here, ()))) - found - {tag}
        found |= fresh
        waiting += fresh
    return found


def _components(
    groups: Mapping[int, list[str]],
    reachable: Mapping[int, list[int]],
    apart: Mapping[str, set[str]],
) -> Iterator[list[str]]:
    """Tags that hang together over pairs that are not left out, two at least."""
    captions_of = {tag: captions for captions, tags in groups.items() for tag in tags}
    remaining = {captions: dict.fromkeys(tags) for captions, tags in groups.items()}
    for first in captions_of:
        if first not in remaining[captions_of[first]]:
            continue
        del remaining[captions_of[first]][first]
        component, waiting = [first], [first]
        while waiting:
            tag = waiting.pop()
            for captions in reachable[captions_of[tag]]:
                left_out = apart.get(tag, ())
                linked = [other for other in remaining[captions] if other not in left_out]
                for other in linked:
                    del remaining[captions][other]
                component += linked
                waiting += linked
        if len(component) > 1:
            yield component


def _telling(dataset: Dataset, component: list[str]) -> tuple[str, ...]:
    """The tags of a cluster without those that another of them says already."""
    said = set().union(*(_entailed(dataset, tag) for tag in component))
    tags = tuple(tag for tag in component if tag not in said)
    return tags if len(tags) > 1 else tuple(component)


def _paths(dataset: Dataset, captions: int) -> tuple[str, ...]:
    bits = reversed(f"{captions:b}")
    return tuple(
        picture.path
        for (picture, _), bit in zip(dataset.captioned, bits, strict=False)
        if bit == "1"
    )
