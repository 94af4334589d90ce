"""EVL022: whether the training pictures are what the base draws anyway."""

from collections.abc import Iterator

import numpy as np

from evaluate.verdicts.consistency import consistency
from evaluate.verdicts.evidence import TRAIN, Evidence, NoEvidence
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.separability import separability
from evaluate.verdicts.verdict import Said, Word

TOLD_APART = 0.65
PICTURES = 10


@verdict("EVL022", predicted_by=("PRV001", "PRV002"))
def self_poisoning(evidence: Evidence) -> Iterator[Said]:
    """Could a classifier tell the training pictures from the base's own?

    Embeddings of the approved pictures against those of the base alone under the same captions,
    told apart by a logistic regression in cross-validation. An area under the curve whose upper
    bound stays below .65 is a risk: the LoRA learns what the base does anyway. It is confirmed
    where the face is stable and off target as well.
    """
    base = {
        o.image for o in evidence.observations if o.cell.arm == "base" and o.cell.part == "pose"
    }
    ours = [evidence.vectors[image] for image in sorted(base) if image in evidence.vectors]
    train = [v for name, v in sorted(evidence.vectors.items()) if name.startswith(TRAIN)]
    if min(len(ours), len(train)) < PICTURES:
        raise NoEvidence(
            f"embeddings of {PICTURES} training and {PICTURES} base pictures are needed"
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
        n=len({o.cell.seed for o in evidence.observations if o.image in base}),
        estimate=found.area,
        interval=(found.low, found.high),
        p=found.p,
        numbers={"train": len(train), "base": len(ours)},
        advice="draw the material with something else than this base" if poisoned else None,
    )


def _stable_stranger(evidence: Evidence) -> bool:
    try:
        return any(said.outcome == "off_target_stable" for said in consistency(evidence))
    except NoEvidence:
        return False
