"""Asking every verdict, and holding each to how much evidence it has."""

import math

from evaluate.verdicts.evidence import Evidence, NoEvidence
from evaluate.verdicts.registry import VerdictRule, all_verdicts
from evaluate.verdicts.verdict import (
    DECIDED,
    SUSPECT_UP_TO,
    UNDECIDED,
    Said,
    Skipped,
    Verdict,
    Word,
    bounds,
    grade,
)
from rules.records import record


class VerdictCrash(Exception):  # noqa: N818 - as the linter's RuleCrash
    """A verdict that failed on its own account: nothing of the run is judged."""


@record
class Judged:
    """What was said of some evidence, and what could not be asked."""

    verdicts: tuple[Verdict, ...]
    skipped: tuple[Skipped, ...]


def judge(
    evidence: Evidence, *, calibrated: bool = False, codes: frozenset[str] | None = None
) -> Judged:
    """Ask every verdict.

    Args:
        evidence: what was seen.
        calibrated: whether the judges were held against people.
        codes: ask only these; all by default.

    Raises:
        VerdictCrash: naming the verdict, which failed or gave an outcome that it does not declare.
    """
    found: list[Verdict] = []
    skipped: list[Skipped] = []
    for rule in all_verdicts():
        if codes is not None and rule.code not in codes:
            continue
        try:
            said = list(rule.ask(evidence))
        except NoEvidence as error:
            skipped.append(Skipped(code=rule.code, name=rule.name, reason=str(error)))
            continue
        except Exception as error:
            raise VerdictCrash(
                f"{rule.code} {rule.name}: {type(error).__name__}: {error}"
            ) from error
        if not said:
            skipped.append(Skipped(code=rule.code, name=rule.name, reason="nothing to say"))
        found += [_stamped(rule, one, evidence, calibrated=calibrated) for one in said]
    return Judged(verdicts=tuple(found), skipped=tuple(skipped))


def _stamped(rule: VerdictRule, said: Said, evidence: Evidence, *, calibrated: bool) -> Verdict:
    if not rule.gives(said.outcome):
        raise VerdictCrash(f"{rule.code} {rule.name}: outcome `{said.outcome}` is not declared")
    level = "A" if said.fact else grade(said.n, said.formats)
    word = said.word if said.fact else held(said.word, said.n, level)
    if said.outcome in UNDECIDED and word in DECIDED:
        raise VerdictCrash(f"{rule.code} {rule.name}: outcome `{said.outcome}` is {word}")
    return Verdict(
        code=rule.code,
        name=rule.name,
        rule=f"{rule.code}/{rule.version}",
        subject=said.subject,
        word=word,
        outcome=said.outcome,
        says=said.says,
        n=said.n,
        grade=level,
        estimate=_finite(said.estimate),
        interval=bounds(said.interval) if said.interval else None,
        p=_finite(said.p),
        numbers={k: v for k, v in said.numbers.items() if isinstance(v, str) or math.isfinite(v)},
        images=said.images,
        advice=said.advice,
        more_seeds=said.more_seeds,
        predicted_by=tuple(code for code in rule.predicted_by if code in evidence.lint),
        calibrated=calibrated,
    )


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def held(word: Word, n: int, level: str) -> Word:
    """The word that so much evidence allows: of grade D none, of three seeds nothing for sure."""
    if level == "D":
        return "undetermined"
    return "suspect" if word == "confirmed" and n <= SUSPECT_UP_TO else word
