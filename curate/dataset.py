"""dataset.yaml + index + facts -> the Dataset that rules judge."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from curate.buckets import place
from curate.captions import SlotTable
from curate.declared import NOTHING, Declarations
from curate.feeding import choose_sidecar, feed_caption, folder_repeats, why_unfed
from curate.folder import suffix_of
from curate.index import FoundPicture
from curate.labels import AXES, Labels, apply_labels
from rules.evidence import FINER, declared_evidence
from rules.finding_profiles import Profiles, profiles_of
from rules.globs import matches
from rules.known_labels import known
from rules.model import Dataset, Evidence, FileFacts, Picture, Seen, Sidecar
from rules.profiles import Trainer
from rules.spec import Source, Spec
from rules.vocabulary import load_vocabulary

EXIF_TURNED = frozenset({5, 6, 7, 8})


def assemble(  # noqa: PLR0913 - one argument per source of facts, all by keyword
    *,
    name: str,
    spec: Spec,
    pictures: Iterable[FoundPicture],
    orphans: tuple[Sidecar, ...] = (),
    locked: Mapping[str, str] | None = None,
    known_tags: Mapping[str, int] | None = None,
    aliases: Mapping[str, str] | None = None,
    labels: Labels | None = None,
    seen: Mapping[str, Seen] | None = None,
    tested_on: int = 0,
    profiles: Profiles | None = None,
) -> Dataset:
    """Build what rules see; without `profiles`, by those that ship.

    Raises:
        RecordError: the spec names a base or trainer that has no profile.
    """
    trainer, base = profiles or profiles_of(spec)
    vocabulary = load_vocabulary().extended(spec.lint)
    slots = SlotTable(spec, base, vocabulary)
    declared = Declarations(vocabulary, spec.subject.trigger)

    def picture(found: FoundPicture) -> Picture:
        told = _picture(found, name, spec, trainer, slots, declared)
        return apply_labels(_with_sight(told, seen or {}), labels or {})

    every = [(picture(found), _is_held_out(found.path, spec)) for found in pictures]
    return Dataset(
        name=name,
        spec=spec,
        trainer=trainer,
        base=base,
        vocabulary=vocabulary,
        pictures=tuple(told for told, held_out in every if not held_out),
        orphans=orphans,
        locked=locked,
        known_tags=known_tags,
        aliases=aliases or {},
        held_out=tuple(told for told, held_out in every if held_out),
        tested_on=tested_on,
    )


def _is_held_out(path: str, spec: Spec) -> bool:
    return any(matches(path, glob) for glob in spec.held_out)


def _with_sight(picture: Picture, sights: Mapping[str, Seen]) -> Picture:
    """The picture with what was seen, which counts more than its caption's word where it is sure.

    What a classifier would rather not say counts where nobody says anything.
    """
    seen = sights.get(picture.sha256 or "")
    if seen is None:
        return picture
    told: dict[str, Any] = {
        axis: evidence
        for axis in AXES
        if (evidence := getattr(seen, axis)) is not None
        and not (evidence.abstained and getattr(picture, axis) is not None)
    }
    group = known(seen.view_group)
    if group is not None and known(seen.view) is None and not _is_finer(picture.view, group):
        told["view"] = group
    return replace(picture, seen=seen, **told)


def _is_finer(declared: Evidence | None, group: Evidence) -> bool:
    """Whether a caption says what a classifier only knows the group of."""
    return declared is not None and (
        declared.label == group.label or declared.label in FINER.get(group.label, ())
    )


def _picture(  # noqa: PLR0913, PLR0917 - what is said of all pictures, then of this one
    found: FoundPicture,
    name: str,
    spec: Spec,
    trainer: Trainer,
    slots: SlotTable,
    declared: Declarations,
) -> Picture:
    fed = choose_sidecar(found.sidecars, trainer.captions)
    caption = feed_caption(fed, trainer.captions, slots) if fed else None
    size = _size_as_read(found.file, trainer)
    glob, source = _source(found.path, spec.sources)
    told = declared.read(caption) if caption else NOTHING
    evidence: dict[str, Any] = {axis: declared_evidence(axis, said) for axis, said in told.items()}
    return Picture(
        path=found.path,
        suffix=suffix_of(found.path),
        sha256=found.sha256,
        file=found.file,
        size=size,
        sidecars=found.sidecars,
        fed_sidecar=fed,
        caption=caption,
        placement=(
            place(size, trainer.buckets, spec.resolution or trainer.resolution) if size else None
        ),
        unfed=why_unfed(
            found.path,
            trainer,
            decodes=found.file is None or found.file.error is None,
            has_caption=fed is not None,
            empty=caption is not None and not caption.tokens,
        ),
        repeats=folder_repeats(f"{name}/{found.path}", trainer),
        glob=glob,
        source=source,
        declared=told,
        **evidence,
    )


def _size_as_read(file: FileFacts | None, trainer: Trainer) -> tuple[int, int] | None:
    """Width and height in pixels, turned where the trainer applies the orientation."""
    if file is None or file.error is not None or not file.width or not file.height:
        return None
    if trainer.pictures.exif == "applied" and file.orientation in EXIF_TURNED:
        return file.height, file.width
    return file.width, file.height


def _source(path: str, sources: Mapping[str, Source]) -> tuple[str | None, Source | None]:
    return next(((g, s) for g, s in sources.items() if matches(path, g)), (None, None))
