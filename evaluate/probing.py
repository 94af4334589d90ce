"""`evaluate probe-base`: what the base drew by itself, as a profile that the linter reads."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from curate.errors import UserError
from evaluate.session import Opened
from evaluate.verdicts.verdict import Verdict
from rules.finding_profiles import load_base
from rules.plain_yaml import as_scalar
from rules.records import write_atomically

PRIOR = "EVL014"
SECTIONS = {"base_strong": "strong", "base_weak": "weak"}


def base_profile(opened: Opened, verdicts: tuple[Verdict, ...], identity: str) -> str:
    """The text of a profile.

    What lies between strong and weak is told in a comment: no rule may rest on it.

    Raises:
        UserError: nothing was measured.
    """
    priors = [one for one in verdicts if one.code == PRIOR and one.grade != "D"]
    if not priors:
        raise UserError(
            "no attribute was drawn by the base alone on three seeds: give attributes `described` "
            "words, then `evaluate matrix` and `evaluate score`"
        )
    return "\n".join(_lines(opened, priors, identity)) + "\n"


def _lines(opened: Opened, priors: list[Verdict], identity: str) -> Iterator[str]:
    known = opened.dataset.base if opened.dataset else load_base("anima-base-v1.0")
    digests = opened.plan.settings.get("digests", {})
    base = str(digests.get("base", "")) if isinstance(digests, dict) else ""
    file = Path(opened.spec.base.transformer).name if opened.spec.base else "unknown"
    yield f"id: {as_scalar(identity)}"
    yield f"title: {as_scalar(f'{known.title}, measured')}"
    yield f"family: {as_scalar(known.family)}"
    yield "captions:"
    yield f"  tag_style: {known.captions.tag_style}"
    yield f"  prefix: {as_scalar(', '.join(known.captions.prefix))}"
    yield f"  slots: [{', '.join(known.captions.slots)}]"
    yield f"  artist_prefix: {as_scalar(known.captions.artist_prefix)}"
    yield f"# The base alone, without trigger or LoRA: {file}, sha256 {base}."
    for outcome, section in SECTIONS.items():
        some = [one for one in priors if one.outcome == outcome]
        yield f"{section}:" if some else f"{section}: []"
        for one in some:
            yield from _entry(opened, one, file)
    for one in priors:
        if one.outcome not in SECTIONS:
            yield f"# neither strong nor weak: {one.subject}, {_interval(one)}, {one.n} seeds"


def _entry(opened: Opened, one: Verdict, file: str) -> Iterator[str]:
    words = opened.spec.attributes[one.subject].described or one.subject
    told = f"{one.says}; {_interval(one)}; judged by {', '.join(sorted(_judges(opened, one)))}"
    yield f"  - feature: {as_scalar(one.subject)}"
    if words != one.subject:
        yield f"    tags: {as_scalar(words)}"
    yield f"    evidence: {as_scalar(told)}"
    yield f"    checkpoint: {as_scalar(file)}"
    yield f"    date: {as_scalar(dt.datetime.now(dt.UTC).strftime('%Y-%m'))}"
    yield f"    probes: {one.n}"
    yield f"    rate: {one.estimate or 0.0:.4g}"


def _judges(opened: Opened, one: Verdict) -> set[str]:
    return {row.judge for row in opened.score_rows if row.attribute == one.subject} or {"nobody"}


def _interval(one: Verdict) -> str:
    low, high = one.interval or (0.0, 1.0)
    return f"95% {low:.2f} to {high:.2f}"


def write_profile(text: str, path: Path) -> None:
    """Write it where nothing is.

    Raises:
        UserError: there is one already.
    """
    if path.exists():
        raise UserError(f"{path}: is there already; name another with --out")
    write_atomically(path, text.encode())
