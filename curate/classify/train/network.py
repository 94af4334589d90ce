"""The model in training: an open_clip model, the heads on its embedding, and helpers that teach.

Shape legend: b batch, d embedding, j joints, c cells.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its name everywhere

from curate import torchvision_operators  # noqa: F401 - before open_clip
from curate.classify.labels import HEADS
from curate.classify.train.samples import IGNORED, NUM_JOINTS, PART_CELLS

PART_CLASSES = 9
HIDDEN = 384
SMOOTHING = 0.03
BOX = 5
DENSE_STRIDE = 16


class Student(nn.Module):
    """Everything that is trained; `clip`, `norm` and `heads` are what is shipped."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        super().__init__()
        import open_clip  # type: ignore[import-untyped]  # noqa: PLC0415 - after the operators

        self.clip = open_clip.CLIP(**model)
        width = int(model["embed_dim"])
        # Its running mean and variance become the scale that the heads are kept with.
        self.norm = nn.BatchNorm1d(width, affine=False)
        sizes = {**{name: len(labels) for name, labels in HEADS.items()}, "box": BOX, "count": 1}
        self.heads = nn.ModuleDict({name: nn.Linear(width, size) for name, size in sizes.items()})
        self.space = nn.Sequential(
            nn.Linear(width, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, 6 * NUM_JOINTS + 18)
        )
        trunk = self.clip.visual.trunk
        stage = next(i for i in trunk.feature_info if i["reduction"] == DENSE_STRIDE)
        trunk.get_submodule(stage["module"]).register_forward_hook(self._keep)
        self.parts = nn.Sequential(
            nn.Conv2d(stage["num_chs"], 64, 1), nn.GELU(), nn.Conv2d(64, PART_CLASSES, 3, padding=1)
        )
        self._dense: list[Tensor] = []

    def _keep(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        self._dense[:] = [output]

    def forward(self, pictures_b3ss: Tensor) -> dict[str, Tensor]:
        """Give the embedding and every head's output."""
        embedding = self.clip.encode_image(pictures_b3ss)
        scaled = self.norm(embedding.float())
        out = {name: head(scaled) for name, head in self.heads.items()}
        space = self.space(scaled)
        joints, inside, depth, axes = space.split(
            [2 * NUM_JOINTS, NUM_JOINTS, 3 * NUM_JOINTS, 18], dim=1
        )
        cells = F.interpolate(self.parts(self._dense[0].float()), PART_CELLS, mode="bilinear")
        return {
            **out,
            "embedding": embedding,
            "joints": joints.unflatten(1, (-1, 2)),
            "inside": inside,
            "depth": depth.unflatten(1, (-1, 3)),
            "axes": axes.unflatten(1, (3, 6)),
            "parts": cells,
        }


def losses(
    student: Student, out: Mapping[str, Tensor], batch: Mapping[str, Any]
) -> dict[str, Tensor]:
    """Give every loss of a batch by the name that the recipe weighs it with."""
    alone = batch["alone"]
    inside = batch["inside"] * alone[:, None]
    near = (0.25 + 0.75 * inside) * alone[:, None]
    result = {
        name: F.cross_entropy(
            out[name], batch[name], ignore_index=IGNORED, label_smoothing=SMOOTHING
        )
        for name in HEADS
    }
    box = _mean(F.smooth_l1_loss(out["box"], batch["box"], beta=0.1, reduction="none"), alone)
    count = F.smooth_l1_loss(out["count"][:, 0], batch["count"], beta=0.3)
    result["box"] = box + count
    places = F.smooth_l1_loss(out["joints"], batch["joints"], beta=0.05, reduction="none")
    shown = F.binary_cross_entropy_with_logits(out["inside"], batch["inside"], reduction="none")
    result["joints"] = 4 * _mean(places.mean(2), inside) + 0.5 * _mean(shown, alone)
    depth = F.smooth_l1_loss(out["depth"], batch["depth"], beta=0.2, reduction="none")
    result["depth"] = _mean(depth.mean(2), near)
    axes = F.smooth_l1_loss(out["axes"], batch["axes"], beta=0.2, reduction="none")
    result["axes"] = 4 * _mean(axes, alone)
    result["parts"] = F.cross_entropy(out["parts"], batch["parts"], ignore_index=IGNORED)
    result["text"] = contrast(student, out["embedding"], batch["tokens"], alone)
    return result


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    """Average values (b, ...) by weights of their leading dimensions."""
    weights = weights.reshape(*weights.shape, *[1] * (values.dim() - weights.dim()))
    weights = weights.expand_as(values)
    return (values * weights).sum() / weights.sum().clamp(min=1.0)


def contrast(student: Student, embedding_bd: Tensor, tokens_bt: Tensor, alone_b: Tensor) -> Tensor:
    """Tell each picture's words from those of the others (Radford et al., 2021)."""
    kept = alone_b > 0
    pictures = F.normalize(embedding_bd[kept].float(), dim=1)
    texts = F.normalize(student.clip.encode_text(tokens_bt[kept]), dim=1)
    logits = student.clip.logit_scale.exp().clamp(max=100.0) * pictures @ texts.T
    right = torch.arange(len(logits), device=logits.device)
    return 0.5 * (F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right))
