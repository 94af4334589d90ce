"""A plan as one page: what to draw, what to drop, and both reports side by side."""

from collections.abc import Iterator

from curate.formats.as_html import document
from curate.formats.html_pictures import Gallery, gallery_of
from curate.formats.place import Place
from curate.plan.plan import Addition, Plan, Prune, Row
from curate.plan.summary import headline, verdicts
from curate.preview.markup import Markup, element, join
from rules.quoting import counted


def page(plan: Plan, place: Place) -> str:
    """The whole document; it needs no script."""
    dropped = {path for prune in plan.prunes for path in prune.paths}
    pictures = place.dataset.pictures if place.dataset else ()
    shown = gallery_of((p for p in pictures if p.path in dropped), place)
    body = (
        element(
            "header",
            element("h1", element("bdi", plan.dataset)),
            element("p", f"Plan: {headline(plan)}."),
        ),
        element("dl", *_tiles(plan), class_="numbers"),
        element("ul", *(_verdict(*told) for told in verdicts(plan)), class_="notes"),
        *_section("Add", map(_addition, plan.additions)),
        *_section("Drop", (_prune(prune, shown) for prune in plan.prunes)),
        element("h2", "What every rule says, today and then"),
        element("div", _table(plan), class_="rule inside"),
        element("footer", f"{plan.predicted.tool}. Found by judging {plan.judged:,} datasets."),
        shown.store(),
    )
    return document(f"{plan.dataset}: {headline(plan)}", body, script=False)


def _tiles(plan: Plan) -> Iterator[Markup]:
    today, then = plan.today.summary, plan.predicted.summary
    yield _tile(f"{plan.pictures:,} → {then.pictures:,}", "pictures", "")
    yield _tile(f"{today.errors:,} → {then.errors:,}", "errors", "error")
    yield _tile(f"{today.warnings:,} → {then.warnings:,}", "warnings", "warning")
    yield _tile(f"{len(plan.cleared):,}", "rules cleared", "good")


def _tile(number: str, name: str, kind: str) -> Markup:
    return element("div", element("dt", name), element("dd", number), class_=kind)


def _verdict(what: str, told: str) -> Markup:
    return element("li", element("b", what.capitalize()), f" {told}")


def _section(title: str, blocks: Iterator[Markup]) -> Iterator[Markup]:
    made = list(blocks)
    if made:
        yield element("h2", title)
        yield from made


def _addition(addition: Addition) -> Markup:
    items = (
        element(
            "li",
            element("b", element("bdi", picture.path)),
            f" {picture.size[0]}x{picture.size[1]}: {picture.shot.detail}",
            element("p", picture.caption, class_="names"),
        )
        for picture in addition.pictures
    )
    return _block(
        f"{counted(len(addition.pictures), 'picture')}: {addition.sort}",
        addition.clears,
        element("ol", *items, class_="told"),
        "info",
    )


def _prune(prune: Prune, shown: Gallery) -> Markup:
    numbers = [shown.numbers[path] for path in prune.paths if path in shown.numbers]
    strip = element("ul", *(element("li", shown.thumb(n)) for n in numbers), class_="strip")
    names = element("p", element("bdi", ", ".join(prune.paths)), class_="names")
    return _block(
        f"{len(prune.paths)} of {counted(prune.of, 'picture')}: {prune.sort}",
        prune.clears,
        join(strip, names),
        "warning",
    )


def _block(title: str, clears: tuple[str, ...], inside: Markup, kind: str) -> Markup:
    codes = [element("span", f" clears {', '.join(clears)}", class_="muted")] if clears else []
    return element(
        "section",
        element("div", element("h3", title, *codes), inside, class_="inside padded"),
        class_=f"rule {kind}",
    )


def _table(plan: Plan) -> Markup:
    head = element(
        "tr", *(element("th", name, scope="col") for name in ("rule", "today", "predicted"))
    )
    rows = (
        element(
            "tr",
            element("td", f"{row.code} {row.name}"),
            element("td", _count(row.today, str(row.severity) if row.today else "")),
            element("td", _count(row.predicted, str(row.predicted_severity or ""), row)),
        )
        for row in plan.rows
    )
    table = element("table", element("thead", head), element("tbody", *rows), class_="evidence")
    return element("div", table, class_="scroll counts")


def _count(number: int, severity: str, row: Row | None = None) -> Markup:
    if not number:
        cleared = row is not None and row.today
        return element("span", "cleared", class_="badge good") if cleared else Markup("-")
    return join(Markup(f"{number:,} "), element("span", severity, class_=f"badge {severity}"))
