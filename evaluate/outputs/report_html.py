"""One offline page: what is known, how surely, and every picture to look at.

Written as it is made, so that ten thousand cells need no more memory than one. Whatever comes from
users is put in as text; the policy lets nothing run but the page's own script, by its hash.
"""

import base64
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from PIL import Image

import curate.formats
from curate.preview.markup import Markup, element, join
from curate.progress import progress
from evaluate.judges.qualification import Qualification
from evaluate.outputs.charts import confusion, curves
from evaluate.outputs.controls import controls
from evaluate.outputs.layout import Grid, Shown
from evaluate.rows import ScoreRow
from evaluate.session import Opened
from evaluate.tally import Tally
from evaluate.verdicts.evidence import Evidence
from evaluate.verdicts.verdict import WORDS, Verdict, VerdictFile
from rules.quoting import counted

HERE = Path(__file__).parent
THUMB = (416, 608)
QUALITY = 82
# So many pictures are a page of some 60 MB, which a browser opens in seconds.
MOST = 2_000
MOST_PROBES = 400
HEADINGS = {
    "confirmed": "Confirmed",
    "suspect": "Suspect: more seeds would tell",
    "fluke": "Flukes",
    "no_difference": "No difference",
    "undetermined": "Undetermined",
}
TARGET = "target"
# Verdicts that are points and no more; the curves show them.
SCORES = "EVL002"


def write_report(  # noqa: PLR0913 - what the page shows, all by keyword
    path: Path,
    *,
    opened: Opened,
    evidence: Evidence,
    found: VerdictFile,
    grid: Grid,
    qualified: Sequence[Qualification],
    tally: Tally,
) -> None:
    """Write the page beside its place and put it there whole; raises OSError."""
    parts = _page(opened, evidence, found, grid, qualified, tally)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            for part in parts:
                file.write(part)
                file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _page(  # noqa: PLR0913, PLR0917 - as above
    opened: Opened,
    evidence: Evidence,
    found: VerdictFile,
    grid: Grid,
    qualified: Sequence[Qualification],
    tally: Tally,
) -> Iterator[str]:
    style = (Path(curate.formats.__file__).parent / "page.css").read_text(encoding="utf-8")
    style += (HERE / "report.css").read_text(encoding="utf-8")
    program = (HERE / "report.js").read_text(encoding="utf-8")
    yield '<!doctype html>\n<html lang="en">'
    yield _head(f"{found.name}: evaluation", style, program)
    yield "<body>"
    yield _header(found, evidence)
    yield _contents(grid, evidence)
    yield from _verdicts(found)
    charts = curves(evidence)
    if charts:
        yield element("h2", "By epoch", id="curves")
        yield element(
            "p", "Means over seeds with 95% intervals; dashed: the base alone.", class_="muted"
        )
        yield element("div", *charts, class_="curves")
    yield from _matrix(grid, opened.references)
    maps = confusion(evidence)
    if maps:
        yield element("h2", "Angles", id="angles")
        yield element("div", *maps, class_="maps")
    bars = controls(evidence)
    if bars:
        yield element("h2", "Controls", id="controls")
        yield element(
            "p", "With and without LoRA and trigger on the same seeds, 95% intervals.",
            class_="muted",
        )  # fmt: skip
        yield element("div", *bars, class_="curves")
    yield from _probes(opened, found, grid)
    yield from _judges(found, qualified)
    yield from _tally(tally)
    yield _costs(opened)
    yield _skipped(found)
    yield element("footer", f"{found.tool}, plan {found.plan[:12]}. This page loads nothing and "
                  "sends nothing.")  # fmt: skip
    yield element("script", Markup(program))
    yield "</body></html>"


