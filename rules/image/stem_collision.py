"""IMG008 stem-collision."""

from collections import Counter, defaultdict

from rules.model import Dataset, Picture
from rules.quoting import counted
from rules.reach import stem, within_reach_and_read
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("IMG008", Severity.ERROR, profile="min")
def stem_collision(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures that share one caption file because their names differ in the suffix only.

    What it does:
        Groups the pictures that the trainer reads by folder and name without suffix. Names
        that differ in upper and lower case only are a warning: they collide where the file
        system does not tell them apart.

    Why is this bad?
        A caption belongs to a picture by its name. Two pictures with one name are trained on
        the same caption, so at least one is described wrongly; a cache of latents that is named
        after the picture gets overwritten too.

    Example:
        `a.png` and `a.jpg` both read `a.txt`. Rename one of them and write its own caption.

    Source:
        Reports about caption tools and trainers that look for captions by name.
    """
    groups: dict[tuple[str, str], list[tuple[str, Picture]]] = defaultdict(list)
    for picture in within_reach_and_read(dataset):
        folder, _, name = stem(picture).rpartition("/")
        groups[folder, name.casefold()].append((stem(picture), picture))
    for (folder, name), members in groups.items():
        if len(members) == 1:
            continue
        shared_stem, times = Counter(s for s, _ in members).most_common(1)[0]
        shared = times > 1
        fed = next((p.caption.path for s, p in members if s == shared_stem and p.caption), None)
        caption = fed or f"{shared_stem}{dataset.trainer.captions.suffixes[0]}"
        yield Violation(
            message=f"{counted(len(members), 'picture')} share the caption `{caption}`"
            + ("" if shared else " where the file system ignores upper and lower case"),
            evidence={"pictures": len(members), "caption": caption, "same_case": shared},
            advice="rename all but one of them and give each a caption of its own",
            paths=tuple(picture.path for _, picture in members),
            severity=Severity.ERROR if shared else Severity.WARNING,
            key=f"{folder}/{name}",
        )
