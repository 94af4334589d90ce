"""PRV004 contradicted-source."""

from collections.abc import Iterator, Mapping

from rules.globs import matches
from rules.model import Abstention, Dataset, Said, Severity, Violation
from rules.needs import METADATA, SOURCED, SOURCES
from rules.provenance.makers import MODELS, PROGRAMS, named, plain, share_a_word
from rules.registry import NoOptions, rule
from rules.spec import Source


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
    declared = {glob: plain(_texts(glob, dataset.spec.sources)) for glob in dataset.spec.sources}
    for picture in dataset.fed:
        file = picture.file
        if picture.glob is None or file is None or not (file.generator or file.model):
            continue
        found, wanted = plain((file.generator, file.model)), declared[picture.glob]
        clash = _clash(found, wanted)
        if clash is None:
            unsure += not _agree(found, wanted)
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


def _texts(glob: str, sources: Mapping[str, Source]) -> Iterator[str | None]:
    """What is declared of a glob, and of whatever its pictures are derived from."""
    seen: set[str] = set()
    here: str | None = glob
    while here is not None and here not in seen:
        seen.add(here)
        source = sources[here]
        yield from (source.generator, source.family, *source.steps)
        origin = source.derived_from
        here = next((g for g in sources if origin and (g == origin or matches(origin, g))), None)


def _clash(found: str, wanted: str) -> tuple[str, str] | None:
    """The models, else the programs, of which both texts name some and share none."""
    for names in (MODELS, PROGRAMS):
        one, other = named(found, names), named(wanted, names)
        if one & other:
            return None
        if one and other:
            return " and ".join(sorted(one)), " and ".join(sorted(other))
    return None


def _agree(found: str, wanted: str) -> bool:
    same = any(named(found, names) & named(wanted, names) for names in (MODELS, PROGRAMS))
    return same or share_a_word(found, wanted)
