"""Rows of facts -> samples of a FiftyOne dataset: what is new, changed, renamed or gone.

A sample belongs to a content: it survives a renaming with everything that people tagged, and a
picture whose bytes changed loses their decisions, which spoke of the old ones.
"""

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from curate.browse.fields import Label, Row, Value, stamp
from curate.browse.tags import WAS, decision_of, is_said, label_of
from curate.progress import progress
from rules.records import record

BATCH = 1000
# Fields that tell which picture a sample is, and what the folder last said of it.
KEPT = ("path", "filepath", "sha256", "stamp", "decided", "tags")


@record
class Entry:
    """A picture on its way into the database.

    Attributes:
        sha256: empty where the file could not be read.
        filepath: where the App opens it.
        decision: the tag that approvals.yaml speaks for, if any.
    """

    path: str
    filepath: str
    sha256: str
    row: Row
    decision: str | None = None


@record
class Upserted:
    """How many samples were written and why; `written` counts each once."""

    added: int = 0
    changed: int = 0
    renamed: int = 0
    removed: int = 0
    total: int = 0

    @property
    def written(self) -> int:
        """How many samples the database had to touch."""
        return self.added + self.changed + self.renamed + self.removed


def upsert(
    fo: Any, dataset: Any, entries: Sequence[Entry], parted: dict[str, list[str]]
) -> Upserted:
    """Make a dataset hold exactly these pictures.

    Args:
        fo: FiftyOne.
        dataset: one of its datasets.
        entries: every picture of the folder.
        parted: sha256 -> tags of pictures that were gone: taken from and added to.
    """
    collection = dataset._sample_collection  # noqa: SLF001 - writing documents is ten times as fast
    declare(fo, dataset, [entry.row for entry in entries])
    olds = {
        doc["path"]: doc for doc in collection.find({}, dict.fromkeys(KEPT, 1)) if doc.get("path")
    }
    pairs, gone = match(entries, olds)
    operations = []
    counts = dict.fromkeys(("added", "changed", "renamed"), 0)
    for entry, old in progress(pairs, total=len(pairs), doing="comparing pictures"):
        if operation := _operation(dataset, entry, old, parted):
            operations.append(operation)
            counts[
                "added" if old is None else "renamed" if old["path"] != entry.path else "changed"
            ] += 1
    for doc in gone:
        if said := [tag for tag in doc.get("tags", ()) if is_said(tag)]:
            parted[doc["sha256"]] = said
    batches = [operations[i : i + BATCH] for i in range(0, len(operations), BATCH)]
    for batch in progress(batches, total=len(batches), doing="writing to FiftyOne"):
        collection.bulk_write(batch, ordered=False)
    if gone:
        collection.delete_many({"_id": {"$in": [doc["_id"] for doc in gone]}})
    return Upserted(**counts, removed=len(gone), total=len(entries))


def match(
    entries: Iterable[Entry], olds: Mapping[str, Mapping[str, Any]]
) -> tuple[list[tuple[Entry, Mapping[str, Any] | None]], list[Mapping[str, Any]]]:
    """Every picture with its sample: by path, else by content; and the samples left over."""
    waiting = dict(olds)
    taken = [(entry, waiting.pop(entry.path, None)) for entry in entries]
    by_content = {doc["sha256"]: path for path, doc in waiting.items() if doc.get("sha256")}
    pairs = []
    for entry, old in taken:
        moved = by_content.pop(entry.sha256, None) if old is None else None
        pairs.append((entry, waiting.pop(moved) if moved else old))
    return pairs, list(waiting.values())


