"""Verdicts as values: a decorated function and its manual. Modules of this package are found."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

import evaluate.verdicts as package
from evaluate.verdicts.evidence import Evidence
from evaluate.verdicts.verdict import Said

Judge = Callable[[Evidence], Iterator[Said]]
CODE = re.compile(r"EVL\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRule:
    """One verdict.

    Attributes:
        code: stable for ever.
        name: what it asks.
        outcomes: all that it can find; `*` in one stands for a name, such as a format's.
        version: of its definition; another one may word the same pictures otherwise.
        predicted_by: codes of the linter that foretell it.
        ask: yields verdicts, or raises NoEvidence.
        manual: the docstring.
    """

    code: str
    name: str
    outcomes: tuple[str, ...]
    version: int
    predicted_by: tuple[str, ...]
    ask: Judge
    manual: str

    def gives(self, outcome: str) -> bool:
        """Whether this is one of its outcomes."""
        return any(fnmatchcase(outcome, known.replace("*", "?*")) for known in self.outcomes)


_FOUND: dict[str, VerdictRule] = {}


def verdict(
    code: str, *, outcomes: tuple[str, ...], version: int = 1, predicted_by: tuple[str, ...] = ()
) -> Callable[[Judge], Judge]:
    """Register a function as a verdict; its name is the verdict's.

    An outcome that is not declared is a crash, so that what `evaluate gate` accepts can come.

    Raises:
        ValueError: the code is no code, or taken.
    """

    def register(ask: Judge) -> Judge:
        if not CODE.fullmatch(code) or code in _FOUND:
            raise ValueError(f"{code}: no code of a verdict, or taken")
        _FOUND[code] = VerdictRule(
            code=code,
            name=ask.__name__.replace("_", "-"),
            outcomes=outcomes,
            version=version,
            predicted_by=predicted_by,
            ask=ask,
            manual=inspect.getdoc(ask) or "",
        )
        return ask

    return register


@cache
def all_verdicts() -> tuple[VerdictRule, ...]:
    """Every verdict, by its code."""
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return tuple(_FOUND[code] for code in sorted(_FOUND))
