"""TAG004 contradicting-tags."""

from itertools import combinations

from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation
from rules.vocabulary import ExclusiveGroup, Words

ONE_FIGURE = frozenset({"1girl", "1boy", "1other", "solo", "no humans"})
FIGURES = frozenset({"1girl", "1boy", "1other"})


@rule("TAG004", Severity.ERROR, needs=(CAPTIONS,))
def contradicting_tags(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Tags in one caption that cannot both be true.

    What it does:
        Looks for two tags of one exclusive group: stance, framing, gaze, camera height, view,
        eyes, mouth, time of day, season, length and colour of the hair. A group knows what makes
        both possible (`looking back` with `from behind` and `looking at viewer`, `streaked
        hair` with two colours) and which tags people put together rightly. Where the caption
        names several figures or panels, only what holds for the whole picture is judged.
        Your own groups go into `lint.exclusive`; one with a name of ours replaces it.

    Why is this bad?
        One of the two is wrong, and the picture teaches it the opposite of what it means. In a
        set of some dozens each wrong caption is a share of a tag's whole meaning.

    Example:
        `standing, sitting` in one caption: look at the picture and keep the one that is true.

    Source:
        starik222/BooruDatasetTagManager#30, whose users ask for it; the groups are those of the
        image board's tag pages, less the pairs that stand together on real pictures.
    """
    groups = dataset.vocabulary.exclusive
    grouped = frozenset(tag for group in groups.values() for tag in group.tags)
    for picture, caption in dataset.captioned:
        tags = grouped.intersection(caption.tags)
        if len(tags) <= 1:
            continue
        every = frozenset(caption.tags)
        several = _shows_several(every, dataset.vocabulary.words)
        clashes = {
            name: clash
            for name, group in groups.items()
            if not (several and group.per_figure) and (clash := _clash(every, group))
        }
        if not clashes:
            continue
        named = tuple(dict.fromkeys(tag for clash in clashes.values() for tag in clash))
        said = "; ".join(
            f"{' and '.join(f'`{tag}`' for tag in clash)} ({name})"
            for name, clash in clashes.items()
        )
        yield Violation(
            message=f"{counted(len(named), 'tag')} that contradict each other: {said}",
            evidence={"groups": {name: list(clash) for name, clash in clashes.items()}},
            advice="look at the picture and keep the tag that is true of it; if both are, name "
            "what makes it so, or extend `lint.exclusive`",
            paths=(caption.path,),
            picture=picture.sha256,
        )


def _clash(tags: frozenset[str], group: ExclusiveGroup) -> tuple[str, ...]:
    """The tags of a group that stand in a caption and do not go together, in the group's order."""
    here = [tag for tag in group.tags if tag in tags]
    if len(here) <= 1 or not tags.isdisjoint(group.unless):
        return ()
    wrong = {
        tag
        for pair in combinations(here, 2)
        if not any(set(pair) <= set(line) for line in group.allowed)
        for tag in pair
    }
    return tuple(tag for tag in here if tag in wrong)


def _shows_several(tags: frozenset[str], words: Words) -> bool:
    """Whether a caption tells of more than one figure or panel."""
    more = tags.intersection(words.counts) - ONE_FIGURE
    return bool(more) or len(tags & FIGURES) > 1 or not tags.isdisjoint(words.several)
