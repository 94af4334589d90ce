"""`curate stats`: what a dataset shows, counted: for people to look at and for machines."""

import json

from curate.stats.count import Stats, count
from rules.model import Dataset
from rules.records import to_plain

FORMATS = ("text", "json", "html", "png")


def render(form: str, dataset: Dataset) -> bytes:
    """The statistics of a dataset in one of `FORMATS`."""
    stats = count(dataset)
    if form == "json":
        return (json.dumps(to_plain(stats), ensure_ascii=False, indent=2) + "\n").encode()
    if form == "html":
        from curate.stats.as_html import page  # noqa: PLC0415 - one format a run

        return page(stats).encode("utf-8", "replace")
    if form == "png":
        from curate.stats.as_png import chart  # noqa: PLC0415 - brings matplotlib

        return chart(stats)
    from curate.stats.as_text import lines  # noqa: PLC0415 - one format a run

    return ("\n".join(lines(stats)) + "\n").encode()


__all__ = ["FORMATS", "Stats", "count", "render"]
