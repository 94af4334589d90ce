"""Rules as values: a decorated function, its options and its manual page.

A rule file needs no registration: every module in a family's package is imported once.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import rules
from rules.model import Dataset
from rules.needs import Need
from rules.records import record
from rules.spec import RuleProfile
from rules.violation import Said, Severity

FAMILIES: Mapping[str, str] = {
    "IMG": "image",
    "RES": "resolution",
    "DUP": "duplicate",
    "CAP": "caption",
    "TAG": "tag",
    "TRG": "trigger",
    "CON": "contamination",
    "COV": "coverage",
    "BAL": "balance",
    "PRV": "provenance",
    "MIS": "mismatch",
    "RUN": "run",
}
HEADINGS = ("What it does", "Why is this bad?", "Example", "Source")
PROFILES: tuple[RuleProfile, ...] = ("min", "standard", "strict")
CODE = re.compile(r"[A-Z]{3}\d{3}")

O = TypeVar("O")  # noqa: E741 - the options record of one rule
Check = Callable[[Dataset, O], Said]


def option(default: Any, doc: str) -> Any:  # noqa: ANN401 - a dataclass field of any type
    """A field of an options record: its default, and what it means and in which unit."""
    return dataclasses.field(default=default, metadata={"doc": doc})


@record
class NoOptions:
    """Of a rule that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        code: family letters and three digits, stable for ever.
        name: reads right after "allow".
        severity: unless a violation says another one.
        profile: the mildest profile in which it runs.
        needs: what it must know to judge.
        options: the record class of its options; every field has a default.
        manual: heading -> text.
    """

    code: str
    name: str
    severity: Severity
    profile: RuleProfile
    needs: tuple[Need, ...]
    options: type
    check: Callable[[Dataset, Any], Said]
    manual: Mapping[str, str]

    @property
    def family(self) -> str:
        """The package that holds the rule."""
        return FAMILIES[self.code[:3]]

    @property
    def summary(self) -> str:
        """What is wrong, in one line: the first of the docstring."""
        return inspect.cleandoc(self.check.__doc__ or "").splitlines()[0]


_taken: dict[str, Rule] = {}


def rule(
    code: str,
    severity: Severity,
    *,
    needs: tuple[Need, ...] = (),
    profile: RuleProfile = "standard",
) -> Callable[[Check[O]], Check[O]]:
    """Make a function a rule; its name with hyphens is the rule's name.

    Raises:
        ValueError: the code is malformed or taken, or the manual lacks a heading.
    """

    def register(check: Check[O]) -> Check[O]:
        if not CODE.fullmatch(code) or code[:3] not in FAMILIES:
            raise ValueError(f"{code}: a code is one of {', '.join(FAMILIES)} and three digits")
        if code in _taken:
            raise ValueError(f"{code} is taken by {_taken[code].name}")
        _taken[code] = Rule(
            code=code,
            name=check.__name__.replace("_", "-"),
            severity=severity,
            profile=profile,
            needs=needs,
            options=inspect.get_annotations(check)["options"],
            check=check,
            manual=_manual(code, check.__doc__ or ""),
        )
        return check

    return register


def _manual(code: str, doc: str) -> Mapping[str, str]:
    """Cut a docstring at its headings, each alone on its line."""
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in inspect.cleandoc(doc).splitlines():
        heading = line.removesuffix(":")
        if heading in HEADINGS:
            current = parts.setdefault(heading, [])
        else:
            current.append(line)
    missing = [heading for heading in HEADINGS if heading not in parts]
    if missing:
        raise ValueError(f"{code}: the docstring lacks {', '.join(missing)}")
    return {heading: textwrap.dedent("\n".join(lines)).strip() for heading, lines in parts.items()}


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by code."""
    for family in FAMILIES.values():
        try:
            package = importlib.import_module(f"{rules.__name__}.{family}")
        except ModuleNotFoundError as error:
            if error.name != f"{rules.__name__}.{family}":
                raise
            continue
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(_taken[code] for code in sorted(_taken))


def option_docs(options: type) -> tuple[tuple[str, Any, str], ...]:
    """Name, default and meaning of each option."""
    return tuple(
        (field.name, field.default, field.metadata["doc"]) for field in dataclasses.fields(options)
    )