def _head(title: str, style: str, program: str) -> Markup:
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(program)}'; base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style)),
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _header(found: VerdictFile, evidence: Evidence) -> Markup:
    recommended = next((v for v in found.verdicts if v.code == "EVL006"), None)
    level = next((v for v in found.verdicts if v.code == "EVL004"), None)
    told = "no epoch can be recommended yet"
    if recommended:
        sure = recommended.word == "confirmed"
        told = f"{'Recommended' if sure else 'So far'}: {recommended.says}"
    counts = {
        word: sum(v.word == word and v.code != SCORES for v in found.verdicts) for word in WORDS
    }
    tiles = [_tile(str(number), word.replace("_", " "), word) for word, number in counts.items()]
    tiles.append(_tile(level.grade if level else "-", "evidence grade", ""))
    tiles.append(_tile(f"{len({o.image for o in evidence.observations}):,}", "pictures judged", ""))
    notes = [element("li", note) for note in found.notes]
    notes += [
        element("li", f"{counted(number, 'picture')} unscored: {reason}")
        for reason, number in found.unscored.items()
    ]
    return join(
        element(
            "header",
            element("h1", element("bdi", found.name)),
            element("p", told, class_="lead"),
            element("p", f"Judges: {found.judge_stamp}."),
        ),
        element("dl", *tiles, class_="numbers"),
        *([element("ul", *notes, class_="notes")] if notes else []),
    )


def _tile(number: str, name: str, kind: str) -> Markup:
    shown = kind if number not in {"0", "-"} else "none"
    return element("div", element("dt", name), element("dd", number), class_=f"w-{shown}")


def _contents(grid: Grid, evidence: Evidence) -> Markup:
    links = [("verdicts", "Verdicts"), ("curves", "By epoch")]
    links += [("matrix", "Matrix")] if grid.rows else []
    links += (
        [("angles", "Angles")] if any(o.cell.part == "angle" for o in evidence.observations) else []
    )
    links += [("controls", "Controls")] if controls(evidence) else []
    links += [("judges", "Judges"), ("tally", "Foretold"), ("costs", "Costs")]
    links += [("skipped", "Not asked")]
    return element("nav", *(element("a", name, href=f"#{place}") for place, name in links))


def _verdicts(found: VerdictFile) -> Iterator[Markup]:
    yield element("h2", "Verdicts", id="verdicts")
    for word in WORDS:
        some = [one for one in found.verdicts if one.word == word and one.code != SCORES]
        if some:
            few = word in {"confirmed", "suspect", "fluke"}
            head = element("summary", element("h3", f"{HEADINGS[word]} ({len(some)})"))
            yield element(
                "details", head, _by_code(some), class_=f"w-{word}", open="" if few else None
            )
    scores = [one for one in found.verdicts if one.code == SCORES]
    if scores:
        head = element("summary", element("h3", f"Scores ({len(scores)})"))
        yield element("details", head, _by_code(scores))


def _by_code(found: Sequence[Verdict]) -> Markup:
    """A card a verdict, in it a line a subject."""
    cards = []
    for _, group in groupby(found, key=lambda one: one.code):
        some = list(group)
        head = [element("b", some[0].code), f" {some[0].name.replace('-', ' ')} "]
        head += [
            element("span", code, class_="chip lint", title="the linter foretold it")
            for code in some[0].predicted_by
        ]
        cards.append(element("li", element("p", *head, class_="chips"), *map(_verdict, some)))
    return element("ul", *cards, class_="verdicts")


def _verdict(one: Verdict) -> Markup:
    pictures = [
        element("button", f"{number}", type="button", data_show=image, title="show this picture")
        for number, image in enumerate(one.images, 1)
    ]
    return element(
        "div",
        element("span", one.outcome.replace("_", " "), class_="chip outcome"),
        element(
            "div",
            element("p", one.says),
            *([element("p", one.advice, class_="advice")] if one.advice else []),
            *([element("p", "pictures ", *pictures, class_="look")] if pictures else []),
        ),
        element("span", f"grade {one.grade}, n {one.n}", class_="grade"),
        class_="said",
    )


def _matrix(grid: Grid, references: Sequence[Path]) -> Iterator[Markup | str]:
    if not grid.rows:
        return
    yield element("h2", "Matrix", id="matrix")
    columns = [*([TARGET] if references else []), *grid.columns]
    yield _viewer(columns)
    shown = min(len(grid.cells), MOST)
    if shown < len(grid.cells):
        yield element("p", f"The first {shown:,} of {len(grid.cells):,} pictures are on this page; "
                      f"the contact sheets have all.", class_="muted")  # fmt: skip
    yield '<div class="scroll"><table class="matrix"><thead><tr><th></th>'
    yield join(*(element("th", column, scope="col") for column in columns))
    yield "</tr></thead><tbody>"
    left = MOST
    for number, row in progress(enumerate(grid.rows), total=len(grid.rows), doing="drawing"):
        yield "<tr>"
        yield element("th", f"{row[0]} {row[1]} s{row[2]}", scope="row")
        for column in columns:
            if column == TARGET:
                yield _target(references[number % len(references)])
                continue
            cell = grid.cells.get((row, column))
            yield _cell(cell, column, room=left > 0)
            left -= cell is not None
        yield "</tr>"
    yield "</tbody></table></div>"


