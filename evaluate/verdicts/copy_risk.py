"""EVL027: pictures that are training pictures again."""

from collections.abc import Iterator

import numpy as np

from evaluate.verdicts.evidence import TRAIN, Evidence, NoEvidence, grouped
from evaluate.verdicts.registry import verdict
from evaluate.verdicts.verdict import Said

# Shares of the usual distance, since embeddings of one drawing style all lie within a few
# hundredths.
NEAR, TWIN = 0.6, 0.2
PICTURES = 4


@verdict(
    "EVL027",
    outcomes=("copies", "apart"),
    version=2,
    predicted_by=("DUP002", "DUP004", "COV015"),
)
def copy_risk(evidence: Evidence) -> Iterator[Said]:
    """Does the LoRA repeat its training pictures?

    The median distance (1 - cosine) from an output to its nearest training picture, over the same
    among training pictures. A copy where the ratio is below .6, or where two outputs lie within a
    fifth of that usual distance of a training picture.
    """
    names = sorted(name for name in evidence.vectors if name.startswith(TRAIN))
    if len(names) < PICTURES:
        raise NoEvidence(f"embeddings of {PICTURES} training pictures are needed")
    train_nd = np.stack([evidence.vectors[name] for name in names])
    among_nn = 1 - train_nd @ train_nd.T
    np.fill_diagonal(among_nn, np.inf)
    usual = float(np.median(among_nn.min(axis=1)))
    seen = {
        o.image: o
        for o in evidence.observations
        if o.cell.part == "matrix" and o.cell.arm == "lora" and o.image in evidence.vectors
    }
    if not seen or usual <= 0:
        raise NoEvidence(
            "no picture of the matrix has an embedding, or all training pictures are one"
        )
    for label, found in grouped(seen.values(), lambda o: o.cell.checkpoint).items():
        images = [o.image for o in found]
        nearest = (1 - np.stack([evidence.vectors[i] for i in images]) @ train_nd.T).min(axis=1)
        ratio = float(np.median(nearest)) / usual
        twins = [image for image, far in zip(images, nearest, strict=True) if far < TWIN * usual]
        copied = ratio < NEAR or len(twins) > 1
        yield Said(
            subject=label,
            word="confirmed" if copied or ratio >= 1 else "suspect",
            outcome="copies" if copied else "apart",
            says=f"{label} lies {ratio:.2f} times as far from its training pictures as they from "
            f"each other; {len(twins)} within a fifth of that",
            n=len({o.cell.seed for o in found}),
            estimate=ratio,
            numbers={"twins": len(twins), "usual": usual},
            images=tuple(twins or [images[int(i)] for i in np.argsort(nearest)[:4]]),
            advice="train shorter, or with more pictures" if copied else None,
        )  # fmt: skip
