"""CON004 fused-tags."""

from rules.contamination.tag_clusters import find_clusters
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import quoted
from rules.records import record
from rules.registry import option, rule
from rules.violation import Said, Severity, Violation


@record
class Options:
    """When tags count as one."""

    min_overlap: float = option(
        0.9, "least share of the captions with either tag that bear both (Jaccard index)"
    )
    min_together: int = option(8, "least number of captions that bear both")
    min_share: float = option(0.1, "least share of all captions that bear each tag")
    max_share: float = option(0.9, "largest share of all captions that bear each tag")


@rule("CON004", Severity.WARNING, needs=(CAPTIONS,))
def fused_tags(dataset: Dataset, options: Options) -> Said:
    """Tags that never part, so that neither can be called up alone.

    What it does:
        Finds content tags that stand in nearly the same captions: at least `min_together`
        captions with both, which are at least `min_overlap` of those with either. Tags that
        hang together are one finding. Left out is what belongs together: prefix, count,
        trigger, series, artist and declared structure, absorbed features, the garments of one
        declared outfit, a tag that says another one (`white shirt`, `shirt`), and the pairs in
        `lint.intended`. A tag in fewer than `min_share` of the captions says too little, one
        in more than `max_share` belongs to the character (see TAG010).

    Why is this bad?
        Training sees which words come with which pixels. Where two words always come together
        nothing tells it which pixels are whose, so each learns both: `book` in a prompt brings
        the glasses, and no weight takes them off again.

    Example:
        `glasses` in 12 captions and `book` in the same 12. Draw some pictures with the one and
        without the other, or drop the tag that says nothing of its own.

    Source:
        Pairwise reports of caption checkers that users asked for, cut down to pairs that can
        hurt. That tags bind by co-occurrence is what the account that this linter grew from
        saw with `standing`. The limits are conventions, not measurements.
    """
    total = len(dataset.captioned)
    for cluster in find_clusters(
        dataset,
        min_overlap=options.min_overlap,
        min_together=options.min_together,
        min_share=options.min_share,
        max_share=options.max_share,
    ):
        together, either = len(cluster.together), len(cluster.either)
        yield Violation(
            message=(
                f"{quoted(cluster.tags)} stand together in {together:,} of the {either:,} captions "
                f"with any of them ({total:,} in all)"
            ),
            evidence={
                "tags": list(cluster.tags),
                "counts": [dataset.tag_counts[tag] for tag in cluster.tags],
                "together": together,
                "either": either,
                "overlap": round(together / either, 4),
                "captions": total,
            },
            advice="add pictures that show one without the other, or keep a single tag for "
            "both; if they belong together, declare them as an outfit (`subject.outfits`) or list "
            "them in `lint.intended`",
            paths=cluster.either,
            key=", ".join(cluster.tags),
        )
