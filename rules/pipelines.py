"""The pipeline that a declared source stands for."""

from rules.spec import Source


def pipeline_of(source: Source | None) -> str | None:
    """`Gemini > Photoshop`: the generator and the steps behind it, None where none is named."""
    if source is None:
        return None
    stages = ((source.generator or source.family), *source.steps)
    return " > ".join(stage for stage in stages if stage) or None
