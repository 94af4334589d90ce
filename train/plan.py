"""`train plan`: what a run comes to, from the heads of files and the dataset alone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from rules.quoting import counted
from rules.records import record, to_plain
from train import estimate
from train.anima import names
from train.anima.shapes import TransformerSize, transformer_size
from train.config import TrainConfig
from train.draws import Shape, check_steps, epoch_steps
from train.judging import told
from train.material import Material, gather
from train.metrics import read_metrics
from train.safetensors_files import read_header

# Bytes of a trained number: itself, its gradient and two moments, all fp32.
TRAINED_BYTES = 16
STATE_BYTES = 12
FILE_BYTES = 2
LATENT_BYTES = 4
GIGA = 1e9


@record
class Sum:
    """The numbers of a plan.

    Attributes:
        shown: pictures that an epoch shows.
        steps: of an epoch.
        trained: numbers of the LoRA.
        modules: that it is attached to.
        size: of the transformer.
        weights: bytes of the transformer as it is held on the device.
        kept: bytes that a forward pass keeps for the backward pass.
        files: bytes of all LoRA files.
        states: bytes of the states that are kept at once.
        latents: bytes of the cache of latents.
    """

    shown: int
    steps: int
    trained: int
    modules: int
    size: TransformerSize
    weights: int
    kept: int
    files: int
    states: int
    latents: int

    @property
    def learned(self) -> int:
        """Bytes of the LoRA, its gradients and the optimizer's moments."""
        return self.trained * TRAINED_BYTES

    @property
    def memory(self) -> int:
        """Bytes on the device, without the workspace of kernels."""
        return self.weights + self.learned + self.kept


def sum_up(config: TrainConfig, material: Material) -> Sum:
    """Add up a run.

    Raises:
        UserError: a file is damaged, nothing matches, or an epoch has no step.
    """
    from train.adapter import target_modules

    items = material.items
    shown = sum(item.repeats for item in items)
    steps = len(
        epoch_steps(
            shapes=[Shape(item.placement.bucket, 0) for item in items],
            repeats=[item.repeats for item in items],
            batch=config.batch,
            accumulation=config.accumulation,
            remainder=config.remainder,
            seed=config.seed,
            epoch=0,
        )
    )
    check_steps(steps, shown, config.batch, config.accumulation)
    layers, size, numbers, per_block = _layers(Path(config.base.transformer))
    found = target_modules(list(layers), config.adapter.targets)
    trained = sum(config.adapter.rank * sum(layers[module]) for module in found)
    pixels = sum(item.placement.bucket[0] * item.placement.bucket[1] for item in items)
    wide = config.dtype == "fp32"
    resident = numbers - per_block * min(config.swap_blocks, size.blocks - 1)
    return Sum(
        shown=shown,
        steps=steps,
        trained=trained,
        modules=len(found),
        size=size,
        weights=resident * (4 if wide else 2),
        kept=estimate.kept_bytes(
            size,
            tokens=max(estimate.tokens_of(item.placement.bucket) for item in items),
            rows=config.base.context_rows,
            batch=config.batch,
            checkpointing=config.checkpointing,
            wide=wide,
        ),
        files=trained * FILE_BYTES * -(-config.epochs // config.save_every),
        states=trained * STATE_BYTES * (config.keep_states + 1),
        latents=pixels // 64 * 16 * LATENT_BYTES * (2 if config.flip else 1),
    )


def _layers(
    path: Path,
) -> tuple[dict[str, tuple[int, int]], TransformerSize, int, int]:
    """Diffusers' name -> shape of every layer, the size, and numbers of all and of a block."""
    from train.anima.loading import transformer_keys

    body, _ = transformer_keys(path)
    shapes = read_header(path).shapes
    layers, numbers, in_blocks = {}, 0, 0
    for key, name in body.items():
        shape = shapes[name]
        count = int(shape[0] * (shape[1] if len(shape) > 1 else 1))
        numbers += count
        in_blocks += count if key.startswith("blocks.") else 0
        module = names.to_diffusers(key.removesuffix(".weight"))
        if module is not None and len(shape) > 1:
            layers[module] = (shape[0], shape[1])
    size = transformer_size({key: shapes[name] for key, name in body.items()})
    return layers, size, numbers, in_blocks // size.blocks


def plan_lines(config: TrainConfig, *, approved_only: bool) -> Iterator[str]:
    """A plan for people; raises UserError like `sum_up`."""
    material = gather(config, approved_only=approved_only, read_base=False)
    found = sum_up(config, material)
    approved = f"approved, manifest {material.manifest[:12]}" if material.manifest else "as it is"
    pictures = counted(len(material.items), "picture")
    yield f"dataset   {pictures} at {material.resolution}, {approved}"
    yield (
        f"steps     {found.shown:,} shown / ({config.batch} x {config.accumulation}) = "
        f"{found.steps:,} an epoch, x {config.epochs} = {found.steps * config.epochs:,}"
    )
    yield (
        f"adapter   rank {config.adapter.rank} on {found.modules:,} modules of "
        f"{found.size.blocks} blocks, {found.trained:,} numbers"
    )
    yield (
        f"memory    {size_of(found.memory)} and workspace of kernels: "
        f"{size_of(found.weights)} base, {size_of(found.learned)} LoRA and optimizer, "
        f"{size_of(found.kept)} for the backward pass"
    )
    yield (
        f"disk      {size_of(found.files)} LoRA files, {size_of(found.states)} states, "
        f"{size_of(found.latents)} latents; {size_of(free_bytes(config))} free"
    )
    pictures_shown = found.shown * config.epochs
    told_time = estimate.in_words(
        pace(config, material, found), pictures_shown, config.price_per_hour
    )
    yield f"time      {told_time}"
    for warning in material.warnings:
        yield f"warning   {warning}"
    for finding in material.findings:
        yield f"{finding.severity!s:10}{told(finding)}"


def plan_json(config: TrainConfig, *, approved_only: bool) -> str:
    """The same for machines; hours and cost are null where nothing tells them."""
    material = gather(config, approved_only=approved_only, read_base=False)
    found = sum_up(config, material)
    time = pace(config, material, found)
    hours = time.hours(found.shown * config.epochs) if time else None
    price = config.price_per_hour
    plain = {
        "pictures": len(material.items),
        "resolution": material.resolution,
        "manifest": material.manifest,
        **to_plain(found),
        "steps_per_epoch": found.steps,
        "hours": hours,
        "hours_source": time.source if time else None,
        "cost": hours * price if hours is not None and price is not None else None,
        "warnings": list(material.warnings),
        "findings": [to_plain(finding) for finding in material.findings],
    }
    plain["steps"] = found.steps * config.epochs
    return json.dumps(plain, indent=1, sort_keys=True)


def pace(config: TrainConfig, material: Material, found: Sum) -> estimate.Time | None:
    """What this run measured so far; before that, what one account measured elsewhere."""
    buckets = [item.placement.bucket for item in material.items]
    return estimate.measured(read_metrics(config.run_folder)) or estimate.guessed(
        found.size, buckets, config.base.context_rows
    )


def free_bytes(config: TrainConfig) -> int:
    """Free space where the run writes."""
    place = Path(config.output)
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def size_of(number: int) -> str:
    """Bytes for people."""
    return f"{number / GIGA:.2f} GB" if number >= GIGA / 10 else f"{number / 1e6:.1f} MB"
