"""Where findings lie: paths as the user's tools know them, lines and columns instead of offsets."""

from collections.abc import Mapping

from rules.quoting import visible
from rules.records import record
from rules.report import Finding

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
    """

    folder: str
    texts: Mapping[str, str]
    distribution: tuple[str, ...] = ()

    def path(self, path: str) -> str:
        """A path of the report from where the user stands."""
        folder = self.folder.rstrip("/")
        return path if folder in {"", "."} else f"{folder}/{path}"

    def region(self, finding: Finding) -> Region | None:
        """Where in its caption file a finding lies, None where it concerns whole files."""
        text = self.texts.get(finding.paths[0]) if len(finding.paths) == 1 else None
        if finding.span is None or text is None:
            return None
        (line, column), (end_line, end_column) = (_position(text, at) for at in finding.span)
        return Region(line=line, column=column, end_line=end_line, end_column=end_column)


def _position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
