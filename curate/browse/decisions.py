"""What people tagged in the App, merged with what the folder's files say."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from curate.approvals import Approvals, Decision, load_approvals, save_approvals
from curate.browse.connection import fiftyone
from curate.browse.marker import MARKER
from curate.browse.tags import REJECT, decision_of, is_said, label_of, reason_of
from curate.errors import UserError
from curate.labels import Labels, PictureLabels, load_labels, save_labels
from curate.session import Session
from rules.quoting import counted
from rules.records import parse, to_plain

SHOWN = 5


def read_tags(session: Session, name: str) -> tuple[str, ...]:
    """Write decisions and labels of the App to approvals.yaml and labels.json; what to tell of it.

    Args:
        session: the opened folder.
        name: of the folder's dataset in FiftyOne.

    Raises:
        UserError: the database fails, or App and file decided differently about a picture.
        RecordError: a label is none of the known ones.
        OSError: a file cannot be written.
    """
    with fiftyone() as fo, warnings.catch_warnings(action="ignore"):
        if not fo.dataset_exists(name):
            place = session.store.folder / MARKER
            return (
                f"FiftyOne has no dataset {name} any more, so no tags; `rm {place}` forgets it",
            )
        collection = fo.load_dataset(name)._sample_collection  # noqa: SLF001 - as they are written
        wanted = dict.fromkeys(("path", "sha256", "tags", "decided"), 1)
        documents = [doc for doc in collection.find({}, wanted) if doc.get("path")]
        contents = {picture.path: picture.sha256 or "" for picture in session.dataset.pictures}
        current = [doc for doc in documents if contents.get(doc["path"]) == doc.get("sha256")]
        merged, decided = _merge(current, load_approvals(session.root))
        written = load_labels(session.root)
        labels, labelled = _labelled(current, written)
        save_approvals(session.root, merged)
        if labels != written:
            save_labels(session.root, labels)
        _settle(collection, current)
    told = f"{counted(decided, 'decision')} and {counted(labelled, 'label')} from FiftyOne"
    behind = len(documents) - len(current)
    if behind:
        told += (
            f"; {counted(behind, 'picture')} changed since FiftyOne saw them, whose tags are not "
            "read: `curate index --fiftyone` shows them as they are"
        )
    return (told,)


def _settle(collection: Any, documents: Iterable[Mapping[str, Any]]) -> None:
    """Remember that App and file are in step."""
    from pymongo import UpdateOne  # noqa: PLC0415 - comes with FiftyOne

    said = ((doc, decision_of(doc.get("tags", ()))) for doc in documents)
    moved = [
        UpdateOne({"_id": doc["_id"]}, {"$set": {"decided": tag}})
        for doc, tag in said
        if tag != doc.get("decided")
    ]
    if moved:
        collection.bulk_write(moved, ordered=False)


def _merge(documents: Iterable[Mapping[str, Any]], approvals: Approvals) -> tuple[Approvals, int]:
    """Approvals with every decision that changed in the App since the two were in step."""
    pictures = dict(approvals.pictures)
    conflicts = []
    number = 0
    for doc in documents:
        path, sha256 = doc["path"], doc["sha256"]
        in_app, before = decision_of(doc.get("tags", ())), doc.get("decided")
        written = approvals.of(path, sha256)
        in_file = written.tag if written else None
        if in_app in {before, in_file}:
            continue
        if in_file != before:
            conflicts.append(f"{path}: approvals.yaml says {in_file}, FiftyOne says {in_app}")
            continue
        number += 1
        if in_app is None:
            pictures.pop(path, None)
        else:
            pictures[path] = _decision(in_app, sha256)
    if conflicts:
        raise UserError(
            f"{'; '.join(conflicts[:SHOWN])}; {len(conflicts)} to settle: change either"
        )
    return replace(approvals, pictures=pictures), number


def _decision(tag: str, sha256: str) -> Decision:
    if tag.startswith(REJECT):
        return Decision(decision="reject", reason=reason_of(tag) or None, sha256=sha256)
    return Decision(decision="approve", sha256=sha256)


def _labelled(documents: Iterable[Mapping[str, Any]], labels: Labels) -> tuple[Labels, int]:
    merged = dict(labels)
    number = 0
    for doc in documents:
        path = doc["path"]
        said = [tag for tag in doc.get("tags", ()) if is_said(tag)]
        told = dict(pair for tag in said if (pair := label_of(tag)))
        if told:
            plain = {**to_plain(merged.get(path, PictureLabels())), **told, "sha256": doc["sha256"]}
            merged[path] = parse(PictureLabels, plain, f"tags of {path} in FiftyOne")
            number += len(told)
    return merged, number
