"""Opening a dataset folder: its spec (written or guessed), index and facts, as one Dataset."""

import difflib
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from curate.captions import SlotTable
from curate.classify.looking import AS_DECLARED, Choice, Sights, gather
from curate.dataset import assemble
from curate.errors import UserError
from curate.feeding import folder_repeats
from curate.folder import shown
from curate.guess import Guess, guess_spec
from curate.index import Index, UnmeasuredPictures, index_folder, read_captions
from curate.labels import LABELS, is_foreign, is_labelled, load_labels
from curate.store import Store
from rules.finding_profiles import known_trainers, load_base, load_trainer, profiles_of
from rules.model import Dataset
from rules.plain_yaml import load_yaml
from rules.quoting import counted
from rules.records import RecordError, parse, record
from rules.spec import Spec, TrainerChoice
from rules.vocabulary import load_vocabulary

SPEC_FILE = "dataset.yaml"
UNMEASURED_SHOWN = 5


@record
class Session:
    """An opened dataset.

    Attributes:
        shown: the folder as the user named it.
        notes: guesses and files left out, for the top of the report.
        guess: what was guessed, where there is no dataset.yaml.
        store: where facts and the last report are kept.
        trainer: the profile that was named in place of the spec's.
        sights: what classifiers saw.
    """

    root: Path
    shown: str
    dataset: Dataset
    index: Index
    notes: tuple[str, ...]
    guess: Guess | None
    store: Store
    trainer: str | None = None
    sights: Sights = Sights()


def open_dataset(
    path: str,
    *,
    trainer: str | None = None,
    cache_dir: Path | None = None,
    measure: bool = True,
    look: Choice | None = AS_DECLARED,
) -> Session:
    """Open a folder, measuring and looking at what is new.

    Args:
        path: the folder, as the user named it.
        trainer: a trainer profile in place of the spec's.
        cache_dir: in place of `.curate/`.
        measure: whether new pictures may be measured, and looked at.
        look: classifiers to look with, in place of the spec's; None where nobody shall look.

    Raises:
        UserError: no such folder, no pictures, or pictures without facts while `measure` is off.
        RecordError: dataset.yaml or the facts cannot be understood.
    """
    root = _checked(path)
    if trainer is not None and trainer not in known_trainers():
        close = difflib.get_close_matches(trainer, known_trainers(), n=1) or known_trainers()
        raise UserError(f"--trainer: no profile `{trainer}`; did you mean `{'`, `'.join(close)}`?")
    path = shown(path)
    store, index = _read(root, path, cache_dir, measure=measure)
    if not index.pictures:
        raise UserError(f"{path}: no pictures were found; name the folder that holds them")

    def looking(spec: Spec) -> Sights:
        if look is None:
            return Sights()
        return gather(
            root,
            shown=path,
            index=index,
            store=store,
            wanted=spec.classifier,
            choice=look,
            measure=measure,
        )

    return _opened(root, path, store, index, trainer, looking)


def with_index(session: Session, index: Index) -> Session:
    """The dataset as it would be had the folder held something else: other captions or pictures."""
    return _opened(
        session.root,
        session.shown,
        session.store,
        index,
        session.trainer,
        lambda _: session.sights,
    )


def _opened(  # noqa: PLR0913, PLR0917 - what `open_dataset` found out, in its order
    root: Path,
    path: str,
    store: Store,
    index: Index,
    trainer: str | None,
    looking: Callable[[Spec], Sights],
) -> Session:
    spec, guess = _spec(root, index, trainer)
    if trainer is not None:
        spec = replace(spec, trainer=_choice(spec.trainer_choice, trainer))
    known_tags, aliases = _known_tags(root, spec)
    sights = looking(spec)
    dataset = assemble(
        name=shown(root.resolve().name),
        spec=spec,
        pictures=index.pictures,
        orphans=index.orphans,
        locked=_locked(root, spec),
        known_tags=known_tags,
        aliases=aliases,
        labels=load_labels(root),
        seen=sights.seen,
        tested_on=_tested_on(root, index, sights),
        profiles=profiles_of(spec, root),
    )
    return Session(
        root=root,
        shown=path,
        dataset=dataset,
        index=index,
        notes=(
            *(_guess_notes(path, guess) if guess else ()),
            *_label_notes(root, dataset),
            *index.notes,
            *sights.notes,
        ),
        guess=guess,
        store=store,
        trainer=trainer,
        sights=sights,
    )


def _tested_on(root: Path, index: Index, sights: Sights) -> int:
    """How many pictures people labelled of which a classifier said something, too."""
    if not sights.seen:
        return 0
    written = load_labels(root)
    return sum(
        picture.sha256 in sights.seen and is_labelled(picture.path, picture.sha256, written)
        for picture in index.pictures
    )


def _checked(path: str) -> Path:
    root = Path(path)
    if not root.exists():
        raise UserError(f"{path}: no such folder")
    if not root.is_dir():
        raise UserError(f"{path}: is a file; name the folder of the dataset")
    return root


