"""`evaluate gate`: verdicts -> exit code, for CI."""

import re
from collections.abc import Iterable, Iterator

from curate.errors import UserError
from evaluate.verdicts.registry import all_verdicts
from evaluate.verdicts.verdict import DECIDED, UNDECIDED, Verdict, VerdictFile

# What nobody wants to publish, where it is decided.
FAILING = (
    "EVL008:broken",
    "EVL024:wrong_side",
    "EVL027:copies",
    "EVL028:collapsed",
    "EVL029:leaks",
)
# An outcome may hold a format's name, which is the user's; a pattern of the manual is no outcome.
CONDITION = re.compile(r"(EVL\d{3}):([^@*]+)(?:@(.+))?")


def failures(found: VerdictFile, fail_on: Iterable[str], require: Iterable[str]) -> Iterator[str]:
    """Sentences of what stands against a LoRA.

    Args:
        found: its verdicts.
        fail_on: `CODE:outcome` or `CODE:outcome@subject`; fails where a verdict decided so.
        require: the same; fails where none decided so.

    Raises:
        UserError: a condition names no verdict or none of its outcomes, or no verdict was given.
    """
    if not found.verdicts:
        raise UserError("no verdict was given, so none can be held against it: see `skipped`")
    for condition in fail_on:
        for one in _matching(found, condition):
            if one.word in DECIDED:
                yield f"{condition}: {one.says}"
    for condition in require:
        if not any(one.word in DECIDED for one in _matching(found, condition)):
            code = condition.partition(":")[0]
            said = [f"{one.word} {one.outcome}" for one in found.verdicts if one.code == code]
            yield f"{condition} is not decided ({', '.join(dict.fromkeys(said)) or 'not asked'})"


def never_asked(found: VerdictFile, conditions: Iterable[str]) -> Iterator[str]:
    """Conditions that could not fail, since nobody asked, and why."""
    why = {one.code: one.reason for one in found.skipped}
    for condition in conditions:
        code = condition.partition(":")[0]
        if code in why:
            yield f"{condition} was not asked: {why[code]}"


def _matching(found: VerdictFile, condition: str) -> list[Verdict]:
    code, outcome, subject = _parsed(condition)
    return [
        one
        for one in found.verdicts
        if (one.code, one.outcome) == (code, outcome) and subject in {None, one.subject}
    ]


def _parsed(condition: str) -> tuple[str, str, str | None]:
    """Code, outcome and subject; refused where no verdict could ever match them."""
    parts = CONDITION.fullmatch(condition)
    rules = {rule.code: rule for rule in all_verdicts()}
    if parts is None or parts[1] not in rules:
        raise UserError(f"`{condition}`: write CODE:outcome, such as {FAILING[0]}")
    code, outcome, subject = parts.groups()
    rule = rules[code]
    if outcome in UNDECIDED or not rule.gives(outcome):
        decided = ", ".join(one for one in rule.outcomes if one not in UNDECIDED)
        known = f"write one of {decided}" if decided else "it decides nothing"
        raise UserError(f"`{condition}`: {code} never decides `{outcome}`; {known}")
    return code, outcome, subject
