"""A plan as text, JSON, Markdown and one page."""

import json
from collections.abc import Iterator
from typing import Any

from curate.formats.as_json import as_plain
from curate.formats.as_markdown import as_text
from curate.formats.place import Place, visible
from curate.plan.plan import Addition, Plan, Prune, Row
from curate.plan.summary import headline, verdicts
from rules.quoting import some_of
from rules.records import to_plain

FORMATS = ("text", "json", "markdown", "html")
PATHS_SHOWN = 8


def render(form: str, plan: Plan, place: Place) -> str:
    """A plan in one of `FORMATS`."""
    if form == "json":
        return json.dumps(_plain(plan), ensure_ascii=False, indent=2) + "\n"
    if form == "markdown":
        return "\n".join(_markdown(plan)) + "\n"
    if form == "html":
        from curate.plan.as_html import page  # noqa: PLC0415 - one format a run

        return page(plan, place)
    return "\n".join(map(visible, _text(plan, place))) + "\n"


def _plain(plan: Plan) -> dict[str, Any]:
    return {
        **to_plain(plan),
        "today": as_plain(plan.today),
        "predicted": as_plain(plan.predicted),
        "cleared": list(plan.cleared),
        "staying": list(plan.staying),
        "coming": list(plan.coming),
    }


def _text(plan: Plan, place: Place) -> Iterator[str]:
    yield f"{place.folder}: {headline(plan)}"
    for addition in plan.additions:
        yield ""
        yield f"add {len(addition.pictures)}: {addition.sort}{_clears(addition)}"
        for picture in addition.pictures:
            yield f"  {picture.path} ({picture.size[0]}x{picture.size[1]}): {picture.shot.detail}"
            yield f"    {picture.caption}"
    for prune in plan.prunes:
        yield ""
        yield f"drop {len(prune.paths)} of {prune.of}: {prune.sort}{_clears(prune)}"
        yield f"  {some_of(prune.paths, PATHS_SHOWN)}"
    yield ""
    width = max((len(row.name) for row in plan.rows), default=0) + 7
    yield f"{'':<8}{'':<{width}}  {'today':>9}  {'predicted':>9}"
    for row in plan.rows:
        name = f"{row.code} {row.name}"
        yield f"{row.severity!s:<8}{name:<{width}}  {row.today:>9,}  {_predicted(row):>9}"
    yield ""
    for what, told in verdicts(plan):
        yield f"{what}: {told}"


def _predicted(row: Row) -> str:
    if not row.predicted:
        return "-"
    milder = row.today and row.predicted_severity != row.severity
    return f"{row.predicted:,} {row.predicted_severity}" if milder else f"{row.predicted:,}"


def _clears(part: Addition | Prune) -> str:
    return f" (clears {', '.join(part.clears)})" if part.clears else ""


def _markdown(plan: Plan) -> Iterator[str]:
    yield f"## Plan for {as_text(plan.dataset)}: {headline(plan)}"
    yield ""
    for addition in plan.additions:
        yield f"- add {len(addition.pictures)}: **{as_text(addition.sort)}**{_clears(addition)}"
        for picture in addition.pictures:
            size = f"{picture.size[0]}x{picture.size[1]}"
            yield f"  - {as_text(picture.path)} ({size}): {as_text(picture.shot.detail)}"
            yield f"    <br>{as_text(picture.caption)}"
    for prune in plan.prunes:
        told = f"drop {len(prune.paths)} of {prune.of}"
        yield f"- {told}: **{as_text(prune.sort)}**{_clears(prune)}"
        yield f"  <br>{as_text(some_of(prune.paths, PATHS_SHOWN))}"
    yield ""
    yield "| severity | rule | today | predicted |"
    yield "| --- | --- | ---: | ---: |"
    for row in plan.rows:
        yield f"| {row.severity} | {row.code} {row.name} | {row.today:,} | {_predicted(row)} |"
    yield ""
    for what, told in verdicts(plan):
        yield f"- {what}: {as_text(told)}"
