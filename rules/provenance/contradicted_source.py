"""PRV004 contradicted-source."""

from rules.model import Dataset
from rules.needs import METADATA, SOURCED, SOURCES
from rules.provenance.comparison import Comparison
from rules.registry import NoOptions, rule
from rules.violation import Abstention, Said, Severity, Violation


@rule("PRV004", Severity.ERROR, needs=(SOURCES, SOURCED, METADATA))
def contradicted_source(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures whose metadata name another generator than `sources` declares.

    What it does:
        Compares the program and the model that the metadata name with what `sources` declares:
        generator, family, steps, and the same of what it is derived from. Only known names of
        one kind contradict each other: two models, or two programs. A picture about which
        neither agreement nor contradiction is sure is counted as not judged.

    Why is this bad?
        A wrong declaration makes every rule about sources wrong, above all the one that warns
        of pictures from the base's own family: those pictures look like the others.

    Example:
        `sources` says Gemini for `busts/*`; `busts/09.png` names `waiANIMA_v10` as its model.

    Source:
        Requests for provenance checks of dataset tools. The names that are known are listed in
        `rules/provenance/makers.py`.
    """
    unsure = 0
    compare = Comparison(dataset.spec.sources)
    for picture in dataset.fed:
        file = picture.file
        if picture.glob is None or file is None or not (file.generator or file.model):
            continue
        clash, agrees = compare.verdict(picture.glob, file.generator, file.model)
        if clash is None:
            unsure += not agrees
            continue
        yield Violation(
            message=f"the metadata name {clash[0]}, `sources` says {clash[1]} for `{picture.glob}`",
            evidence={
                "glob": picture.glob,
                "generator": file.generator,
                "model": file.model,
                "found": clash[0],
                "declared": clash[1],
            },
            advice="correct the entry of `sources`, or take the picture out",
            paths=(picture.path,),
            picture=picture.sha256,
        )
    if unsure:
        reason = "metadata and `sources` name makers that cannot be compared"
        yield Abstention(reason=reason, count=unsure, total=len(dataset.fed))
