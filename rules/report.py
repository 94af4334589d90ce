"""What a lint says: findings stamped with their rule, and everything that could not be judged."""

from collections.abc import Mapping

from rules.quoting import counted, some_of, visible
from rules.records import record
from rules.violation import EvidenceValue, Fix, Severity

VERSION = 1
FINDINGS_NAMED = 5
PATHS_NAMED = 3


class FindingsError(RuntimeError):
    """A dataset has findings where it should have none.

    Attributes:
        findings: all of them.
    """

    def __init__(self, dataset: str, findings: "tuple[Finding, ...]") -> None:
        self.findings = findings
        told = [
            visible(f"  {f.severity} {f.code} {f.name}: {f.message}{_where(f.paths)}")
            for f in findings[:FINDINGS_NAMED]
        ]
        more = len(findings) - FINDINGS_NAMED
        told += [f"  and {more:,} more"] if more > 0 else []
        super().__init__("\n".join([f"{dataset}: {counted(len(findings), 'finding')}", *told]))


def _where(paths: tuple[str, ...]) -> str:
    return f" ({some_of(paths, PATHS_NAMED)})" if paths else ""


@record
class Finding:
    """A violation with its rule's stamp.

    Attributes:
        fingerprint: 16 hex digits; the same in every run until the fault or the picture changes.
        picture: sha256 of the one picture that it is about, None for one about several.
        reason: why it is suppressed, for a suppressed one.
    """

    code: str
    name: str
    severity: Severity
    message: str
    evidence: Mapping[str, EvidenceValue]
    advice: str
    paths: tuple[str, ...]
    fingerprint: str
    picture: str | None = None
    span: tuple[int, int] | None = None
    fixes: tuple[Fix, ...] = ()
    reason: str | None = None

    @property
    def fixable(self) -> bool:
        """Whether a program can mend it, safely or after asking."""
        return bool(self.fixes)


@record
class SkippedRule:
    """A rule that was selected and could not judge."""

    code: str
    reason: str


@record
class AbstainedRule:
    """Pictures that a rule that ran could not judge."""

    code: str
    reason: str
    count: int
    total: int


@record
class GoneFinding:
    """A finding of the baseline that is there no more, or less of it.

    Attributes:
        count: how many of them.
        picture: the sha256 that the baseline knows them by, None for one about several pictures.
    """

    code: str
    count: int
    picture: str | None = None


@record
class Summary:
    """The counts of a report."""

    pictures: int
    captions: int
    errors: int
    warnings: int
    infos: int


@record
class Report:
    """Everything one lint found and did not find out.

    Attributes:
        tool: name and version of the program.
        ran: codes of the rules that judged.
        findings: where there is a baseline, those that it does not know.
        notes: what a reader must know first: guesses, suppressions that matched nothing.
        known: findings that the baseline knows.
        gone: what the baseline knows and was not found.
    """

    tool: str
    dataset: str
    trainer: str
    ran: tuple[str, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    skipped: tuple[SkippedRule, ...]
    abstained: tuple[AbstainedRule, ...]
    notes: tuple[str, ...]
    summary: Summary
    known: tuple[Finding, ...] = ()
    gone: tuple[GoneFinding, ...] = ()

    def raise_for_findings(self, severity: Severity | str = Severity.ERROR) -> None:
        """Stop a program whose dataset has findings.

        Args:
            severity: the mildest one that stops it.

        Raises:
            FindingsError: there are such findings; its message names them.
        """
        found = self.at_least(Severity(severity))
        if found:
            raise FindingsError(self.dataset, found)

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of that severity and worse ones."""
        return tuple(f for f in self.findings if f.severity.rank >= severity.rank)
