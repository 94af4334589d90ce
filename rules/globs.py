"""Globs over POSIX paths: `*` stays within a folder, `**` crosses folders, `?` is one character.

`[abc]`, `[a-c]` and `[!abc]` stand for one character of a kind; `[[]` is a bracket.

A wildcard followed by another one never has to try again once what stands between them is found:
the later one reaches everything that the earlier one does. Hence the atomic groups, without
which `*a*a*a*a*a*b` would take for ever.
"""

import re
from functools import cache

# `**/` stands for any folders or none, and only where a folder's name can begin.
ACROSS = re.compile(r"((?<![^/])(?:\*\*/)+|\*\*+)")
# What a regular expression may take for more than a character or the hyphen of a range.
MARK = re.compile(r"--+|[^\w-]")
ONE = re.compile(r"\[(!?)([^\]/!][^\]/]*)\]|\?|.", re.DOTALL)


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    first, *rest = ACROSS.split(glob)
    pattern = _within(first, last=not rest)
    for number, (wild, text) in enumerate(zip(rest[::2], rest[1::2], strict=True), 1):
        last = 2 * number == len(rest)
        across = "(?:.*?/)??" if wild.endswith("/") else ".*?"
        unit = across + _within(text, last=last)
        pattern += unit if last else f"(?>{unit})"
    return re.compile(pattern, re.DOTALL)


def _within(glob: str, *, last: bool) -> str:
    """The part of a glob between two `**`; only the last `*` of the last one may try again."""
    first, *rest = (ONE.sub(_one, part) for part in glob.split("*"))
    if last and rest:
        *rest, tail = rest
        return first + "".join(f"(?>[^/]*?{part})" for part in rest) + f"[^/]*{tail}"
    return first + "".join(f"(?>[^/]*?{part})" for part in rest)


def _one(match: re.Match[str]) -> str:
    """What stands for one character, as a regular expression."""
    not_, kinds = match[1], match[2]
    if kinds is None:
        return "[^/]" if match[0] == "?" else re.escape(match[0])
    escaped = MARK.sub(lambda mark: re.escape(mark[0]), kinds)
    pattern = f"[^/{escaped}]" if not_ else f"(?!/)[{escaped}]"
    try:
        re.compile(pattern)
    except re.error:  # a range that runs backwards means its characters
        return re.escape(match[0])
    return pattern


def matches(path: str, glob: str) -> bool:
    """Whether the whole path falls under the glob."""
    return bool(_pattern(glob).fullmatch(path))
