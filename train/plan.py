"""`train plan`: what a run comes to, from the heads of files and the dataset alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from rules.quoting import counted
from rules.records import record
from train.anima import names
from train.config import TrainConfig
from train.draws import Shape, check_steps, epoch_steps
from train.material import Material, gather
from train.metrics import read_metrics
from train.safetensors_files import read_header

# Bytes of a trained number: itself, its gradient and two moments, all fp32.
TRAINED_BYTES = 16
STATE_BYTES = 12
FILE_BYTES = 2
LATENT_BYTES = 4
MEASURED = 50
GIGA = 1e9


@record
class Sum:
    """The numbers of a plan.

    Attributes:
        shown: pictures that an epoch shows.
        steps: of an epoch.
        trained: numbers of the LoRA.
        weights: bytes of the transformer as it is held.
        files: bytes of all LoRA files.
        states: bytes of the states that are kept at once.
        latents: bytes of the cache of latents.
    """

    shown: int
    steps: int
    trained: int
    modules: int
    blocks: int
    weights: int
    files: int
    states: int
    latents: int


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
    layers, blocks, numbers = _layers(Path(config.base.transformer))
    found = target_modules(list(layers), config.adapter.targets)
    trained = sum(config.adapter.rank * sum(layers[module]) for module in found)
    pixels = sum(item.placement.bucket[0] * item.placement.bucket[1] for item in items)
    return Sum(
        shown=shown,
        steps=steps,
        trained=trained,
        modules=len(found),
        blocks=blocks,
        weights=numbers * (2 if config.dtype == "bf16" else 4),
        files=trained * FILE_BYTES * -(-config.epochs // config.save_every),
        states=trained * STATE_BYTES * (config.keep_states + 1),
        latents=pixels // 64 * 16 * LATENT_BYTES * (2 if config.flip else 1),
    )


def _layers(path: Path) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Diffusers' name -> shape of every layer, the number of blocks, and of all numbers."""
    from train.anima.loading import transformer_keys

    body, _ = transformer_keys(path)
    shapes = read_header(path).shapes
    layers, numbers = {}, 0
    for key, name in body.items():
        shape = shapes[name]
        numbers += int(shape[0] * (shape[1] if len(shape) > 1 else 1))
        module = names.to_diffusers(key.removesuffix(".weight"))
        if module is not None and len(shape) > 1:
            layers[module] = (shape[0], shape[1])
    return layers, names.count_blocks(body), numbers


def plan_lines(config: TrainConfig, *, approved_only: bool) -> Iterator[str]:
    """A plan for people; raises UserError like `sum_up`."""
    material = gather(config, approved_only=approved_only)
    found = sum_up(config, material)
    total = found.steps * config.epochs
    approved = f"approved, manifest {material.manifest[:12]}" if material.manifest else "as it is"
    pictures = counted(len(material.items), "picture")
    yield f"dataset   {pictures} at {material.resolution}, {approved}"
    yield (
        f"steps     {found.shown:,} shown / ({config.batch} x {config.accumulation}) = "
        f"{found.steps:,} an epoch, x {config.epochs} = {total:,}"
    )
    left = found.shown - found.steps * config.batch * config.accumulation
    if left > 0:
        yield f"          {left:,} of an epoch's pictures fill no whole step ({config.remainder})"
    yield (
        f"adapter   rank {config.adapter.rank} on {found.modules:,} modules of {found.blocks} "
        f"blocks, {found.trained:,} numbers"
    )
    yield (
        f"memory    {_size(found.weights)} base, {_size(found.trained * TRAINED_BYTES)} LoRA and "
        f"optimizer; activations come on top and are measured by the run"
    )
    yield (
        f"disk      {_size(found.files)} LoRA files, {_size(found.states)} states, "
        f"{_size(found.latents)} latents; {_size(free_bytes(config))} free"
    )
    yield f"time      {_time(config, found.shown * config.epochs)}"
    for warning in material.warnings:
        yield f"warning   {warning}"


def _time(config: TrainConfig, pictures: int) -> str:
    """From what this run measured so far; a guess about a machine helps nobody."""
    rates = [line["samples_per_second"] for line in read_metrics(config.run_folder)[-MEASURED:]]
    if not rates:
        return "not measured; the run tells it from its first steps on"
    hours = pictures / median(rates) / 3600
    return (
        f"{hours:,.2f} h for all epochs, at the {median(rates):.2f} pictures/s of this run so far"
    )


def free_bytes(config: TrainConfig) -> int:
    """Free space where the run writes."""
    place = Path(config.output)
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def _size(number: int) -> str:
    return f"{number / GIGA:.2f} GB" if number >= GIGA / 10 else f"{number / 1e6:.1f} MB"
