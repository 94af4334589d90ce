"""Who looks at a dataset's pictures, and whose word counts; light, so that a lint pays nothing.

torch and the models are imported only where a picture is to be looked at.
"""

import importlib.util
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from curate.classify import naming
from curate.classify.combining import combine
from curate.classify.naming import (
    EMBEDDED,
    EMBEDDED_FAMILY,
    embedded_id,
    fitted_to,
    is_there,
    own_heads,
)
from curate.errors import UserError
from curate.index import Index, unseen
from curate.store import Store
from rules.model import Seen
from rules.quoting import counted
from rules.records import record

if TYPE_CHECKING:
    from curate.classify.classifier import Classifier

# In place of dataset.yaml's `classifier`.
VARIABLE = "CURATE_CLASSIFIER"
NOBODY = "none"
EXTRA = ("torch", "open_clip", "safetensors")
FAILED_SHOWN = 3


@record
class Choice:
    """Classifiers that a command names.

    Attributes:
        clip_model: NAME, NAME:PRETRAINED, NAME:FILE or a folder of open_clip.
        tagger: an ONNX file.
        tags: the table of its tags.
    """

    clip_model: str | None = None
    tagger: Path | None = None
    tags: Path | None = None


# Whoever dataset.yaml names.
AS_DECLARED = Choice()


@record
class Sights:
    """What is seen of a dataset's pictures.

    Attributes:
        seen: sha256 -> what counts.
        classifier: the id, or ids, of who saw it; None where nobody did.
        looked: how many pictures were looked at in this run.
        notes: what to tell of it.
    """

    seen: Mapping[str, Seen] = field(default_factory=dict)
    classifier: str | None = None
    looked: int = 0
    notes: tuple[str, ...] = ()


def gather(  # noqa: PLR0913 - one argument per thing that decides, all by keyword
    root: Path,
    *,
    shown: str,
    index: Index,
    store: Store,
    wanted: str | None,
    choice: Choice,
    measure: bool,
) -> Sights:
    """Look at what nobody has looked at, and choose whose word counts.

    Args:
        root: the dataset.
        shown: the same as the user named it.
        index: its pictures.
        store: where facts are kept.
        wanted: `classifier` of dataset.yaml: names or ids, separated by commas, or `none`.
        choice: classifiers that the command names; their word counts before any other.
        measure: whether new pictures may be looked at.

    Raises:
        UserError, RecordError: a classifier that was asked for cannot be loaded.
    """
    names = _names(os.environ.get(VARIABLE) or wanted)
    if NOBODY in names and choice == AS_DECLARED:
        return Sights()
    notes: list[str] = []
    eyes = list(_named(choice, store))
    heads = own_heads(store.folder, EMBEDDED_FAMILY)
    here = None
    if not eyes and EMBEDDED in map(_kind, names) and is_there():
        heads = _fitting(heads, notes)
        here = embedded_id(heads)
        if measure and _can_look():
            known = store.classifiers().get(here, frozenset())
            eyes = [_embedded(heads)] if unseen(index.pictures, known) else []
    fresh = {eye.id: _look(eye, root, index, store, notes) for eye in eyes}
    saw = {name: frozenset(known) for name, known in store.classifiers().items()}
    saw |= {name: saw.get(name, frozenset()) | seen.keys() for name, seen in fresh.items()}
    used = list(fresh) if choice != AS_DECLARED else _counting(names, here, index, saw, notes)
    seen = combine(*({**store.sights(name), **fresh.get(name, {})} for name in used))
    left = {} if eyes else unseen(index.pictures, seen)
    if left and (seen or here is not None):
        notes.append(_left_out(len(left), shown, names, measure=measure and here is not None))
    return Sights(
        seen=seen,
        classifier=" + ".join(used) or None,
        looked=sum(map(len, fresh.values())),
        notes=tuple(notes),
    )


def _names(wanted: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (wanted or EMBEDDED).split(",") if part.strip())


def _kind(name: str) -> str:
    return name.partition(":")[0]


