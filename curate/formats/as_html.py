"""One page for people: what was found, on which pictures, and what was not judged.

Offline and self-contained. Everything from the dataset is put in as text; the policy lets nothing
run but the page's own script, by its hash, and nothing load but pictures within the page.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from curate.formats import html_charts
from curate.formats.html_findings import blocks, plain_list
from curate.formats.html_pictures import MOST, cards, gallery
from curate.formats.place import Place
from curate.formats.readable import abstained, skipped
from curate.preview.markup import Markup, element, join
from curate.stats.count import count
from rules.quoting import counted
from rules.registry import all_rules
from rules.report import Report
from rules.violation import Severity


def render_html(report: Report, place: Place) -> str:
    """The whole document."""
    shown = gallery(report.findings, place)
    rules = {rule.code: rule for rule in all_rules()}
    found = (
        element("h2", "Findings", id="findings"),
        *blocks(report.findings, rules, shown),
    )
    pictured = (
        (element("h2", "Pictures with findings"), cards(shown, report.findings))
        if shown.pictures
        else ()
    )
    unshown = len(shown.pictures) - MOST
    note = f"The first {MOST:,} are shown as pictures." if unshown > 0 else ""
    body = (
        _header(report, place),
        _filters(report) if report.findings else Markup(),
        *(found if report.findings else ()),
        *_distributions(place),
        *pictured,
        *([element("p", note, class_="muted")] if note else []),
        *_aside(report),
        element("footer", f"{report.tool}. This page loads nothing and sends nothing."),
        shown.store(),
    )
    return document(f"{report.dataset}: {_verdict(report)}", body, script=bool(report.findings))


def document(title: str, body: Iterable[Markup], *, script: bool) -> str:
    """A page with this project's style, and its script where there is something to filter."""
    style, program = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        + (f"script-src '{_digest(program)}'; " if script else "")
        + "base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style)),
    )
    program_element = [element("script", Markup(program))] if script else []
    main = element("body", join(*body, *program_element))
    return f"<!doctype html>\n{element('html', head, main, lang='en')}\n"


@cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _verdict(report: Report) -> str:
    summary = report.summary
    if not report.findings:
        return "clean"
    return ", ".join(
        (
            counted(summary.errors, "error"),
            counted(summary.warnings, "warning"),
            counted(summary.infos, "info"),
        )
    )


def _header(report: Report, place: Place) -> Markup:
    summary = report.summary
    what = f"{counted(summary.pictures, 'picture')}, {counted(summary.captions, 'caption')}"
    head = element(
        "header",
        element("h1", element("bdi", report.dataset)),
        element("p", f"{what} in ", element("bdi", place.folder), ", judged as ",
                element("b", report.trainer), " is fed them."),
    )  # fmt: skip
    tiles = [
        _tile(summary.errors, "errors", "error"),
        _tile(summary.warnings, "warnings", "warning"),
        _tile(summary.infos, "infos", "info"),
        _tile(len(report.ran), "rules judged", "good" if not report.findings else ""),
        _tile(len(report.skipped), "rules not judged", ""),
    ]
    tiles += [_tile(len(report.suppressed), "suppressed", "")] if report.suppressed else []
    tiles += [_tile(len(report.known), "known from the baseline", "")] if report.known else []
    notes = [element("ul", *(element("li", note) for note in report.notes), class_="notes")]
    return join(head, element("dl", *tiles, class_="numbers"), *(notes if report.notes else []))


def _tile(number: int, name: str, kind: str) -> Markup:
    return element(
        "div",
        element("dt", name),
        element("dd", f"{number:,}"),
        class_=kind if number else "none",
    )


def _filters(report: Report) -> Markup:
    codes = {finding.code: finding.name for finding in report.findings}
    options = [element("option", "every rule", value="")]
    options += [element("option", f"{c} {codes[c]}", value=c) for c in sorted(codes)]
    boxes = (
        element("label", element("input", type="checkbox", name=str(s), checked=""), f" {s}")
        for s in reversed(Severity)
        if any(finding.severity == s for finding in report.findings)
    )
    return element(
        "form",
        element(
            "input",
            type="search",
            name="picture",
            placeholder="Picture, by its name",
            aria_label="Show only pictures whose name holds this",
            autocomplete="off",
        ),
        element("select", *options, name="rule", aria_label="Show only this rule"),
        *boxes,
        element("button", "Show all", type="reset"),
        element("output", ""),
        class_="filters",
        hidden="",
    )


def _distributions(place: Place) -> tuple[Markup, ...]:
    if place.dataset is None:
        return ()
    stats = count(place.dataset)
    charts = (
        *html_charts.axis_charts(stats.axes),
        *html_charts.size_charts(stats.buckets, stats.sides),
    )
    return (
        element("h2", "What the pictures show"),
        element("div", *charts, class_="charts"),
        html_charts.key(stats.axes),
    )


def _aside(report: Report) -> Iterable[Markup]:
    told = [
        element("li", element("b", ", ".join(codes)), f" skipped: {reason}")
        for reason, codes in skipped(report).items()
    ]
    told += [
        element("li", element("b", ", ".join(codes)), f" abstained on {reason}")
        for reason, codes in abstained(report).items()
    ]
    if told:
        yield element("h2", "What was not judged")
        yield element("ul", *told, class_="told")
    if report.suppressed:
        yield element("h2", "Suppressed")
        yield plain_list(report.suppressed)
    if report.known:
        yield element("h2", "Known from the baseline")
        yield plain_list(report.known)
    if report.gone:
        yield element("h2", "Gone from the baseline")
        gone = (element("li", element("b", g.code), f" {g.count:,}") for g in report.gone)
        yield element("ul", *gone, class_="told")
