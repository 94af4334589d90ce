"""Captions as sets of parts, to tell whether two of them say the same."""

import re

SEPARATORS = re.compile(r"[,\n\r，、。]|[.!?](?=\s|$)")


def normal_parts(text: str) -> dict[str, None]:
    """Tags and sentences without case, underscores and outer white space, in their order."""
    parts = (
        " ".join(part.lower().replace("_", " ").split())
        for part in SEPARATORS.split(text.replace("\ufeff", ""))
    )
    return dict.fromkeys(part for part in parts if part)
