"""A comparison as text, JSON and Markdown."""

import json
from collections.abc import Iterator

from curate.compare.compare import CodeMoved, Comparison, Moved, Setting
from curate.formats.as_markdown import as_text
from curate.formats.place import visible
from rules.quoting import counted, some_of
from rules.records import to_plain

FORMATS = ("text", "json", "markdown")
LABELS_SHOWN = 10
SETTINGS_SHOWN = 6
VALUE_LENGTH = 60


def render(form: str, comparison: Comparison) -> str:
    """A comparison in one of `FORMATS`."""
    if form == "json":
        plain = {**to_plain(comparison), "warning": comparison.warning}
        return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"
    if form == "markdown":
        return "\n".join(_markdown(comparison)) + "\n"
    return "\n".join(map(visible, _text(comparison))) + "\n"


def _text(comparison: Comparison) -> Iterator[str]:
    yield f"{comparison.before} -> {comparison.after}"
    rows = list(_rows(comparison))
    indent = max(len(name) for name, _ in rows)
    for name, told in rows:
        yield f"  {name:<{indent}}  {told}"
    if comparison.findings:
        yield ""
        width = max(len(f"{moved.code} {moved.name}") for moved in comparison.findings)
        for moved in comparison.findings:
            name = f"{moved.code} {moved.name}"
            yield f"  {moved.severity!s:<8}{name:<{width}}  {_counts(moved)}"
    yield ""
    yield _verdict(comparison)


def _markdown(comparison: Comparison) -> Iterator[str]:
    yield f"## {as_text(comparison.before)} → {as_text(comparison.after)}"
    yield ""
    yield "| what | before → after |"
    yield "| --- | --- |"
    for name, told in _rows(comparison):
        yield f"| {as_text(name)} | {as_text(told.replace('->', '→'))} |"
    if comparison.findings:
        yield ""
        yield "| severity | rule | new | gone | stayed | not judged any more |"
        yield "| --- | --- | ---: | ---: | ---: | ---: |"
        for moved in comparison.findings:
            numbers = " | ".join(f"{number:,}" for _, number in _counted(moved))
            yield f"| {moved.severity} | {moved.code} {moved.name} | {numbers} |"
    yield ""
    yield as_text(_verdict(comparison))


def _verdict(comparison: Comparison) -> str:
    if comparison.warning:
        return comparison.warning
    if comparison.factors:
        return f"one factor changes: {comparison.factors[0]}"
    return "nothing changes that a training run depends on"


def _rows(comparison: Comparison) -> Iterator[tuple[str, str]]:
    for number in comparison.numbers:
        yield number.what, _arrow(number)
    pictures = comparison.pictures
    kinds = (
        ("added", pictures.added),
        ("removed", pictures.removed),
        ("redrawn", pictures.changed),
        ("recaptioned", pictures.recaptioned),
        ("repeats", pictures.repeated),
    )
    yield "stayed", counted(pictures.stayed, "picture")
    for kind, paths in kinds:
        if paths:
            yield kind, f"{counted(len(paths), 'picture')}: {some_of(paths, 3)}"
    for setting in comparison.settings[:SETTINGS_SHOWN]:
        yield "setting", _setting(setting)
    if comparison.settings[SETTINGS_SHOWN:]:
        yield "setting", f"and {len(comparison.settings) - SETTINGS_SHOWN:,} more"
    for axis, moved in comparison.axes.items():
        yield axis, some_of([f"{m.what} {_arrow(m)}" for m in moved], LABELS_SHOWN)
    if comparison.tags:
        shares = [f"{m.what} {m.before:.0%} -> {m.after:.0%}" for m in comparison.tags]
        yield "tags", ", ".join(shares)


def _arrow(moved: Moved) -> str:
    if moved.before == moved.after:
        return f"{moved.after:,}"
    return f"{moved.before:,} -> {moved.after:,}"


def _setting(setting: Setting) -> str:
    def shortened(value: str | None) -> str:
        if value is None or len(value) <= VALUE_LENGTH:
            return value or "nothing"
        return f"{value[:VALUE_LENGTH]}..."

    return f"{setting.key}: {shortened(setting.before)} -> {shortened(setting.after)}"


def _counts(moved: CodeMoved) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in _counted(moved) if number)


def _counted(moved: CodeMoved) -> Iterator[tuple[str, int]]:
    yield "new", moved.new
    yield "gone", moved.gone
    yield "stayed", moved.stayed
    yield "not judged any more", moved.unjudged
