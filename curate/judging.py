"""A dataset judged under the settings of its dataset.yaml and of the command line."""

import datetime as dt
from dataclasses import replace

from curate import __version__
from curate.errors import UserError
from curate.session import Session
from rules import engine
from rules.registry import all_rules
from rules.report import Report
from rules.spec import LintSettings, RuleProfile

TOOL = f"lora-curate {__version__}"


def changed_settings(
    settings: LintSettings, select: str | None, ignore: str | None, profile: RuleProfile | None
) -> LintSettings:
    """The settings of dataset.yaml with those of the command line in their place.

    Raises:
        UserError: no rule begins with what an option names.
    """
    return replace(
        settings,
        select=_codes("--select", select) if select is not None else settings.select,
        ignore=_codes("--ignore", ignore) if ignore is not None else settings.ignore,
        profile=profile or settings.profile,
    )


def _codes(option: str, text: str) -> tuple[str, ...]:
    prefixes = tuple(part.strip().upper() for part in text.split(",") if part.strip())
    for prefix in prefixes:
        if not any(rule.code.startswith(prefix) for rule in all_rules()):
            raise UserError(f"{option}: no rule begins with `{prefix}`; `curate rules` lists them")
    return prefixes


def judge(session: Session, settings: LintSettings) -> Report:
    """The report of an opened dataset, with what was guessed and left out on top."""
    report = engine.lint(session.dataset, settings, tool=TOOL, today=dt.datetime.now(dt.UTC).date())
    return replace(report, notes=(*session.notes, *report.notes))
