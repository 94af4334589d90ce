"""CAP005 competing-sidecars."""

from rules.caption.parts import normal_parts
from rules.caption.reach import JSON, in_need_of_captions
from rules.model import Dataset, Picture, Sidecar
from rules.quoting import quoted
from rules.registry import NoOptions, rule
from rules.violation import Abstention, Fix, Said, Severity, Violation


@rule("CAP005", Severity.ERROR)
def competing_sidecars(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Two caption files of one picture that say different things.

    What it does:
        Compares the caption that is fed with the other caption files of the picture, tag by tag
        and sentence by sentence; order, case, underscores and white space do not count. An error
        where the trainer could read the other one too, so that its own order of suffixes
        decides; a warning where it reads only one. JSON beside a trainer that reads none is
        metadata.

    Why is this bad?
        Whoever corrects the file that loses corrects nothing, and sees no difference.

    Example:
        `0001.json` of last month beside the `0001.txt` that you edited: AnimaLoraToolkit reads
        the JSON. Delete the one that is out of date.

    Source:
        The trainers' sources, named in their profiles (`captions.suffixes`).
    """
    undecoded = total = 0
    for picture in in_need_of_captions(dataset):
        fed, caption = picture.fed_sidecar, picture.caption
        rivals = [
            s
            for s in picture.sidecars
            if s is not fed and s.suffix != JSON and (s.text is None or normal_parts(s.text))
        ]
        if fed is None or not rivals:
            continue
        total += 1
        if caption is None or fed.text is None or any(rival.text is None for rival in rivals):
            undecoded += 1
            continue
        said = _parts(caption.text if fed.suffix == JSON else fed.text)
        losers = [rival for rival in rivals if _parts(rival.text) != said]
        if losers:
            yield _violation(dataset, picture, said, losers)
    if undecoded:
        yield Abstention(reason="caption files do not decode", count=undecoded, total=total)


def _violation(
    dataset: Dataset, picture: Picture, said: frozenset[str], losers: list[Sidecar]
) -> Violation:
    fed = picture.fed_sidecar or losers[0]
    apart = {part for loser in losers for part in said ^ _parts(loser.text)}
    both_read = any(loser.suffix in dataset.trainer.captions.suffixes for loser in losers)
    fixes = tuple(
        Fix(path=fed.path, safe=False, target=loser.path)
        for loser in losers
        if said and fed.suffix != JSON
    )
    return Violation(
        message=f"{len(apart)} of {len(said | apart)} tags and sentences stand in only one: "
        f"{dataset.trainer.id} reads {quoted([_name(fed)])} and ignores "
        f"{quoted(_name(loser) for loser in losers)}",
        evidence={
            "read": fed.path,
            "ignored": [loser.path for loser in losers],
            "differing": len(apart),
        },
        advice="delete the file that is out of date",
        paths=(fed.path,),
        severity=Severity.ERROR if both_read else Severity.WARNING,
        picture=picture.sha256,
        fixes=fixes,
    )


def _parts(text: str | None) -> frozenset[str]:
    return frozenset(normal_parts(text or ""))


def _name(sidecar: Sidecar) -> str:
    return sidecar.path.rpartition("/")[2]
