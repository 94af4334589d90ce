"""Near hashes against the comparison of all pairs, which rules may not make."""

import random

import pytest

from rules.duplicate.clusters import BITS, Clusters, NearHashes


def some_hashes(seed: int) -> list[int]:
    """Hashes of which some lie 1 to 8 bits from an earlier one."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    hashes = [dice.getrandbits(BITS) for _ in range(100)]
    for _ in range(200):
        value = dice.choice(hashes)
        for bit in dice.sample(range(BITS), dice.randint(1, 8)):
            value ^= 1 << bit
        hashes.append(value)
    return sorted(set(hashes))


@pytest.mark.parametrize("distance", range(17))
def test_no_pair_within_the_distance_is_missed_and_none_beyond_it_is_taken(distance: int) -> None:
    hashes = some_hashes(distance)
    near = NearHashes(hashes, distance)
    for value in hashes:
        expected = {other for other in hashes if (value ^ other).bit_count() <= distance}
        assert set(near.near(value)) == expected


def test_joined_hashes_are_one_cluster_however_the_links_run() -> None:
    clusters = Clusters[int]()
    for one, other in ((1, 2), (4, 5), (2, 3), (5, 6), (3, 1), (7, 7)):
        clusters.join(one, other)
    assert {frozenset(group) for group in clusters.groups()} == {
        frozenset({1, 2, 3}),
        frozenset({4, 5, 6}),
        frozenset({7}),
    }
