"""Fixes of captions, from tokens of what is fed to edits of the file.

Each returns None where the fed text is no slice of the file (a JSON sidecar), so that nothing
can be mended in place.
"""

from collections.abc import Collection, Mapping

from rules.model import Caption, Token
from rules.violation import Edit, Fix


def span_in_file(caption: Caption, token: Token) -> tuple[int, int] | None:
    """Start and end of a token in the caption file's text."""
    if caption.offset is None:
        return None
    return caption.offset + token.start, caption.offset + token.end


def replace_tokens(caption: Caption, texts: Mapping[Token, str], *, safe: bool) -> Fix | None:
    """Write other texts for some tokens."""
    if caption.offset is None:
        return None
    edits = (
        Edit(start=caption.offset + t.start, end=caption.offset + t.end, replacement=texts[t])
        for t in caption.tokens
        if t in texts
    )
    return Fix(path=caption.path, edits=tuple(edits), safe=safe)


def remove_tokens(caption: Caption, tokens: Collection[Token], *, safe: bool) -> Fix | None:
    """Take tokens out, each with the separator between it and the next (or previous) one."""
    if caption.offset is None:
        return None
    edits: list[Edit] = []
    kept_end: int | None = None
    for token, following in zip(caption.tokens, [*caption.tokens[1:], None], strict=True):
        if token not in tokens:
            kept_end = token.end
            continue
        # The separator behind goes, unless it is the full stop of the last tag or the end.
        if following is not None and (following.slot != "prose" or kept_end is None):
            start, end = token.start, following.start
        else:
            start, end = token.start if kept_end is None else kept_end, token.end
        edits.append(Edit(start=caption.offset + start, end=caption.offset + end, replacement=""))
    return Fix(path=caption.path, edits=_merged(edits), safe=safe)


def insert_text(caption: Caption, place: int, text: str, *, safe: bool) -> Fix | None:
    """Write text at an offset of what is fed."""
    if caption.offset is None:
        return None
    at = caption.offset + place
    return Fix(path=caption.path, edits=(Edit(start=at, end=at, replacement=text),), safe=safe)


def _merged(edits: list[Edit]) -> tuple[Edit, ...]:
    """Deletions that touch or overlap, as one."""
    merged: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        if merged and edit.start <= merged[-1].end:
            last = merged.pop()
            edit = Edit(start=last.start, end=max(last.end, edit.end), replacement="")  # noqa: PLW2901
        merged.append(edit)
    return tuple(merged)


def each(*fixes: Fix | None) -> tuple[Fix, ...]:
    """Those of the fixes that are possible."""
    return tuple(fix for fix in fixes if fix is not None)
