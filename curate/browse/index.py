"""A dataset folder -> a persistent FiftyOne dataset, as often as one likes."""

import os
import warnings
from collections.abc import Mapping
from typing import Any

from curate.approvals import Approvals, load_approvals
from curate.browse import database
from curate.browse.connection import fiftyone
from curate.browse.fields import Row, rows
from curate.browse.library import OURS, dataset_of
from curate.browse.look import draw_map
from curate.browse.marker import absolute, mark
from curate.browse.samples import Entry, Upserted, upsert
from curate.browse.views import arrange, save_views, wanted_views, workspace
from curate.folder import list_folder, suffix_of
from curate.session import Session
from rules.report import Report


def index_in_fiftyone(session: Session, report: Report, name: str | None) -> tuple[str, Upserted]:
    """Write everything known of a folder to its FiftyOne dataset: its name, and what changed.

    Raises:
        UserError: FiftyOne is missing or its database fails.
    """
    with fiftyone() as fo:
        dataset, done = write(fo, session, report, name)
        return str(dataset.name), done


def write(fo: Any, session: Session, report: Report, name: str | None) -> tuple[Any, Upserted]:
    """The same within a connection; the dataset is ready to be shown."""
    with warnings.catch_warnings(action="ignore"):
        entries = _entries(session, report)
        dataset = dataset_of(fo, session.root, name, [entry.sha256 for entry in entries])
        told = dict(dataset.info.get(OURS, {}))
        parted = {sha: list(tags) for sha, tags in told.get("parted", {}).items()}
        done = upsert(fo, dataset, entries, parted)
        if parted != told.get("parted", {}):
            dataset.info = {**dataset.info, OURS: {**dataset.info.get(OURS, {}), "parted": parted}}
        if done.written:
            dataset.save()
        draw_map(dataset, _embeddings(session))
        names = {finding.code: finding.name for finding in report.findings}
        save_views(fo, dataset, wanted_views([(e.path, e.row) for e in entries], names))
        arrange(fo, dataset, [entry.row for entry in entries])
        workspace(fo, dataset)
    mark(session, str(dataset.name))
    return dataset, done


def _embeddings(session: Session) -> Mapping[str, Any]:
    """sha256 -> embedding by the first of the session's classifiers that kept any."""
    try:
        from curate.classify.embeddings import load_embeddings  # noqa: PLC0415 - brings safetensors
    except ImportError:
        return {}
    names = (session.sights.classifier or "").split(" + ")
    kept = (load_embeddings(session.store, name) for name in names if name)
    return next((embeddings for embeddings in kept if embeddings), {})


def _entries(session: Session, report: Report) -> list[Entry]:
    approvals = load_approvals(session.root)
    places = _places(session)
    facts: list[Row] = rows(session.dataset, report)
    return [
        Entry(
            path=picture.path,
            filepath=places[picture.path],
            sha256=picture.sha256 or "",
            row={k: v for k, v in row.items() if k not in {"path", "sha256"}},
            decision=_tag(approvals, picture.path, picture.sha256),
        )
        for picture, row in zip(session.dataset.pictures, facts, strict=True)
    ]


def _tag(approvals: Approvals, path: str, sha256: str | None) -> str | None:
    decision = approvals.of(path, sha256)
    return decision.tag if decision else None


def _places(session: Session) -> Mapping[str, str]:
    """Where the App opens each picture; a name that is not UTF-8 is reached through a link."""
    root = absolute(session.root)
    paths = [picture.path for picture in session.dataset.pictures]
    places = {path: f"{root}/{path}" for path in paths}
    odd = [p for p in session.dataset.pictures if "\\x" in p.path]
    if not odd and str(root).isprintable():
        return places
    real = {file.path: file.real for file in list_folder(root).pictures}
    contents = {picture.path: picture.sha256 for picture in session.dataset.pictures}
    for path in paths:
        place = real.get(path)
        if place is not None and not _is_utf8(place):
            places[path] = _linked(place, contents[path] or "", suffix_of(path))
    return places


def _linked(place: str, sha256: str, suffix: str) -> str:
    links = database.data_folder() / "links"
    links.mkdir(exist_ok=True)
    link = links / f"{sha256}{suffix}"
    if not link.is_symlink() or os.readlink(link) != place:  # noqa: PTH115 - a name of any bytes
        link.unlink(missing_ok=True)
        link.symlink_to(place)
    return str(link)


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