def _viewer(columns: Iterable[str]) -> Markup:
    options = [element("option", name, value=name) for name in columns]
    return element(
        "section",
        element(
            "p",
            "Arrow keys: ← → prompt and seed, ↑ ↓ checkpoint; drag to wipe between both.",
            class_="muted",
        ),
        element(
            "div",
            element("img", alt="", class_="under"),
            element("img", alt="", class_="over"),
            class_="stage",
        ),
        element(
            "form",
            element("label", "left ", element("select", *options, name="under")),
            element("label", "right ", element("select", *options, name="over")),
            element("label", "wipe ", element("input", type="range", name="wipe", min=0, max=100,
                                              value=50)),
            element("output", "", aria_live="polite"),
            class_="hand",
        ),
        class_="viewer",
        tabindex=0,
        hidden="",
        aria_label="matrix viewer",
    )  # fmt: skip


def _cell(cell: Shown | None, column: str, *, room: bool) -> Markup:
    if cell is None or cell.path is None:
        return element("td", element("span", "not drawn", class_="blank hatch"))
    picture = _thumb(cell.path, f"{column} {cell.cell.label}", cell.key) if room else None
    if picture is None:
        return element("td", element("span", "see the sheets", class_="blank"))
    mark = f"{cell.score:.1f}" if cell.score is not None else "" if cell.scored else "unscored"
    chips = [element("span", mark, class_="score")] if mark else []
    kind = "base" if cell.cell.checkpoint is None else ""
    return element("td", picture, *chips, class_=kind, data_column=column)


def _target(path: Path) -> Markup:
    picture = _thumb(path, "target", None)
    return element("td", picture or "", class_="target", data_column=TARGET)


def _thumb(path: Path, told: str, key: str | None) -> Markup | None:
    try:
        with Image.open(path) as picture:
            small = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    small.thumbnail(THUMB)
    buffer = io.BytesIO()
    Image.frombytes("RGB", small.size, small.tobytes()).save(buffer, "WEBP", quality=QUALITY)
    data = base64.b64encode(buffer.getvalue()).decode()
    return element(
        "img", src=f"data:image/webp;base64,{data}", alt=told, width=small.width,
        height=small.height, data_key=key,
    )  # fmt: skip


def _probes(opened: Opened, found: VerdictFile, grid: Grid) -> Iterator[Markup | str]:
    """Pictures that verdicts name and that the matrix does not show."""
    shown = {cell.key for cell in grid.cells.values()}
    named = dict.fromkeys(image for one in found.verdicts for image in one.images)
    wanted = [key for key in named if key not in shown and key in opened.rows][:MOST_PROBES]
    if not wanted:
        return
    cells = {planned.key: planned.cell for planned in opened.plan.cells}
    head = element("summary", element("h3", f"Pictures of the probes ({len(wanted)})"))
    yield f'<details class="probes">{head}<div class="strip">'
    for key in wanted:
        cell = cells[key]
        told = f"{cell.part}: {cell.label}"
        picture = _thumb(opened.spec.folder / opened.rows[key].file, told, key)
        if picture is not None:
            yield element("figure", picture, element("figcaption", told))
    yield "</div></details>"


def _judges(found: VerdictFile, qualified: Sequence[Qualification]) -> Iterator[Markup]:
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


def _tally(tally: Tally) -> Iterator[Markup]:
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


def _costs(opened: Opened) -> Markup:
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


def _skipped(found: VerdictFile) -> Markup:
    items = [
        element("li", element("b", one.code), f" {one.name}: {one.reason}") for one in found.skipped
    ]
    return join(element("h2", "Not asked", id="skipped"), element("ul", *items, class_="told"))
