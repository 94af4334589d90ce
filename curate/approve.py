"""`curate approve`: report and decisions -> manifest.json, and its check."""

import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from curate.approvals import Approvals, Decision, load_approvals, save_approvals
from curate.browse.marker import marked_name
from curate.errors import UserError
from curate.formats.as_json import as_plain
from curate.judging import judge
from curate.manifest import (
    SPEC_FILE,
    VERSION,
    ApprovedPicture,
    Manifest,
    Override,
    RejectedPicture,
    digests,
    drift,
    read_manifest,
    real_files,
    spec_digest,
    write_manifest,
)
from curate.session import Session, open_dataset
from curate.store import INDEX
from rules.model import Dataset, Picture
from rules.quoting import counted
from rules.records import record
from rules.report import Report
from rules.violation import Severity

SHOWN = 10


@record
class Approval:
    """How an approval ended.

    Attributes:
        code: 0 approved, 1 refused or drifted.
        lines: what to print.
    """

    code: int
    lines: tuple[str, ...]


@record
class Split:
    """The pictures of a dataset after people decided."""

    approved: tuple[Picture, ...]
    rejected: tuple[RejectedPicture, ...]
    decided: int
    stray: tuple[str, ...]


def check(directory: str) -> Approval:
    """Hold the manifest against the files, naming each that differs.

    Raises:
        UserError, RecordError: there is no manifest that can be read.
    """
    root = Path(directory)
    if not root.is_dir():
        raise UserError(f"{directory}: no such folder")
    manifest = read_manifest(root)
    drifted = tuple(drift(root, manifest))
    if drifted:
        way_out = "bring the old files back, or run `curate approve` again"
        return Approval(
            code=1, lines=(*drifted, f"{counted(len(drifted), 'file')} drifted; {way_out}")
        )
    return Approval(code=0, lines=(f"{counted(len(manifest.pictures), 'picture')} as approved",))


def approve(
    directory: str, *, overrides: Iterable[str], reason: str | None, cache_dir: Path | None
) -> Approval:
    """Judge what people left in, and write the manifest where no error stands against it.

    Raises:
        UserError, RecordError: it could not judge, or an override lacks its reason.
    """
    accepted = _accepted(tuple(overrides), reason)
    session, before = _opened(directory, cache_dir)
    session, told = _with_tags(session, cache_dir)
    approvals = load_approvals(session.root)
    approvals = replace(approvals, overrides={**approvals.overrides, **accepted})
    split = _split(session.dataset, approvals)
    judged = replace(session, dataset=_without(session.dataset, split.rejected))
    report = judge(judged, session.dataset.spec.lint)
    errors = {error.code for error in report.at_least(Severity.ERROR)}
    _check_overrides(accepted, errors)
    if standing := sorted(errors - approvals.overrides.keys()):
        return Approval(code=1, lines=(*told, *_refusal(session, report, standing)))
    manifest = _manifest(approvals, split, before, report)
    _check_bytes(session, manifest)
    save_approvals(session.root, approvals)
    write_manifest(session.root, manifest)
    return Approval(code=0, lines=(*told, *_summary(split, manifest)))


def _opened(directory: str, cache_dir: Path | None) -> tuple[Session, Mapping[str, str | None]]:
    """The dataset, and the hash of every file from before it was read.

    Pictures are believed by their bytes here, not by their times, which can lie.
    """
    root = Path(directory)
    before = _hashes(root) if root.is_dir() else {}
    session = open_dataset(directory, cache_dir=cache_dir)
    stale = (p for p in session.dataset.pictures if p.sha256 not in {None, before.get(p.path)})
    if next(stale, None) is not None:
        (session.store.folder / INDEX).unlink(missing_ok=True)
        session = open_dataset(directory, cache_dir=cache_dir)
    return session, before


def _hashes(root: Path) -> Mapping[str, str | None]:
    return {**digests(real_files(root)), SPEC_FILE: spec_digest(root)}


def _accepted(codes: tuple[str, ...], reason: str | None) -> Mapping[str, str]:
    """Code -> reason of the errors that the command line accepts."""
    if codes and not (reason and reason.strip()):
        raise UserError(f"--override {codes[0]} needs --reason 'why this error is accepted'")
    if reason is not None and not codes:
        raise UserError("--reason belongs to --override CODE; name the error that is accepted")
    return {code.upper(): (reason or "").strip() for code in codes}


