"""Whether a LoRA belongs to a base. One for another depth would load, onto other layers."""

import re
from pathlib import Path

import torch

from curate.errors import UserError
from train.anima.names import to_diffusers
from train.lora_files import Lora
from train.stamps import weights_digest
from train.untyped import Untyped

BLOCKS, BASE = "lora_curate.blocks", "lora_curate.base_sha256"
_BLOCK = re.compile(r"blocks\.(\d+)\.")


def check_fit(path: Path, lora: Lora, model: Untyped, base: Path) -> list[str]:
    """Hold a LoRA against the network that shall wear it.

    Args:
        path: the LoRA's, for messages.
        lora: of the transformer.
        model: diffusers' network.
        base: the network's file.

    Returns:
        What people should know: it was trained on another file of the same shape.

    Raises:
        UserError: it is for a base of another depth or width.
    """
    blocks = len(model.transformer_blocks)
    told = lora.metadata.get(BLOCKS)
    highest = max((int(m[1]) for name in lora.modules if (m := _BLOCK.match(name))), default=-1)
    if (told is not None and told != str(blocks)) or highest >= blocks:
        theirs = told or f"at least {highest + 1}"
        raise UserError(f"{path}: is for a base of {theirs} blocks, and {base} has {blocks}")
    layers = {
        name: tuple(layer.weight.shape)
        for name, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear)
    }
    for name, pair in lora.modules.items():
        theirs = to_diffusers(name) or name
        wanted = layers.get(theirs) or layers.get(f"{theirs}.base_layer")
        found = (pair.up.shape[0], pair.down.shape[1])
        if wanted != found:
            raise UserError(
                f"{path}: is for another base: {name} has {found[1]} inputs and {found[0]} "
                f"outputs there, {wanted} here"
            )
    trained_on = lora.metadata.get(BASE)
    if trained_on and trained_on != weights_digest(base):
        return [f"{path.name} was trained on another file than {base.name}; it may miss"]
    return []
