"""One offline page: what is known, how surely, and every picture to look at.

Written as it is made, so that ten thousand cells need no more memory than one. Whatever comes from
users is put in as text; the policy lets nothing run but the page's own script, by its hash.
"""

import base64
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import curate.formats
from curate.preview.markup import Markup, element, join
from evaluate.judges.qualification import Qualification
from evaluate.outputs.charts import confusion, curves
from evaluate.outputs.controls import controls
from evaluate.outputs.layout import Grid
from evaluate.outputs.report_pictures import matrix_table, probe_strip
from evaluate.outputs.report_tables import cost_table, judge_table, skipped_list, tally_table
from evaluate.outputs.report_verdicts import SCORES, verdict_cards
from evaluate.session import Opened
from evaluate.tally import Tally
from evaluate.verdicts.evidence import Evidence
from evaluate.verdicts.verdict import WORDS, VerdictFile
from rules.quoting import counted

HERE = Path(__file__).parent


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
    yield from verdict_cards(found)
    charts = curves(evidence)
    if charts:
        yield element("h2", "By epoch", id="curves")
        yield element(
            "p", "Means over seeds with 95% intervals; dashed: the base alone.", class_="muted"
        )
        yield element("div", *charts, class_="curves")
    yield from matrix_table(grid, opened.references)
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
    yield from probe_strip(opened, found, grid)
    yield from judge_table(found, qualified)
    yield from tally_table(tally)
    yield cost_table(opened)
    yield skipped_list(found)
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
