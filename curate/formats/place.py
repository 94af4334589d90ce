"""Where findings lie: paths as the user's tools know them, lines and columns instead of offsets."""

import os
import posixpath
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rules.model import Dataset
from rules.quoting import visible
from rules.records import record
from rules.report import Finding
from rules.violation import Severity

__all__ = ["Place", "Region", "visible"]


@record
class Region:
    """Lines and columns, both from 1; the end column is behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


@record
class Place:
    """What a format must know beside the report.

    Attributes:
        folder: the dataset, as the user named it.
        texts: caption file -> its text.
        distribution: what the pictures show, a line an axis, for people.
        fail_on: the mildest severity that fails, or `never`.
        dataset: what was judged, for formats that show pictures.
        root: where its pictures are opened.
    """

    folder: str
    texts: Mapping[str, str]
    distribution: tuple[str, ...] = ()
    fail_on: str = "error"
    dataset: Dataset | None = None
    root: Path | None = None

    def path(self, path: str) -> str:
        """A path of the report from where the user stands."""
        folder = _from_here(self.folder)
        return path if folder == "." else f"{folder}/{path}"

    def fails(self, severity: Severity) -> bool:
        """Whether findings of this severity make the exit code 1."""
        return self.fail_on != "never" and severity.rank >= Severity(self.fail_on).rank

    def region(self, finding: Finding) -> Region | None:
        """Where in its caption file a finding lies, None where it concerns whole files."""
        text = self.texts.get(finding.paths[0]) if len(finding.paths) == 1 else None
        if finding.span is None or text is None:
            return None
        (line, column), (end_line, end_column) = (_position(text, at) for at in finding.span)
        return Region(line=line, column=column, end_line=end_line, end_column=end_column)


@cache
def _from_here(folder: str) -> str:
    """A folder as version control names it: relative where it lies below this one."""
    tidy = posixpath.normpath(folder)
    here = os.path.join(os.path.realpath("."), "")  # noqa: PTH118 - with its slash
    return tidy.removeprefix(here) if tidy.startswith(here) else tidy


def _position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
