"""IMG010 prompt-in-metadata."""

from rules.model import Dataset
from rules.needs import MEASURED
from rules.reach import within_reach
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("IMG010", Severity.INFO, needs=(MEASURED,))
def prompt_in_metadata(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures that carry the name of their generator, its model or a prompt.

    What it does:
        Reads the text of PNG files and the EXIF fields in which generators leave their name,
        the model and the prompt. The prompt itself is not repeated here: reports are published
        more easily than pictures.

    Why is this bad?
        It does not harm a training. But whoever gets the picture gets the prompt, with the
        names and file paths in it; and it is evidence of where a picture comes from, which
        belongs into `sources`.

    Example:
        A picture from ComfyUI holds its whole graph. Declare the source, and strip the metadata
        before you publish the set: `exiftool -all= FILE`.

    Source:
        The habits of the generators; metadata checks of other dataset tools.
    """
    for picture in within_reach(dataset):
        file = picture.file
        if file is None:
            continue
        said = [f"{what} `{name}`" for what, name in _names(file.generator, file.model)]
        said += ["a prompt"] if file.prompt else []
        if not said:
            continue
        yield Violation(
            message=f"the metadata hold {len(said)} of 3 traces: {', '.join(said)}",
            evidence={
                "generator": file.generator,
                "model": file.model,
                "prompt": file.prompt is not None,
            },
            advice="declare it in `sources`, and strip the metadata before the set is published",
            paths=(picture.path,),
            picture=picture.sha256,
        )


def _names(generator: str | None, model: str | None) -> tuple[tuple[str, str], ...]:
    found = (("the generator", generator), ("the model", model))
    return tuple((what, name) for what, name in found if name)
