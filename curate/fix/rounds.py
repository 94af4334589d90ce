"""From findings to mended captions, in memory: fixes round by round until none is left."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from curate.fix.files import CaptionFiles, Change, LeftAloneError
from curate.judging import judge
from curate.session import Session, with_index
from rules.records import record
from rules.report import Finding, Report
from rules.spec import LintSettings
from rules.violation import Edit, Fix

# Rules that mend each other's work settle after three or four.
MOST_ROUNDS = 20


@record
class Mended:
    """What fixes make of a dataset, before anything is written.

    Attributes:
        changes: of caption files, by path.
        left: path -> why a file with a fix is left alone.
        report: on the dataset as it will be.
    """

    changes: tuple[Change, ...]
    left: Mapping[str, str]
    report: Report


def mend(session: Session, settings: LintSettings, *, unsafe: bool) -> Mended:
    """Do every fix that may be done, judge again, and so on until there is nothing to do.

    Args:
        session: the dataset as it is.
        settings: whose rules judge; only their fixes are done.
        unsafe: whether to do fixes that ask first.

    Raises:
        RuleCrash: a rule raised; nothing was written.
    """
    files = CaptionFiles.of(session.root, session.index)
    left: dict[str, str] = {}
    seen: defaultdict[str, list[str]] = defaultdict(list)
    here = session
    for number in itertools.count():
        report = judge(here, settings)
        chosen = _choose(report.findings, unsafe=unsafe, without=left)
        late = number >= MOST_ROUNDS
        changed = [
            path for path, done in chosen.items() if _do(files, path, done, left, seen, late=late)
        ]
        if not changed:
            break
        here = with_index(session, files.index(session.index))
    return Mended(changes=tuple(files.changes()), left=left, report=report)


Chosen = tuple[list[Fix], set[str]]


def _choose(
    findings: Iterable[Finding], *, unsafe: bool, without: Mapping[str, str]
) -> dict[str, Chosen]:
    """File that is written -> fixes that can be done at once; the others wait for a round."""
    chosen: dict[str, Chosen] = {}
    for finding in findings:
        for fix in finding.fixes:
            path = fix.target or fix.path
            if path in without or fix.path in without or not (fix.safe or unsafe):
                continue
            fixes, codes = chosen.setdefault(path, ([], set()))
            if all(_apart(fix, other) for other in fixes):
                fixes.append(fix)
                codes.add(finding.code)
    return chosen


def _apart(one: Fix, other: Fix) -> bool:
    """Whether two fixes of a file know nothing of each other: both are edits of it, far apart."""
    if any(fix.target or fix.encoding != "utf-8" or not fix.edits for fix in (one, other)):
        return False
    return not any(_touch(a, b) for a in one.edits for b in other.edits)


def _touch(one: Edit, other: Edit) -> bool:
    return one.start <= other.end and other.start <= one.end


def _do(  # noqa: PLR0913 - the state of one mending
    files: CaptionFiles,
    path: str,
    chosen: Chosen,
    left: dict[str, str],
    seen: defaultdict[str, list[str]],
    *,
    late: bool,
) -> bool:
    """Mend a file, or leave it alone for good; whether anything changed."""
    before = files.texts.get(path)
    try:
        files.mend(path, *chosen)
    except LeftAloneError as error:
        left[path] = str(error)
        return False
    after = files.texts[path]
    if before is None:
        seen[path].append((files.originals[path] or b"").decode("utf-8", "surrogateescape"))
    if after == before or (before is None and after.encode() == files.originals[path]):
        return False
    if late or after in seen[path]:
        codes = ", ".join(sorted(files.codes[path]))
        left[path] = f"does not settle: fixes of {codes} undo each other"
        files.restore(path)
        return True
    seen[path].append(after)
    return True


def codes_of(changes: Iterable[Change]) -> Counter[str]:
    """Rule -> how many files its fixes changed."""
    return Counter(code for change in changes for code in change.codes)
