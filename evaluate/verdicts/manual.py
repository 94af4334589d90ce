"""The manual of the verdicts: a table, and a page each, made from their docstrings."""

from collections.abc import Iterator

from evaluate.verdicts.registry import all_verdicts


def manual() -> str:
    """All of it, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The verdicts"
    yield ""
    yield "What `evaluate verdicts` asks, by which rule it answers, and which findings of the"
    yield "linter foretell it. Conditions of `evaluate gate` name a code and one of its outcomes;"
    yield "`*` in one stands for a name. This page is made by `make docs` from the verdicts"
    yield "themselves."
    yield ""
    yield "| code | verdict | question |"
    yield "| --- | --- | --- |"
    for rule in all_verdicts():
        question = rule.manual.splitlines()[0]
        yield f"| [{rule.code}](#{rule.code.lower()}-{rule.name}) | {rule.name} | {question} |"
    for rule in all_verdicts():
        yield ""
        yield f"## {rule.code} {rule.name}"
        yield ""
        yield rule.manual
        yield ""
        outcomes = ", ".join(f"`{outcome}`" for outcome in rule.outcomes) or "none"
        yield f"Outcomes: {outcomes}."
        yield ""
        foretold = ", ".join(f"`{code}`" for code in rule.predicted_by) or "nothing"
        yield f"Foretold by {foretold}. Definition {rule.code}/{rule.version}."
