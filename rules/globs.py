"""Globs over POSIX paths: `*` stays within a folder, `**` crosses folders, `?` is one character."""

import re
from functools import cache

PIECES = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    pieces = PIECES.findall(glob)
    return re.compile(
        "".join(MEANING.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL
    )


def matches(path: str, glob: str) -> bool:
    """Whether the whole path falls under the glob."""
    return bool(_pattern(glob).fullmatch(path))
