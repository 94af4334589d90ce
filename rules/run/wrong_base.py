"""RUN007 wrong-base."""

from rules.model import Dataset
from rules.needs import PLANNED, PUBLISHED
from rules.registry import NoOptions, rule
from rules.violation import Abstention, Said, Severity, Violation

DIGITS = 12


@rule("RUN007", Severity.ERROR, needs=(PLANNED, PUBLISHED), profile="min")
def wrong_base(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """The base's file is not the one that the dataset was linted for.

    What it does:
        Compares the sha256 and the number of blocks of the transformer's file with those in the
        profile of `base`, or the sha256 with `base.sha256` of train.yaml where that is stated.
        `train plan` reads no file of weights whole, so it compares the blocks alone.

    Why is this bad?
        A LoRA fits the base that it was trained on. On a sister of the same shape it loads
        without a word and misses; on one with more blocks it lands on other layers.

    Example:
        dataset.yaml says `base: anima-base-v1.0`, and train.yaml names a preview's file. Name
        the right one, or say which base is meant: `base: wai-anima` there, `sha256` here.

    Source:
        The account that this linter grew from: a LoRA of one base hit its character in 22% of
        the pictures on its sister. Hashes and blocks are those of the profile.
    """
    run, known = dataset.planned, dataset.base.file
    if run is None:
        return
    wanted = run.stated_sha256 or (known.sha256 if known else None)
    meant = "train.yaml" if run.stated_sha256 else f"the profile of {dataset.base.title}"
    if run.stated_sha256 is None and known and run.base_blocks != known.blocks:
        what = f"`{run.base_file}` has {run.base_blocks} blocks, {meant} says {known.blocks}"
    elif run.base_sha256 is None:
        yield Abstention(reason="the base's file was not read", count=1, total=1)
        return
    elif run.base_sha256 != wanted:
        what = f"`{run.base_file}` is {run.base_sha256[:DIGITS]}..., {meant} says {wanted}"
    else:
        return
    yield Violation(
        message=what,
        evidence={"sha256": run.base_sha256, "wanted": wanted, "blocks": run.base_blocks},
        advice="get the file that is meant, or say that this one is: `base.sha256` in train.yaml, "
        "and `base` in dataset.yaml",
        paths=(),
    )
