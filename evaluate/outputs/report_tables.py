"""Tables of the report: who judged, what was foretold, what it cost, what was not asked."""

from collections.abc import Iterator, Sequence

from curate.preview.markup import Markup, element, join
from evaluate.judges.qualification import Qualification
from evaluate.rows import ScoreRow
from evaluate.session import Opened
from evaluate.tally import Tally
from evaluate.verdicts.verdict import VerdictFile
from rules.quoting import counted


def judge_table(found: VerdictFile, qualified: Sequence[Qualification]) -> Iterator[Markup]:
    """Who judged, and what became of each test of them."""
    yield element("h2", "Judges", id="judges")
    yield element("p", element("b", found.judge_stamp), ". ", ", ".join(found.judges) or "nobody")
    rows = [
        element(
            "tr",
            element("th", test.id, scope="row"),
            element("td", test.verdict.replace("_", " "), class_=f"t-{test.verdict}"),
            element("td", test.says),
            element("td", one.judge),
        )
        for one in qualified
        for test in one.tests
    ]
    if rows:
        yield _table(("test", "verdict", "what was seen", "judge"), rows)


def _table(heads: Sequence[str], rows: Sequence[Markup]) -> Markup:
    head = element("tr", *(element("th", name, scope="col") for name in heads))
    table = element("table", element("thead", head), element("tbody", *rows), class_="plain")
    return element("div", table, class_="scroll")


def tally_table(tally: Tally) -> Iterator[Markup]:
    """Faults that the linter found in the set, against those that were seen."""
    if not tally.rows:
        return
    yield element("h2", "What the linter foretold", id="tally")
    rows = [
        element(
            "tr",
            element("th", row.code, scope="row"),
            *(
                element("td", str(len(names)) if names else "", title=", ".join(names) or None)
                for names in (
                    row.predicted_and_seen,
                    row.predicted_and_not_seen,
                    row.seen_and_not_predicted,
                )
            ),
        )
        for row in tally.rows
    ]
    yield _table(("code", "foretold and seen", "foretold, not seen", "seen, not foretold"), rows)


def cost_table(opened: Opened) -> Markup:
    """Time and money, judge by judge."""
    drawn = sum(row.seconds for row in opened.rows.values())
    told = f"{counted(len(opened.rows), 'picture')} in {drawn / 60:,.1f} minutes of drawing"
    by_judge: dict[str, list[ScoreRow]] = {}
    for row in opened.score_rows:
        by_judge.setdefault(row.judge, []).append(row)
    rows = []
    for judge, some in by_judge.items():
        pictures = {(row.key, row.repeat) for row in some}
        known = {(row.key, row.repeat) for row in some if row.cache_hit}
        numbers = (
            f"{len(pictures):,}", f"{len(some):,}",
            f"{sum(row.state == 'unscored' for row in some):,}", f"{len(known):,}",
            f"{sum(row.seconds for row in some):,.0f}", f"{sum(row.cost for row in some):,.4f}",
        )  # fmt: skip
        cells = (element("td", number, class_="count") for number in numbers)
        rows.append(element("tr", element("th", judge, scope="row"), *cells))
    heads = ("judge", "looks", "answers", "unscored", "looks from the cache", "seconds", "cost")
    return join(
        element("h2", "Costs", id="costs"),
        element("p", told),
        *([_table(heads, rows)] if rows else []),
    )


def skipped_list(found: VerdictFile) -> Markup:
    """Verdicts that nothing could be said of, each with its reason."""
    items = [
        element("li", element("b", one.code), f" {one.name}: {one.reason}") for one in found.skipped
    ]
    return join(element("h2", "Not asked", id="skipped"), element("ul", *items, class_="told"))
