"""The manual of the rules: pages, the table, and both for machines."""

import difflib
import json
import textwrap

from curate.errors import UserError
from rules.miniature import HEADING, miniature_evidence
from rules.registry import HEADINGS, Rule, all_rules, option_docs

WIDTH = 88


def explain_rule(code: str, form: str) -> str:
    """The page of a rule, by its code or its name.

    Raises:
        UserError: there is no such rule; names the nearest ones.
    """
    wanted = code.strip()
    known = {rule.code: rule for rule in all_rules()} | {rule.name: rule for rule in all_rules()}
    rule = known.get(wanted.upper()) or known.get(wanted.lower())
    if rule is None:
        close = difflib.get_close_matches(wanted, known) or difflib.get_close_matches(
            wanted.upper(), known
        )
        hint = f"did you mean {', '.join(close)}?" if close else "`curate rules` lists them"
        raise UserError(f"there is no rule `{wanted}`; {hint}")
    if form == "json":
        return json.dumps(_as_plain(rule), ensure_ascii=False, indent=2)
    return page(rule)


def list_rules(form: str) -> str:
    """Every rule: code, severity, profile, name and what is wrong."""
    if form == "json":
        return json.dumps([_as_plain(rule) for rule in all_rules()], ensure_ascii=False, indent=2)
    width = max(len(rule.name) for rule in all_rules())
    return "\n".join(
        f"{rule.code}  {rule.severity!s:<7}  {rule.name:<{width}}  {rule.summary.rstrip('.')}"
        for rule in all_rules()
    )


def page(rule: Rule) -> str:
    """The manual page as text."""
    parts = [
        f"{rule.code} {rule.name} ({rule.severity}, from profile {rule.profile})",
        rule.summary,
    ]
    for heading in HEADINGS:
        if heading == "Source" and option_docs(rule.options):
            parts += ["Options", _options(rule)]
        parts += [heading, textwrap.indent(rule.manual[heading], "  ")]
    if tried := miniature_evidence().get(rule.code):
        parts += [HEADING, "\n".join(map(_item, tried))]
    return "\n\n".join(parts)


def markdown_page(rule: Rule) -> str:
    """The manual page as Markdown."""
    lines = [
        f"### {rule.code} {rule.name}",
        "",
        f"*{rule.severity}, from profile {rule.profile}*",
        "",
    ]
    lines += [rule.summary, ""]
    for heading in HEADINGS:
        if heading == "Source" and option_docs(rule.options):
            lines += ["**Options**", ""]
            lines += [
                f"- `{name}` (default `{default}`): {doc}"
                for name, default, doc in option_docs(rule.options)
            ]
            lines += [""]
        lines += [f"**{heading}**", "", rule.manual[heading], ""]
    if tried := miniature_evidence().get(rule.code):
        lines += [f"**{HEADING}**", "", *(f"- {sentence}" for sentence in tried), ""]
    return "\n".join(lines)


def markdown_table() -> str:
    """Every rule as a row of Markdown."""
    rows = ["| code | name | usual severity | what is wrong |", "| --- | --- | --- | --- |"]
    rows += [
        f"| [{rule.code}](rules/README.md#{rule.code.lower()}-{rule.name}) | {rule.name} "
        f"| {rule.severity} | {rule.summary.rstrip('.').replace('|', chr(92) + '|')} |"
        for rule in all_rules()
    ]
    return "\n".join(rows)


def _options(rule: Rule) -> str:
    return "\n".join(
        textwrap.fill(
            f"{name} = {default!r}: {doc}", WIDTH, initial_indent="  ", subsequent_indent="    "
        )
        for name, default, doc in option_docs(rule.options)
    )


def _item(sentence: str) -> str:
    return textwrap.fill(sentence, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _as_plain(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": str(rule.severity),
        "profile": rule.profile,
        "summary": rule.summary,
        "manual": dict(rule.manual),
        "miniature": list(miniature_evidence().get(rule.code, ())),
        "options": [
            {"name": name, "default": default, "doc": doc}
            for name, default, doc in option_docs(rule.options)
        ],
    }