def _named(choice: Choice, store: Store) -> "Iterator[Classifier]":
    """The classifiers that a command names."""
    if choice.tags is not None and choice.tagger is None:
        raise UserError("--tags: is the table of a --tagger; name its model, too")
    if choice.clip_model is not None:
        from curate.classify.open_clip_model import load_open_clip  # noqa: PLC0415 - seconds

        yield load_open_clip(choice.clip_model, store.folder)
    if choice.tagger is not None:
        from curate.classify.tagger import load_tagger  # noqa: PLC0415 - only where asked for

        yield load_tagger(choice.tagger, choice.tags)


def _fitting(heads: Path | None, notes: list[str]) -> Path | None:
    """Heads that were fitted to the embedded model's weights as they are."""
    if heads is None or fitted_to(heads) == fitted_to(naming.FOLDER / naming.HEADS):
        return heads
    notes.append(f"`{heads}` was fitted to other weights: `curate calibrate` fits it anew")
    return None


def _embedded(heads: Path | None) -> "Classifier":
    from curate.classify.embedded import Embedded  # noqa: PLC0415 - seconds

    return Embedded(heads=heads)


def _can_look() -> bool:
    """Whether the extra `classify` is installed; asks without importing it."""
    return all(importlib.util.find_spec(name) is not None for name in EXTRA)


def _look(
    classifier: "Classifier", root: Path, index: Index, store: Store, notes: list[str]
) -> Mapping[str, Seen]:
    from curate.classify.run import look_at  # noqa: PLC0415 - brings numpy and Pillow

    done = look_at(index.pictures, root, store, classifier)
    if done.failed:
        more = len(done.failed) - FAILED_SHOWN
        named = "; ".join(f"`{path}`: {reason}" for path, reason in done.failed[:FAILED_SHOWN])
        tail = f"; and {more:,} more" if more > 0 else ""
        notes.append(f"{counted(len(done.failed), 'picture')} not looked at: {named}{tail}")
    if done.fault is not None:
        notes.append(f"what was seen could not be kept in `{store.folder}`: {done.fault}")
    return done.seen


def _left_out(missing: int, shown: str, names: tuple[str, ...], *, measure: bool) -> str:
    if measure:
        way = "`pip install 'lora-curate[classify]'` brings one"
    else:
        other = "" if EMBEDDED in map(_kind, names) else ", with --clip-model or --tagger,"
        way = f"`curate index {shlex.quote(shown)}`{other} looks at them"
    return f"{counted(missing, 'picture')} looked at by no classifier: {way}"


def _counting(
    names: tuple[str, ...],
    here: str | None,
    index: Index,
    saw: Mapping[str, frozenset[str]],
    notes: list[str],
) -> list[str]:
    """The ids whose word counts: those that are wanted, else whoever saw most."""
    contents = {picture.sha256 for picture in index.pictures}
    known = {
        classifier: len(contents & looked_at)
        for classifier, looked_at in saw.items()
        if contents & looked_at
    }
    found = [classifier for name in names if (classifier := _best(name, known, here)) is not None]
    if not found and known:
        found = [max(known, key=lambda classifier: known[classifier])]
    # A tagger or CLIP that dataset.yaml names is its user's; whether it is at hand nobody asks.
    asked = [name for name in names if _kind(name) != EMBEDDED]
    notes += [
        f"{counted(known[classifier], 'picture')} seen by `{classifier}`, which is not installed "
        "here"
        for classifier in found
        if classifier != here and not any(_stands_for(name, classifier) for name in asked)
    ]
    return found


def _best(name: str, known: Mapping[str, int], here: str | None) -> str | None:
    """The id that a name stands for: the one that is here, else the one that saw most."""
    fits = [classifier for classifier in known if _stands_for(name, classifier)]
    return max(fits, key=lambda classifier: (classifier == here, known[classifier]), default=None)


def _stands_for(name: str, classifier: str) -> bool:
    return classifier == name or classifier.startswith(f"{name}:")
