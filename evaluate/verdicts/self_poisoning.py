"""EVL022: whether the training pictures are what the base draws anyway."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from evaluate.verdicts.consistency import consistency
from evaluate.verdicts.evidence import TRAIN, Evidence, NoEvidence
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.separability import separability
from evaluate.verdicts.verdict import Said, Word, grade

TOLD_APART = 0.65
PICTURES = 10
CAPTION: Final = "caption"


@verdict(
    "EVL022",
    outcomes=("self_poisoned", "off_distribution", "open"),
    predicted_by=("PRV001", "PRV002"),
)
def self_poisoning(evidence: Evidence) -> Iterator[Said]:
    """Could a classifier tell the training pictures from the base's own?

    Embeddings of the approved pictures against those of the base alone under their captions
    without the trigger, told apart by a logistic regression in cross-validation: one neutral
    prompt would be told from any training set. An area under the curve whose upper bound stays
    below .65 is a risk: the LoRA learns what the base does anyway. It is confirmed where the face
    is confirmed to be stable and off target as well.
    """
    drawn = [o for o in evidence.observations if o.cell.part == CAPTION and o.cell.arm == "base"]
    if not drawn:
        raise NoEvidence("the base alone was drawn with no caption of a training picture")
    seeds = {o.image: o.cell.seed for o in drawn if o.image in evidence.vectors}
    ours = [evidence.vectors[image] for image in sorted(seeds)]
    train = [v for name, v in sorted(evidence.vectors.items()) if name.startswith(TRAIN)]
    if min(len(ours), len(train)) < PICTURES:
        raise NoEvidence(
            f"embeddings of {PICTURES} training pictures are needed, and of {PICTURES} pictures "
            "that the base alone drew with their captions"
        )
    found = separability(np.stack(train), np.stack(ours))
    poisoned = found.high < TOLD_APART
    apart = found.low > TOLD_APART
    off = _stable_stranger(evidence)
    word: Word = (
        "confirmed" if (poisoned and off) or apart else "suspect" if poisoned else "undetermined"
    )
    yield Said(
        subject="training pictures",
        word=word,
        outcome="self_poisoned" if poisoned else "off_distribution" if apart else "open",
        says=f"training pictures are told from the base's with an area of {found.area:.2f} "
        f"({found.low:.2f} to {found.high:.2f}), p {found.p:.3f}",
        n=len(set(seeds.values())),
        estimate=found.area,
        interval=(found.low, found.high),
        p=found.p,
        numbers={"train": len(train), "base": len(ours)},
        advice="draw the material with something else than this base" if poisoned else None,
    )


def _stable_stranger(evidence: Evidence) -> bool:
    """Whether some checkpoint surely draws one face, and not hers."""
    try:
        return any(
            said.outcome == "off_target_stable"
            and said.word == "confirmed"
            and grade(said.n, said.formats) != "D"
            for said in consistency(evidence)
        )
    except NoEvidence:
        return False