def _operation(
    dataset: Any,
    entry: Entry,
    old: Mapping[str, Any] | None,
    parted: dict[str, list[str]],
) -> Any:
    """What must be written, None where the sample is as it should be."""
    from pymongo import InsertOne, UpdateOne  # noqa: PLC0415 - comes with FiftyOne

    tags, decided = _tags(entry, old, parted)
    mark = stamp(entry.row, entry.filepath, entry.sha256)
    same = (mark, entry.path, tags, decided)
    if old is not None and same == (old["stamp"], old["path"], old["tags"], old.get("decided")):
        return None
    now = dt.datetime.now(dt.UTC)
    document = {
        "filepath": entry.filepath,
        "path": entry.path,
        "sha256": entry.sha256,
        "stamp": mark,
        "tags": tags,
        "decided": decided,
        "metadata": {
            "_cls": "ImageMetadata",
            "size_bytes": entry.row.get("file_bytes"),
            "width": entry.row.get("file_width"),
            "height": entry.row.get("file_height"),
        },
        "last_modified_at": now,
        **{name: _document(value) for name, value in entry.row.items()},
    }
    if old is None:
        fresh = {
            "_media_type": "image",
            "_rand": random.random(),  # noqa: S311 - what FiftyOne shuffles by
            "_dataset_id": dataset._doc.id,  # noqa: SLF001 - as FiftyOne writes it
            "created_at": now,
        }
        return InsertOne({**document, **fresh})
    missing = dataset.get_field_schema().keys() - document.keys() - {"id", "created_at"}
    return UpdateOne({"_id": old["_id"]}, {"$set": document, "$unset": dict.fromkeys(missing, "")})


def _tags(
    entry: Entry, old: Mapping[str, Any] | None, parted: dict[str, list[str]]
) -> tuple[list[str], str | None]:
    """The tags of a sample and the decision that they were last in step with."""
    tags = list(old.get("tags", ())) if old is not None else parted.pop(entry.sha256, [])
    decided = old.get("decided") if old is not None else None
    if old is not None and old.get("sha256") != entry.sha256:
        tags = [f"{WAS}{tag}" if is_said(tag) else tag for tag in tags]
        decided = None
    tags = [tag for tag in tags if not _is_known(tag, entry.row)]
    said = decision_of(tags)
    if said not in {decided, entry.decision}:  # decided in the App: `approve` will read it
        return tags, decided
    others = [tag for tag in tags if tag != said]
    return [*others, *([entry.decision] if entry.decision else [])], entry.decision


def _is_known(tag: str, row: Row) -> bool:
    """Whether a tag says what labels.json says by now."""
    told = label_of(tag)
    label = row.get(told[0]) if told else None
    return (
        isinstance(label, Label)
        and told is not None
        and (label.label, label.source) == (told[1], "labelled")
    )


def _document(value: Value) -> object:
    if not isinstance(value, Label):
        return value
    from bson import ObjectId  # noqa: PLC0415 - comes with FiftyOne

    told = {"label": value.label, "confidence": value.confidence, "source": value.source}
    guess = {"guess": value.guess} if value.guess else {}
    return {"_id": ObjectId(), "_cls": "Classification", "tags": [], **told, **guess}


def declare(fo: Any, dataset: Any, rows: Iterable[Row]) -> None:
    """Declare every field; one whose type changed is dropped, for it is written anew."""
    wanted: dict[str, Any] = {
        "path": (fo.StringField, None),
        "sha256": (fo.StringField, None),
        "stamp": (fo.StringField, None),
        "decided": (fo.StringField, None),
    }
    for row in rows:
        for name, value in row.items():
            if name not in wanted or wanted[name] == (fo.IntField, None):
                wanted[name] = _type(fo, value)
    present = dataset.get_field_schema(flat=True)
    for name, (field, inner) in wanted.items():
        if name in present and not isinstance(present[name], field):
            dataset.delete_sample_field(name)
        if field is fo.EmbeddedDocumentField:
            dataset.add_sample_field(name, field, embedded_doc_type=inner)
            for more in ("source", "guess"):
                dataset.add_sample_field(f"{name}.{more}", fo.StringField)
        else:
            dataset.add_sample_field(name, field, **({"subfield": inner} if inner else {}))


def _type(fo: Any, value: Value) -> tuple[Any, Any]:
    if isinstance(value, Label):
        return fo.EmbeddedDocumentField, fo.Classification
    if isinstance(value, list):
        number = bool(value) and isinstance(value[0], float)
        return fo.ListField, fo.FloatField if number else fo.StringField
    types = {bool: fo.BooleanField, int: fo.IntField, float: fo.FloatField, str: fo.StringField}
    return types[type(value)], None
