"""Hashes that are near each other, and the clusters that they form.

No pair is compared unless the two share a part of their hash. Of two hashes that differ in at
most d bits, cut into d // 2 + 1 parts, at least one part differs in at most one bit (the
pigeonhole principle): so each part is looked up as it is and with each of its bits turned.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from rules.model import Picture

BITS = 64


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


class Clusters:
    """Disjoint sets of hashes, joined pair by pair (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def find(self, value: int) -> int:
        """What stands for the whole cluster of a hash."""
        parent = self._parent
        while (above := parent.setdefault(value, value)) != value:
            parent[value] = value = parent[above]
        return value

    def join(self, one: int, other: int) -> None:
        """Make one cluster of two."""
        self._parent[self.find(one)] = self.find(other)

    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The members of every cluster that was joined or looked for."""
        members: dict[int, list[int]] = defaultdict(list)
        for value in self._parent:
            members[self.find(value)].append(value)
        return tuple(map(tuple, members.values()))


def distinct_by_hash(pictures: Iterable[Picture]) -> dict[int, list[Picture]]:
    """Perceptual hash -> pictures, of pictures with the same pixels only the first."""
    seen: set[str] = set()
    found: dict[int, list[Picture]] = defaultdict(list)
    for picture in pictures:
        if picture.file is None or picture.file.phash is None:
            continue
        pixels = picture.file.pixels or picture.path
        if pixels not in seen:
            seen.add(pixels)
            found[int(picture.file.phash, 16)].append(picture)
    return found


def members_by_path(
    cluster: Iterable[int], by_hash: dict[int, list[Picture]]
) -> tuple[Picture, ...]:
    """The pictures of a cluster of hashes, ordered by path."""
    found = (picture for value in cluster for picture in by_hash[value])
    return tuple(sorted(found, key=lambda picture: picture.path))


def cluster_key(pictures: Collection[Picture]) -> str:
    """Names a cluster by its content, whatever its files are called."""
    return ",".join(sorted(picture.sha256 or picture.path for picture in pictures))
