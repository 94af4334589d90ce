"""Findings on a page: a block a rule, an entry for what it says alike, evidence and pictures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from curate.formats.html_pictures import Gallery
from curate.formats.readable import alike, cell, tables
from curate.preview.markup import Markup, element, join
from rules.quoting import counted
from rules.registry import Rule
from rules.report import Finding
from rules.violation import Severity

OPEN_ENTRIES = 20
PICTURES_SHOWN = 24
NAMES_SHOWN = 8
ROWS_SHOWN = 60


def blocks(
    findings: Sequence[Finding], rules: Mapping[str, Rule], shown: Gallery
) -> Iterator[Markup]:
    """One block a severity and rule, in the order of the report."""
    done: set[str] = set()
    for (code, _), group in groupby(findings, key=lambda f: (f.code, f.severity)):
        # A rule of two severities has two blocks, and one name to jump to.
        yield _block(list(group), rules.get(code), shown, named=code not in done)
        done.add(code)


def plain_list(findings: Iterable[Finding]) -> Markup:
    """Findings that do not count, one line each."""
    items = (
        element(
            "li",
            element("b", f"{finding.code} {finding.name}"),
            f": {finding.message}",
            f" ({finding.paths[0]})" if finding.paths else "",
            f". Accepted: {finding.reason}" if finding.reason else "",
        )
        for finding in findings
    )
    return element("ul", join(*items), class_="told")


def _block(findings: list[Finding], rule: Rule | None, shown: Gallery, *, named: bool) -> Markup:
    first = findings[0]
    title = element("h3", f"{first.code} {first.name}")
    fixable = sum(finding.fixable for finding in findings)
    badges = [element("span", str(first.severity), class_=f"badge {first.severity}")]
    if fixable:
        badges.append(element("span", "curate fix", class_="badge fixable"))
    number = element("span", counted(len(findings), "finding"), class_="muted")
    one_advice = len({finding.advice for finding in findings}) == 1
    entries = [_entry(group, shown, one_advice=one_advice) for group in alike(findings)]
    inside = [
        *entries[:OPEN_ENTRIES],
        *_folded(entries[OPEN_ENTRIES:]),
        *([element("p", first.advice, class_="advice")] if one_advice else []),
        *([_manual(rule)] if rule else []),
    ]
    return element(
        "details",
        element("summary", title, " ", *badges, number),
        element("div", join(*inside), class_="inside"),
        class_=f"rule {first.severity}",
        id=first.code if named else None,
        open="" if first.severity is not Severity.INFO else None,
        data_code=first.code,
        data_severity=str(first.severity),
    )


def _folded(entries: list[Markup]) -> list[Markup]:
    if not entries:
        return []
    more = element("summary", f"{len(entries):,} more")
    return [element("details", more, join(*entries), class_="more")]


def _entry(group: list[Finding], shown: Gallery, *, one_advice: bool) -> Markup:
    first = group[0]
    numbers = tuple(dict.fromkeys(n for finding in group for n in shown.of(finding)))
    paths = [path for finding in group for path in finding.paths]
    return element(
        "div",
        element("p", first.message),
        *(_table(heads, rows) for heads, rows in tables(first.evidence)),
        _strip(numbers, shown),
        _names(paths) if paths else Markup(),
        *([] if one_advice else [element("p", first.advice, class_="advice")]),
        class_="finding single" if len(numbers) == 1 else "finding",
        data_on=" ".join(map(str, numbers)),
    )


def _strip(numbers: Sequence[int], shown: Gallery) -> Markup:
    if not numbers:
        return Markup()
    items = [
        element("li", element("a", shown.thumb(n), href=f"#p{n}"), data_n=n)
        for n in numbers[:PICTURES_SHOWN]
    ]
    more = len(numbers) - PICTURES_SHOWN
    if more > 0:
        items.append(element("li", element("span", f"and {more:,} more", class_="blank")))
    return element("ul", *items, class_="strip")


def _names(paths: Sequence[str]) -> Markup:
    some = element("bdi", ", ".join(paths[:NAMES_SHOWN]))
    rest = paths[NAMES_SHOWN:]
    if not rest:
        return element("p", some, class_="names")
    names = element("p", element("bdi", ", ".join(rest)), class_="names")
    summary = element("summary", f"{len(rest):,} more names")
    return join(
        element("p", some, class_="names"), element("details", summary, names, class_="more")
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup:
    head = element("tr", *(element("th", name, scope="col") for name in heads))
    body = (
        element("tr", *(element("td", cell(value)) for value in row)) for row in rows[:ROWS_SHOWN]
    )
    more = len(rows) - ROWS_SHOWN
    rest = [element("p", f"and {more:,} rows more", class_="names")] if more > 0 else []
    table = element("table", element("thead", head), element("tbody", *body), class_="evidence")
    return element("div", table, *rest, class_="scroll")


def _manual(rule: Rule) -> Markup:
    parts = [
        element("p", element("b", heading), text, class_="manual")
        for heading, text in rule.manual.items()
    ]
    summary = element("summary", f"What {rule.code} looks at, and why")
    return element("details", summary, *parts, class_="more")
