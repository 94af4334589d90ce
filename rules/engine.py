"""lint(dataset, settings) -> Report: select rules, run them, stamp, suppress, sort."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rules.globs import matches
from rules.model import Dataset
from rules.records import RecordError, parse
from rules.registry import PROFILES, Rule, all_rules
from rules.report import AbstainedRule, Finding, Report, SkippedRule, Summary
from rules.spec import LintSettings, SuppressionEntry
from rules.violation import Abstention, Severity, Violation, fingerprint

PLACE = "dataset.yaml"


class RuleCrash(RuntimeError):  # noqa: N818 - what happened is that a rule crashed
    """A rule raised: nothing was judged. The original exception is the cause."""


def select_rules(settings: LintSettings) -> tuple[Rule, ...]:
    """The rules of the profile, narrowed to `select` and without `ignore`, both by prefix.

    A rule that `select` names by its full code runs in every profile.

    Raises:
        RecordError: a prefix matches no rule.
    """
    rules = all_rules()
    unknown = [
        f"`lint.{key}`: no rule begins with `{prefix}`"
        for key, prefixes in (("select", settings.select), ("ignore", settings.ignore))
        for prefix in prefixes
        if not any(rule.code.startswith(prefix) for rule in rules)
    ]
    if unknown:
        raise RecordError(PLACE, unknown)
    level = PROFILES.index(settings.profile)
    return tuple(
        rule
        for rule in rules
        if (rule.code in settings.select or PROFILES.index(rule.profile) <= level)
        and (not settings.select or rule.code.startswith(settings.select))
        and not (settings.ignore and rule.code.startswith(settings.ignore))
    )


def parse_options(rules: Iterable[Rule], settings: LintSettings) -> Mapping[str, Any]:
    """Code -> options record, with the user's thresholds in place of the defaults.

    Raises:
        RecordError: an unknown rule, an unknown option or a wrong value; all at once.
    """
    faults: list[str] = []
    known = {rule.code: rule for rule in all_rules()}
    options: dict[str, Any] = {rule.code: rule.options() for rule in rules}
    for code, values in settings.thresholds.items():
        if code not in known:
            faults.append(f"`lint.thresholds.{code}`: no such rule")
            continue
        try:
            options[code] = parse(known[code].options, values, PLACE)
        except RecordError as error:
            faults += [fault.replace("`", f"`lint.thresholds.{code}.", 1) for fault in error.faults]
    if faults:
        raise RecordError(PLACE, faults)
    return options


def lint(dataset: Dataset, settings: LintSettings, *, tool: str, today: dt.date) -> Report:
    """Judge a dataset.

    Args:
        dataset: facts and captions.
        settings: of dataset.yaml, changed by the command line.
        tool: name and version for the report.
        today: decides which suppressions are over.

    Raises:
        RecordError: the settings name unknown rules or options.
        RuleCrash: a rule raised; no report is better than a wrong one.
    """
    rules = select_rules(settings)
    options = parse_options(rules, settings)
    findings: list[Finding] = []
    skipped: list[SkippedRule] = []
    abstained: list[AbstainedRule] = []
    ran: list[str] = []
    for rule in rules:
        reason = _unmet(rule, dataset)
        if reason:
            skipped.append(SkippedRule(code=rule.code, reason=reason))
            continue
        ran.append(rule.code)
        abstained += _unknown(rule, dataset)
        said = _run(rule, dataset, options[rule.code])
        findings += _stamp(rule, [v for v in said if isinstance(v, Violation)])
        abstained += [
            AbstainedRule(code=rule.code, reason=a.reason, count=a.count, total=a.total)
            for a in said
            if isinstance(a, Abstention) and a.count
        ]
    kept, suppressed, notes = _suppress(findings, settings.suppressions, today, set(ran))
    return Report(
        tool=tool,
        dataset=dataset.name,
        trainer=dataset.trainer.id,
        ran=tuple(ran),
        findings=tuple(sorted(kept, key=_order)),
        suppressed=tuple(sorted(suppressed, key=_order)),
        skipped=tuple(skipped),
        abstained=tuple(abstained),
        notes=notes,
        summary=_summary(dataset, kept),
    )


def _unmet(rule: Rule, dataset: Dataset) -> str | None:
    """Why the rule cannot judge anything, or None."""
    for need in rule.needs:
        if need.declared is not None and not need.declared(dataset):
            return need.reason
        if need.known is not None and not any(map(need.known, dataset.pictures)):
            return need.reason if dataset.pictures else "there are no pictures"
    return None


def _unknown(rule: Rule, dataset: Dataset) -> list[AbstainedRule]:
    """The pictures that lack a fact which the rule needs, one entry per need."""
    total = len(dataset.pictures)
    counts = (
        (need, total - sum(map(need.known, dataset.pictures)))
        for need in rule.needs
        if need.known is not None
    )
    return [
        AbstainedRule(code=rule.code, reason=need.reason, count=count, total=total)
        for need, count in counts
        if count
    ]


def _run(rule: Rule, dataset: Dataset, options: object) -> list[Violation | Abstention]:
    try:
        return list(rule.check(dataset, options))
    except Exception as error:
        raise RuleCrash(f"{rule.code} {rule.name} crashed: {error!r}") from error


def _stamp(rule: Rule, violations: list[Violation]) -> list[Finding]:
    """Findings with fingerprints; alike ones (copies of one picture) are numbered."""
    seen: Counter[str] = Counter()
    findings = []
    for violation in violations:
        mark = fingerprint(rule.code, violation.picture, violation.key)
        seen[mark] += 1
        if seen[mark] > 1:
            mark = fingerprint(rule.code, violation.picture, f"{violation.key}#{seen[mark]}")
        findings.append(
            Finding(
                code=rule.code,
                name=rule.name,
                severity=violation.severity or rule.severity,
                message=violation.message,
                evidence=violation.evidence,
                advice=violation.advice,
                paths=violation.paths,
                fingerprint=mark,
                picture=violation.picture,
                span=violation.span,
                fixes=violation.fixes,
            )
        )
    return findings


def _suppress(
    findings: list[Finding],
    entries: tuple[SuppressionEntry, ...],
    today: dt.date,
    ran: set[str],
) -> tuple[list[Finding], list[Finding], tuple[str, ...]]:
    """Kept findings, suppressed findings, and a note for each entry that does nothing."""
    used: set[int] = set()
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    over = {i for i, entry in enumerate(entries) if _is_over(entry, today)}
    for finding in findings:
        for index, entry in enumerate(entries):
            if index not in over and _covers(entry, finding):
                used.add(index)
                suppressed.append(replace(finding, reason=entry.reason))
                break
        else:
            kept.append(finding)
    notes = [
        f"suppression of {entry.rule} for `{entry.glob}` "
        + (f"ended on {entry.expires}" if index in over else "matches nothing; take it out")
        for index, entry in enumerate(entries)
        if index not in used and (index in over or any(c.startswith(entry.rule) for c in ran))
    ]
    return kept, suppressed, tuple(notes)


def _is_over(entry: SuppressionEntry, today: dt.date) -> bool:
    return entry.expires is not None and dt.date.fromisoformat(entry.expires) < today


def _covers(entry: SuppressionEntry, finding: Finding) -> bool:
    """Whether the entry covers every path of the finding."""
    if not finding.code.startswith(entry.rule):
        return False
    if entry.glob == "**":
        return True
    return bool(finding.paths) and all(matches(path, entry.glob) for path in finding.paths)


def _order(finding: Finding) -> tuple[int, str, tuple[str, ...], str]:
    return -finding.severity.rank, finding.code, finding.paths, finding.message


def _summary(dataset: Dataset, findings: list[Finding]) -> Summary:
    counts = Counter(finding.severity for finding in findings)
    return Summary(
        pictures=len(dataset.pictures),
        captions=sum(picture.caption is not None for picture in dataset.pictures),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
    )
