"""CAP007 undecodable-caption."""

from rules.caption.reach import JSON, in_need_of_captions, unread_sidecars
from rules.fixing import each
from rules.model import Dataset, Sidecar
from rules.registry import NoOptions, rule
from rules.violation import Fix, Said, Severity, Violation

UNKNOWN = frozenset({"utf-8", "unreadable"})


@rule("CAP007", Severity.ERROR, profile="min")
def undecodable_caption(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Caption files that are not UTF-8.

    What it does:
        Names the first byte that is not UTF-8 and the encoding that the bytes look like. The fix
        reads the file in that encoding and writes it as UTF-8; as the encoding is a guess, look
        at the difference before you let it.

    Why is this bad?
        Trainers open captions when their turn comes. The run ends in the middle of an epoch,
        hours after its start, or the words reach the encoder garbled.

    Example:
        A caption saved as Shift-JIS by an old editor. Save it again as UTF-8.

    Source:
        ostris/ai-toolkit#113: a run that ended at step 1265. What each trainer does is in its
        profile (`captions.undecodable`).
    """
    for picture in in_need_of_captions(dataset):
        fed = picture.fed_sidecar
        read = (fed,) if fed else unread_sidecars(picture)
        sidecar = next((sidecar for sidecar in read if sidecar.text is None), None)
        if sidecar is None:
            continue
        at = "the file cannot be read"
        if sidecar.error_offset is not None:
            at = f"byte {sidecar.error_offset:,} is not UTF-8"
        likely = None if sidecar.encoding in UNKNOWN else sidecar.encoding
        fix = Fix(path=sidecar.path, safe=False, encoding=likely) if likely else None
        yield Violation(
            message=f"{at}{f' (likely {likely})' if likely else ''}: "
            f"{dataset.trainer.id} {_consequence(dataset, sidecar, fed=sidecar is fed)}",
            evidence={"offset": sidecar.error_offset, "encoding": likely},
            advice="save it as UTF-8"
            if fix
            else "see whether the file can be opened, and save it as UTF-8",
            paths=(sidecar.path,),
            picture=picture.sha256,
            fixes=each(fix),
        )


def _consequence(dataset: Dataset, sidecar: Sidecar, *, fed: bool) -> str:
    handling = dataset.trainer.captions
    if not fed:
        return f"does not read {sidecar.suffix} either"
    if sidecar.suffix == JSON and handling.json_broken == "empty":
        return "trains the picture on empty text"
    return "crashes when it reads it" if handling.undecodable == "crash" else "stops"
