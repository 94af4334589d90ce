"""CAP004 unread-caption."""

from rules.caption.parts import normal_parts
from rules.caption.reach import JSON, in_need_of_captions, text_suffix, unread_sidecars
from rules.model import Dataset
from rules.quoting import quoted
from rules.reach import stem
from rules.registry import NoOptions, rule
from rules.violation import Fix, Said, Severity, Violation


@rule("CAP004", Severity.ERROR, profile="min")
def unread_caption(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Captions under a suffix that the trainer does not read.

    What it does:
        Finds pictures for which the trainer reads no caption file although another one lies
        beside them. The fix copies the text to the suffix that the trainer reads, where nothing
        can be lost by it: the text decodes, and several such files do not disagree.

    Why is this bad?
        The captions are written and never fed. The run looks well, and the LoRA learns from the
        folder's name or from empty text, or loses the picture.

    Example:
        `0001.caption` for a trainer that reads `.txt`. Copy it to `0001.txt`, or set the
        trainer's own setting for the suffix and `trainer.caption_suffix` in dataset.yaml.

    Source:
        bmaltais/kohya_ss#1936 and #1370: sets trained without a single caption.
    """
    handling = dataset.trainer.captions
    for picture in in_need_of_captions(dataset):
        unread = unread_sidecars(picture)
        if not unread:
            continue
        target = stem(picture) + text_suffix(dataset)
        copyable = (
            all(s.text is not None and s.suffix != JSON for s in unread)
            and len({tuple(normal_parts(s.text or "")) for s in unread}) == 1
            and not target.endswith(JSON)
            and all(s.path != target for s in picture.sidecars)
        )
        # A trainer told to read .json as text would feed its braces.
        settable = handling.suffix_setting and all(s.suffix != JSON for s in unread)
        setting = f", or set `{handling.suffix_setting}`" if settable else ""
        place = f"a `{text_suffix(dataset)}` file of the picture's name"
        yield Violation(
            message=f"{dataset.trainer.id} reads {quoted(handling.suffixes)}, not "
            f"{quoted(s.suffix for s in unread)}",
            evidence={"read": list(handling.suffixes), "found": [s.suffix for s in unread]},
            advice=f"copy the text to {place}{setting}"
            if copyable
            else f"write the caption as plain text to {place}{setting}",
            paths=(unread[0].path,),
            picture=picture.sha256,
            fixes=(Fix(path=unread[0].path, safe=True, target=target),) if copyable else (),
        )
