"""`evaluate verdicts`: evidence -> verdicts.json, with the ones before it kept."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from curate.errors import UserError
from evaluate.journal import Journal
from evaluate.judges import qualification
from evaluate.panel import unscored
from evaluate.rows import PAIRS, PairRow
from evaluate.session import Opened, evidence_of
from evaluate.tally import Tally, tally_of
from evaluate.verdicts.engine import judge
from evaluate.verdicts.verdict import Verdict, VerdictFile
from rules.records import parse_json, to_plain, write_atomically

VERDICTS, HISTORY = "verdicts.json", "history"
TOOL = f"lora-curate {version('lora-curate')}"


def make_verdicts(opened: Opened) -> VerdictFile:
    """Judge a run.

    Raises:
        UserError: a canary failed, or nothing was scored.
        VerdictCrash: a verdict failed.
    """
    if not opened.score_rows:
        raise UserError(f"{opened.spec.folder}: nothing is scored yet; run `evaluate score`")
    pairs = list(Journal(opened.spec.folder / PAIRS, PairRow).read())
    qualified = qualification.read(opened.spec.folder, opened.score_rows, pairs)
    stamp, calibrated = qualification.stamp_of(qualified)
    judged = judge(evidence_of(opened), calibrated=calibrated)
    return VerdictFile(
        tool=TOOL,
        name=opened.spec.name,
        plan=opened.plan.hash,
        judges=tuple(dict.fromkeys(row.judge for row in opened.score_rows)),
        judge_stamp=stamp,
        verdicts=judged.verdicts,
        skipped=judged.skipped,
        unscored=unscored(opened.scores),
        notes=opened.notes,
    )


def keep_verdicts(folder: Path, found: VerdictFile) -> Path:
    """Write verdicts.json, and put away the one before where it said something else.

    Raises:
        OSError: it cannot be written.
    """
    path = folder / VERDICTS
    content = as_json(found)
    if path.exists() and path.read_bytes() != content:
        history = folder / HISTORY
        history.mkdir(exist_ok=True)
        number = 1 + max((int(old.stem) for old in history.glob("[0-9]*.json")), default=0)
        write_atomically(history / f"{number:04}.json", path.read_bytes())
    write_atomically(path, content)
    return path


def as_json(found: VerdictFile) -> bytes:
    """Verdicts as they are kept."""
    return f"{json.dumps(to_plain(found), ensure_ascii=False, indent=1)}\n".encode()


def read_verdicts(path: Path) -> VerdictFile:
    """Verdicts of a file, or of a run's folder.

    Raises:
        UserError: there are none.
        RecordError: they cannot be understood.
    """
    file = path / VERDICTS if path.is_dir() else path
    if not file.is_file():
        raise UserError(f"{file}: no verdicts there; `evaluate verdicts` makes them")
    return parse_json(VerdictFile, file.read_bytes(), str(file))


def lines(found: VerdictFile) -> Iterator[str]:
    """Verdicts for people."""
    yield f"{found.name}: {len(found.verdicts)} verdicts; judges {found.judge_stamp}"
    for note in found.notes:
        yield f"note: {note}"
    for reason, number in found.unscored.items():
        yield f"note: {number:,} pictures unscored: {reason}"
    for one in found.verdicts:
        yield line(one)
        if one.advice:
            yield f"  -> {one.advice}"
    if found.skipped:
        yield "not asked:"
        for skipped in found.skipped:
            yield f"  {skipped.code} {skipped.name}: {skipped.reason}"


def line(one: Verdict) -> str:
    """One verdict on one line."""
    foretold = f" [{', '.join(one.predicted_by)}]" if one.predicted_by else ""
    return f"{one.word:<13} {one.code} {one.outcome} ({one.grade}): {one.says}{foretold}"


def tally(opened: Opened, found: VerdictFile) -> Tally:
    """What the linter foretold and what came true."""
    return tally_of(found, opened.lint)
