"""PRV003 mixed-sources."""

import math
from collections import Counter

from rules.model import Dataset
from rules.needs import SOURCED, SOURCES
from rules.pipelines import pipeline_of
from rules.quoting import some_of
from rules.registry import NoOptions, rule
from rules.violation import Abstention, Said, Severity, Violation


@rule("PRV003", Severity.INFO, needs=(SOURCES, SOURCED))
def mixed_sources(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Pictures that were made in more than one way.

    What it does:
        Counts the pipelines (generator, then steps) that `sources` declares, and the entropy of
        their shares in bits: 0 for one pipeline, 1 for two in equal shares.

    Why is this bad?
        It need not be. But each pipeline leaves its own line width, shading and colours. Where
        it goes along with a framing or an outfit, the LoRA learns the look as part of that, and
        training may settle later. See CON006 for whether it does go along.

    Example:
        Busts edited in Photoshop, full bodies from an edit model: the bust's soft shading
        comes with `upper body`.

    Source:
        The account that this linter grew from: three tools for one set, with the remark that
        this may have changed how the run settled. One run, not tested apart.
    """
    known = [(p, pipeline) for p in dataset.fed if (pipeline := pipeline_of(p.source))]
    unnamed = sum(p.source is not None for p in dataset.fed) - len(known)
    if unnamed:
        reason = "pictures have a source without `generator`, `family` and `steps`"
        yield Abstention(reason=reason, count=unnamed, total=len(dataset.fed))
    counts = Counter(pipeline for _, pipeline in known)
    if len(counts) <= 1:
        return
    shares = [count / len(known) for count in counts.values()]
    entropy = -sum(share * math.log2(share) for share in shares)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    said = some_of([f"{count} by `{name}`" for name, count in ranked])
    yield Violation(
        message=f"{len(counts)} pipelines made {len(known)} pictures: {said}"
        f" (entropy {entropy:.2f} of {math.log2(len(counts)):.2f} bits)",
        evidence={
            "pictures": len(known),
            "pipelines": dict(ranked),
            "entropy_bits": round(entropy, 4),
        },
        advice="spread each pipeline over all framings and outfits, or bring all pictures to one "
        "look at the end",
        paths=tuple(picture.path for picture, _ in known),
    )
