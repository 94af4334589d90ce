"""Move every numeric default of every rule one step either way: its own cases must notice.

A step is 1 for a whole number; for a fraction its last written digit, at most a hundredth.
"""

import dataclasses
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from unittest import mock

from support.cases import Case, judge, load_cases

from rules import engine
from rules.registry import Rule, all_rules, option_docs
from rules.spec import LintSettings

Said = list[tuple[str, str, tuple[str, ...]]]


def step(default: float) -> float:
    """One step of a default."""
    if isinstance(default, int):
        return 1
    exponent = Decimal(repr(default)).as_tuple().exponent
    assert isinstance(exponent, int)
    return min(0.01, 10.0**exponent)


def mutants(rule: Rule) -> Iterator[tuple[str, float, type]]:
    """Option name, mutated default, and an options class that has it."""
    for name, default, _ in option_docs(rule.options):
        if isinstance(default, bool) or not isinstance(default, int | float):
            continue
        for sign in (-1, 1):
            value = round(default + sign * step(default), 9)
            yield name, value, _mutated(rule.options, name, value)


def _mutated(options: type, name: str, value: float) -> type:
    def make(**given: Any) -> object:  # noqa: ANN401 - options of any rule
        return options(**{name: value, **given})

    return make  # type: ignore[return-value]


def notices(rule: Rule, options: Any, cases: tuple[Case, ...]) -> bool:  # noqa: ANN401 - a factory
    """Whether a case says something else under the mutated options."""
    mutated = dataclasses.replace(rule, options=options)

    def parse_options(_: object, settings: LintSettings) -> dict[str, Any]:
        return {rule.code: options(**settings.thresholds.get(rule.code, {}))}

    with (
        mock.patch.object(engine, "select_rules", return_value=(mutated,)),
        mock.patch.object(engine, "parse_options", parse_options),
    ):
        return any(_said(rule, case) != _expected(case) for case in cases)


def _said(rule: Rule, case: Case) -> Said:
    try:
        report = judge(rule.code, case)
    except engine.RuleCrash:
        return [("crash", "", ())]
    return [(f.message, str(f.severity), f.paths) for f in report.findings]


def _expected(case: Case) -> Said:
    return [(e.message, e.severity, e.paths) for e in case.findings]


def main(codes: list[str]) -> int:
    """Print the survivors; 1 if there are any."""
    tried = survived = 0
    for rule in all_rules():
        if codes and rule.code not in codes:
            continue
        cases = load_cases(rule.code)
        for name, value, options in mutants(rule):
            tried += 1
            if not notices(rule, options, cases):
                survived += 1
                print(f"{rule.code}: no case notices {name} = {value:g}")
    print(f"{tried} mutants, {survived} survivors")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