def _read(root: Path, shown: str, cache_dir: Path | None, *, measure: bool) -> tuple[Store, Index]:
    try:
        store = Store.of(root, cache_dir)
        return store, index_folder(root, store, measure=measure)
    except UnmeasuredPictures as error:
        names = ", ".join(error.paths[:UNMEASURED_SHOWN])
        more = len(error.paths) - UNMEASURED_SHOWN
        names += f" and {more:,} more" if more > 0 else ""
        raise UserError(
            f"{shown}: no facts about {counted(len(error.paths), 'picture')} ({names}); "
            f"run `curate index {shlex.quote(shown)}` and commit "
            f"{shown.rstrip('/')}/.curate/facts.jsonl"
        ) from error
    except OSError as error:
        place = error.filename or shown
        raise UserError(f"{place}: {error.strerror or error}") from error


def _spec(root: Path, index: Index, trainer_id: str | None) -> tuple[Spec, Guess | None]:
    path = root / SPEC_FILE
    if os.path.lexists(path):  # a broken link is no missing file: its settings would be lost
        data = load_yaml(path, SPEC_FILE)
        return parse(Spec, {} if data is None else data, SPEC_FILE), None
    spec = Spec() if trainer_id is None else Spec(trainer=trainer_id)
    trainer = load_trainer(spec.trainer_choice)
    name = root.resolve().name
    numbers = dict.fromkeys(folder_repeats(f"{name}/{p.path}", trainer) for p in index.pictures)
    repeats = tuple(number for number in numbers if number > 1)
    guess = guess_spec(index.pictures, spec, load_base(spec.base), load_vocabulary(), repeats)
    return guess.spec, guess


def _guess_notes(path: str, guess: Guess) -> tuple[str, ...]:
    guessed = "; ".join(guess.notes)
    pin = f"`curate init {shlex.quote(path)}` writes it down"
    return (f"no {SPEC_FILE}, so this was guessed: {guessed}. {pin}",)


def _label_notes(root: Path, dataset: Dataset) -> tuple[str, ...]:
    """Labels that speak of no picture, or of one whose bytes have changed since."""
    if is_foreign(root):
        return (f"{LABELS} is a list, which another program wrote: it labels nothing here",)
    contents = {picture.path: picture.sha256 for picture in dataset.pictures}
    stray = [
        path
        for path, said in load_labels(root).items()
        if path not in contents or said.sha256 not in {None, contents[path]}
    ]
    if not stray:
        return ()
    names = ", ".join(f"`{path}`" for path in stray[:UNMEASURED_SHOWN])
    more = f" and {len(stray) - UNMEASURED_SHOWN:,} more" if stray[UNMEASURED_SHOWN:] else ""
    return (f"{LABELS} labels pictures that are not there, or were changed: {names}{more}",)


def _choice(choice: TrainerChoice, profile: str) -> TrainerChoice:
    """The user's own settings belong to the profile that they were written for."""
    return choice if choice.profile == profile else TrainerChoice(profile=profile)


def _known_tags(root: Path, spec: Spec) -> tuple[Mapping[str, int] | None, Mapping[str, str]]:
    """The user's vocabulary file: lines of tag, category, count, "alias,alias".

    Raises:
        RecordError: the file cannot be read or has another shape.
    """
    if spec.lint.vocabulary is None:
        return None, {}
    path = root / spec.lint.vocabulary
    if not path.is_file():
        raise RecordError(SPEC_FILE, [f"`lint.vocabulary`: {path} is no file; name one, or none"])
    import csv  # noqa: PLC0415 - most sets name no vocabulary

    normal = SlotTable(Spec(), load_base(spec.base, root), load_vocabulary()).normal
    counts: dict[str, int] = {}
    aliases: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                if not row:
                    continue
                tag = normal(row[0])
                counts[tag] = int(row[2]) if len(row) > 2 and row[2] else 1  # noqa: PLR2004
                for alias in row[3].split(",") if len(row) > 3 else ():  # noqa: PLR2004
                    aliases.setdefault(normal(alias), tag)
    except OSError as error:
        raise RecordError(SPEC_FILE, [f"`lint.vocabulary`: {path}: {error.strerror}"]) from error
    except (ValueError, csv.Error) as error:
        wanted = "lines of tag,category,count,aliases"
        raise RecordError(SPEC_FILE, [f"`lint.vocabulary`: {path}: {wanted}, {error}"]) from error
    return counts, aliases


def _locked(root: Path, spec: Spec) -> Mapping[str, str] | None:
    """The captions of the folder that is declared locked: picture path -> text."""
    if spec.captions_locked is None:
        return None
    folder = root / spec.captions_locked
    if not folder.is_dir():
        raise RecordError(
            SPEC_FILE, [f"`captions_locked`: {folder} is no folder; name one, or none"]
        )
    return read_captions(folder)
