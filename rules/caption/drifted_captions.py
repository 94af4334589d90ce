"""CAP021 drifted-captions."""

from rules.caption.parts import normal_parts
from rules.model import Dataset
from rules.needs import CAPTIONS, LOCKED
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Abstention, Said, Severity, Violation


@rule("CAP021", Severity.WARNING, needs=(LOCKED, CAPTIONS))
def drifted_captions(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Captions that changed although they are declared locked.

    What it does:
        Compares each caption with that of the same picture in `captions_locked`, apart from
        white space at its ends. Pictures that the locked run did not have are counted, not
        judged.

    Why is this bad?
        You locked the captions so that two runs differ in one thing. If captions changed too,
        nobody can tell which change made the LoRA better or worse.

    Example:
        The pictures were replaced, and on the way somebody took `hair intakes` into the tags.
        Restore the captions, or end the lock and compare the runs as two changes.

    Source:
        The account that this linter grew from: a second run with new base and new pictures, and
        the captions deliberately untouched.
    """
    locked = dataset.locked or {}
    unknown = 0
    for picture, caption in dataset.captioned:
        before = locked.get(picture.path, locked.get(caption.path))
        if before is None:
            unknown += 1
            continue
        if before.strip() == caption.text.strip():
            continue
        old, new = normal_parts(before), normal_parts(caption.text)
        lost = [part for part in old if part not in new]
        gained = [part for part in new if part not in old]
        said = [f"lost {quoted(lost)}"] if lost else []
        said += [f"gained {quoted(gained)}"] if gained else []
        yield Violation(
            message=f"{counted(len(lost) + len(gained), 'tag or sentence', 'tags and sentences')} "
            f"of the locked caption changed: {'; '.join(said) or 'written otherwise'}",
            evidence={"lost": list(lost), "gained": list(gained)},
            advice="restore the locked caption, or take `captions_locked` out of dataset.yaml",
            paths=(caption.path,),
            picture=picture.sha256,
        )
    if unknown:
        reason = "pictures have no caption in the locked run"
        yield Abstention(reason=reason, count=unknown, total=len(dataset.captioned))
