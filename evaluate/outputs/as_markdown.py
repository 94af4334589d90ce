"""Verdicts as Markdown, for a model card or an issue."""

import re
from collections.abc import Iterator

from evaluate.verdicts.verdict import WORDS, VerdictFile

# What Markdown or HTML would take for something else.
SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~!])")


def markdown(found: VerdictFile) -> str:
    """A heading, the recommendation, and verdicts by how sure they are."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: VerdictFile) -> Iterator[str]:
    yield f"## Evaluation of {plain(found.name)}"
    yield ""
    yield f"Judges: {plain(found.judge_stamp)}. {len(found.verdicts)} verdicts by {found.tool}."
    for word in WORDS:
        some = [one for one in found.verdicts if one.word == word and one.code != "EVL002"]
        if not some or word == "undetermined":
            continue
        yield ""
        yield f"### {word.replace('_', ' ').capitalize()}"
        yield ""
        for one in some:
            foretold = f" (foretold by {', '.join(one.predicted_by)})" if one.predicted_by else ""
            yield f"- **{one.code}** n={one.n}, grade {one.grade}: {plain(one.says)}{foretold}"
    open_ = sum(one.word == "undetermined" for one in found.verdicts)
    if open_:
        yield ""
        yield f"{open_} verdicts are undetermined: too few seeds."


def plain(text: str) -> str:
    """Text that stays text, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
