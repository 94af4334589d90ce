"""The LoRA: where it is attached, and what of it is trained. PEFT does the work."""

import re

import torch

from curate.errors import UserError
from rules.quoting import counted
from train.settings import AdapterSettings
from train.untyped import Untyped, library

NAME = "lora"
# Regular expressions over diffusers' names of the modules; with 28 blocks 280 and 448 of them.
ATTN_MLP = r"transformer_blocks\.\d+\.(attn[12]\.(to_q|to_k|to_v|to_out\.0)|ff\.net\.(0\.proj|2))"
ADALN = r"transformer_blocks\.\d+\.norm[123]\.linear_[12]"
TARGETS = {"attn-mlp": ATTN_MLP, "attn-mlp+adaln": f"{ATTN_MLP}|{ADALN}"}


def target_modules(modules: list[str], targets: str) -> list[str]:
    """Which of some modules a LoRA is attached to.

    Args:
        modules: names of linear layers, as diffusers has them.
        targets: see `AdapterSettings`.

    Raises:
        UserError: it is no regular expression, or matches nothing.
    """
    try:
        pattern = re.compile(TARGETS.get(targets, targets))
    except re.error as error:
        known = ", ".join(TARGETS)
        raise UserError(f"`adapter.targets`: {error}; name {known}, or a pattern") from error
    found = [module for module in modules if pattern.fullmatch(module)]
    if not found:
        raise UserError(
            f"`adapter.targets`: `{targets}` matches none of {counted(len(modules), 'layer')}, "
            f"such as {', '.join(modules[:3])}"
        )
    return found


def attach(model: Untyped, settings: AdapterSettings, *, seed: int) -> list[str]:
    """Attach a new LoRA in fp32 to a frozen network; its output is the network's own.

    Args:
        model: one of diffusers' networks.
        settings: see there.
        seed: of the first matrix; the second is zero.

    Returns:
        The names of the modules that have one now.

    Raises:
        UserError: nothing matches.
    """
    linear = [n for n, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    found = target_modules(linear, settings.targets)
    config = library("peft").LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=found,
        init_lora_weights=True,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model.add_adapter(config, adapter_name=NAME)
    for _, parameter in trainable(model):
        parameter.data = parameter.data.to(torch.float32)
    return found


def trainable(model: Untyped) -> list[tuple[str, torch.nn.Parameter]]:
    """The LoRA's parameters by their names, in a fixed order."""
    return [(name, p) for name, p in model.named_parameters() if p.requires_grad]
