"""What a lint says: findings stamped with their rule, and everything that could not be judged."""

from collections.abc import Mapping

from rules.records import record
from rules.violation import EvidenceValue, Fix, Severity

VERSION = 1


@record
class Finding:
    """A violation with its rule's stamp.

    Attributes:
        fingerprint: 16 hex digits; the same in every run until the fault or the picture changes.
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
        notes: what a reader must know first: guesses, suppressions that matched nothing.
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

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of that severity and worse ones."""
        return tuple(f for f in self.findings if f.severity.rank >= severity.rank)