def _check_overrides(codes: Iterable[str], errors: set[str]) -> None:
    idle = [code for code in codes if code not in errors]
    if idle:
        found = f"errors are {', '.join(sorted(errors))}" if errors else "there is no error"
        raise UserError(f"--override {idle[0]}: no such error; {found}")


def _with_tags(session: Session, cache_dir: Path | None) -> tuple[Session, tuple[str, ...]]:
    """The dataset after what people tagged in the App, where it was ever shown there."""
    name = marked_name(session)
    if name is None:
        return session, ()
    from curate.browse.decisions import read_tags  # noqa: PLC0415 - brings FiftyOne

    told = read_tags(session, name)
    return open_dataset(session.shown, cache_dir=cache_dir), told


def _split(dataset: Dataset, approvals: Approvals) -> Split:
    approved, rejected, decided = [], [], 0
    for picture in dataset.pictures:
        decision = approvals.of(picture.path, picture.sha256)
        decided += decision is not None
        if (decision or Decision(decision=approvals.default)).decision == "approve":
            approved += [picture] if picture.unfed is None else []
        else:
            why = decision.reason if decision else "nobody approved it"
            rejected.append(RejectedPicture(path=picture.path, reason=why))
    contents = {picture.path: picture.sha256 for picture in dataset.pictures}
    stray = tuple(
        path
        for path in approvals.pictures
        if path not in contents or approvals.of(path, contents[path]) is None
    )
    if not approved:
        raise UserError(f"{dataset.name}: no picture is left to approve")
    return Split(approved=tuple(approved), rejected=tuple(rejected), decided=decided, stray=stray)


def _without(dataset: Dataset, rejected: Iterable[RejectedPicture]) -> Dataset:
    """The dataset without what people took out: errors of rejected pictures go with them."""
    out = {picture.path for picture in rejected}
    return replace(dataset, pictures=tuple(p for p in dataset.pictures if p.path not in out))


def _check_bytes(session: Session, manifest: Manifest) -> None:
    """Refuse a manifest whose files are not, byte for byte, those that were judged."""
    if moved := next(drift(session.root, manifest), None):
        raise UserError(f"{session.shown}: {moved} while it was judged; run it again")


def _manifest(
    approvals: Approvals,
    split: Split,
    hashes: Mapping[str, str | None],
    report: Report,
) -> Manifest:
    pictures = []
    for picture in split.approved:
        sha256 = hashes.get(picture.path)
        if sha256 is None or sha256 != picture.sha256:
            raise UserError(f"{picture.path}: changed while it was judged; run it again")
        caption = picture.caption.path if picture.caption else None
        pictures.append(
            ApprovedPicture(
                path=picture.path,
                sha256=sha256,
                caption=caption,
                caption_sha256=hashes.get(caption, "") if caption else None,
            )
        )
    errors: dict[str, list[str]] = {}
    for error in report.at_least(Severity.ERROR):
        errors.setdefault(error.code, []).append(error.fingerprint)
    return Manifest(
        version=VERSION,
        tool=report.tool,
        dataset=report.dataset,
        trainer=report.trainer,
        dataset_yaml=hashes[SPEC_FILE],
        report=report_hash(report),
        overridden=tuple(
            Override(code=code, reason=approvals.overrides[code], findings=tuple(sorted(prints)))
            for code, prints in sorted(errors.items())
        ),
        pictures=tuple(pictures),
        rejected=split.rejected,
    )


def report_hash(report: Report) -> str:
    """sha256 of what a report says, whatever the order of its keys."""
    plain = json.dumps(as_plain(report), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "backslashreplace")).hexdigest()


def _refusal(session: Session, report: Report, standing: list[str]) -> Iterable[str]:
    yield "not approved:"
    for code in standing:
        found = [finding for finding in report.findings if finding.code == code]
        yield f"  {code} {found[0].name}, {counted(len(found), 'finding')}: {found[0].message}"
    way = f"`curate lint {shlex.quote(session.shown)}`"
    yield (
        f"mend them ({way} says how), reject the pictures, or accept an error with "
        f"--override {standing[0]} --reason '...'"
    )


def _summary(split: Split, manifest: Manifest) -> Iterable[str]:
    yield (
        f"{counted(len(split.approved), 'picture')} approved, {len(split.rejected):,} rejected, "
        f"{split.decided:,} by decision; manifest.json is written"
    )
    for override in manifest.overridden:
        number = counted(len(override.findings), "finding")
        yield f"  accepted {override.code} ({number}): {override.reason}"
    if split.stray:
        names = ", ".join(split.stray[:SHOWN])
        yield f"  approvals.yaml speaks of pictures that are gone or changed: {names}"
