"""CON004's clusters against all pairs, compared one by one."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from curate.dataset import assemble
from curate.index import FoundPicture
from rules.contamination.tag_clusters import Cluster, find_clusters
from rules.model import Dataset, Sidecar
from rules.spec import Spec

TAGS = [f"thing{letter}" for letter in "abcdefgh"]


def dataset_of(captions: list[set[str]]) -> Dataset:
    return assemble(
        name="set",
        spec=Spec(),
        pictures=[
            FoundPicture(
                path=f"{n}.png",
                sha256=None,
                file=None,
                sidecars=(Sidecar(path=f"{n}.txt", suffix=".txt", text=", ".join(sorted(tags))),),
            )
            for n, tags in enumerate(captions)
        ],
    )


def clusters_of(captions: list[set[str]], overlap: float, together: int) -> list[Cluster]:
    return list(
        find_clusters(
            dataset_of(captions),
            min_overlap=overlap,
            min_together=together,
            min_share=0.0,
            max_share=1.0,
        )
    )


def clusters_by_pairs(
    captions: list[set[str]], overlap: float, together: int
) -> list[tuple[str, ...]]:
    """Every pair compared, then what hangs together."""
    bearing = {tag: {n for n, tags in enumerate(captions) if tag in tags} for tag in TAGS}
    clusters = [{tag} for tag in TAGS]
    for left, right in combinations(TAGS, 2):
        both, either = bearing[left] & bearing[right], bearing[left] | bearing[right]
        if len(both) >= together and len(both) >= overlap * len(either) - 1e-9:
            first = next(c for c in clusters if left in c)
            second = next(c for c in clusters if right in c)
            if first is not second:
                clusters.remove(second)
                first |= second
    return sorted(tuple(sorted(cluster)) for cluster in clusters if len(cluster) > 1)


@settings(deadline=None)
@given(
    st.lists(st.sets(st.sampled_from(TAGS)), max_size=30),
    st.sampled_from([0.5, 0.8, 0.9, 1.0]),
    st.integers(1, 4),
)
def test_clusters_are_those_of_all_pairs(
    captions: list[set[str]], overlap: float, together: int
) -> None:
    found = clusters_of(captions, overlap, together)
    assert [cluster.tags for cluster in found] == clusters_by_pairs(captions, overlap, together)
    for tags, all_of_them, any_of_them in found:
        wanted = set(tags)
        assert all_of_them == tuple(f"{n}.png" for n, c in enumerate(captions) if wanted <= c)
        assert any_of_them == tuple(f"{n}.png" for n, c in enumerate(captions) if wanted & c)


def test_three_hundred_inseparable_tags_are_one_cluster() -> None:
    tags = {f"thing{n}" for n in range(300)}
    (cluster,) = clusters_of([tags] * 20, 0.9, 8)
    assert set(cluster.tags) == tags
    assert len(cluster.together) == 20
