"""Hashes that are near each other, and the clusters that they form.

No pair is compared unless the two share a part of their hash. Of two hashes that differ in at
most d bits, cut into d // 2 + 1 parts, at least one part differs in at most one bit (the
pigeonhole principle): so each part is looked up as it is and with each of its bits turned.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from rules.model import Picture

BITS = 64
K = TypeVar("K", bound=Hashable)


class NearHashes:
    """Finds the hashes within a distance of a given one."""

    def __init__(self, hashes: Iterable[int], distance: int) -> None:
        self._distance = distance
        parts = distance // 2 + 1
        # Neighbouring bits are alike in pictures of one kind; spread, they fill parts evenly.
        self._parts = [
            (sum(1 << bit for bit in bits), [0, *(1 << bit for bit in bits)], _Table())
            for bits in (range(part, BITS, parts) for part in range(parts))
        ]
        for value in set(hashes):
            for mask, _, table in self._parts:
                table.add(value & mask, value)

    def near(self, value: int) -> Iterator[int]:
        """The hashes within the distance, itself among them; some of them several times."""
        for mask, turns, table in self._parts:
            part, heads, behind = value & mask, table.heads, table.behind
            for turn in turns:
                other = heads.get(part ^ turn)
                while other is not None:
                    if (other ^ value).bit_count() <= self._distance:
                        yield other
                    other = behind.get(other)


class _Table:
    """Hashes by one part, as chains: a list for each of 100,000 parts would be most of the work."""

    def __init__(self) -> None:
        self.heads: dict[int, int] = {}
        self.behind: dict[int, int] = {}

    def add(self, part: int, value: int) -> None:
        if part in self.heads:
            self.behind[value] = self.heads[part]
        self.heads[part] = value


class Clusters(Generic[K]):
    """Disjoint sets of anything, joined pair by pair (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[K, K] = {}

    def find(self, value: K) -> K:
        """What stands for the whole cluster of a member."""
        parent = self._parent
        while (above := parent.setdefault(value, value)) != value:
            parent[value] = value = parent[above]
        return value

    def join(self, one: K, other: K) -> None:
        """Make one cluster of two."""
        self._parent[self.find(one)] = self.find(other)

    def groups(self) -> tuple[tuple[K, ...], ...]:
        """The members of every cluster that was joined or looked for."""
        members: dict[K, list[K]] = defaultdict(list)
        for value in self._parent:
            members[self.find(value)].append(value)
        return tuple(map(tuple, members.values()))


def members_by_path(
    cluster: Iterable[K], by_member: Mapping[K, list[Picture]]
) -> tuple[Picture, ...]:
    """The pictures of a cluster, ordered by path."""
    found = (picture for member in cluster for picture in by_member[member])
    return tuple(sorted(found, key=lambda picture: picture.path))


def cluster_key(pictures: Collection[Picture]) -> str:
    """Names a cluster by its content, whatever its files are called."""
    return ",".join(sorted(picture.sha256 or picture.path for picture in pictures))
