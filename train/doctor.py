"""`train doctor`: everything that would stop a run, the cheap things first.

Heads of files before the files, the text encoder before the transformer, and in the end one step
forward and back in a bucket of the dataset.
"""

import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal, NamedTuple

from curate.errors import UserError
from rules.quoting import counted
from rules.records import RecordError
from rules.violation import Severity
from train import estimate
from train.config import TrainConfig
from train.judging import told
from train.material import Material, gather
from train.plan import free_bytes, size_of, sum_up
from train.untyped import library

PACKAGES = (
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "peft",
    "safetensors",
    "accelerate",
)
# What the networks are built from.
CLASSES = (
    ("transformers", "Qwen3Model"),
    ("diffusers", "CosmosTransformer3DModel"),
    ("diffusers", "AutoencoderKLQwenImage"),
    ("diffusers", "AnimaTextConditioner"),
)
# Largest mean error of a pixel, of 2, that a VAE which fits its file makes of flat colour.
ROUND_TRIP = 0.5
HEAD_DIM = 128
MEASURED = 3


class Finding(NamedTuple):
    """What an examination found."""

    severity: Literal["ok", "warning", "error"]
    text: str

    @property
    def line(self) -> str:
        """For people."""
        return f"{self.severity:8}{self.text}"


Check = Callable[[], Iterator[Finding]]


def examine(config: TrainConfig, *, approved_only: bool) -> Iterator[Finding]:
    """Examine, until something is found without which the rest cannot be."""
    material: list[Material] = []

    def dataset() -> Iterator[Finding]:
        material.append(gather(config, approved_only=approved_only))
        yield Finding("ok", f"{counted(len(material[0].items), 'picture')} to train")
        for warning in material[0].warnings:
            yield Finding("warning", warning)
        for found in material[0].findings:
            mild = found.severity is Severity.INFO
            yield Finding("ok" if mild else "warning", told(found))

    checks: tuple[Check, ...] = (
        _packages,
        _xformers,
        lambda: _heads(config),
        dataset,
        lambda: _sum(config, material[0]),
        lambda: _device(config, material[0]),
        lambda: _attention(config),
        lambda: _text_side(config, material[0]),
        lambda: _vae(config),
        lambda: _step(config, material[0]),
    )
    for check in checks:
        try:
            yield from check()
        except (UserError, RecordError, OSError) as error:
            yield Finding("error", str(error))
            return


def _packages() -> Iterator[Finding]:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise UserError(f"{', '.join(missing)} missing; install lora-curate[train]")
    for package, name in CLASSES:
        if not hasattr(library(package), name):
            raise UserError(f"{package} {version(package)} has no {name}; install a newer one")
    yield Finding("ok", ", ".join(found))


def _xformers() -> Iterator[Finding]:
    """It is not used, and installing it often puts another torch in place of the one at hand."""
    from packaging.requirements import Requirement

    try:
        found = version("xformers")
    except PackageNotFoundError:
        return
    wanted = [Requirement(line) for line in requires("xformers") or ()]
    pins = [need for need in wanted if need.name == "torch"]
    torch = version("torch").partition("+")[0]
    if any(not need.specifier.contains(torch, prereleases=True) for need in pins):
        yield Finding(
            "warning",
            f"xformers {found} wants {', '.join(map(str, pins))}, and torch is {torch}: the next "
            f"install may replace torch; attention here is torch's own, so uninstall xformers",
        )
    else:
        yield Finding("ok", f"xformers {found} fits torch and is not used")


def _heads(config: TrainConfig) -> Iterator[Finding]:
    """Names and shapes of every file's tensors, without reading one."""
    from train.anima import loading, names
    from train.safetensors_files import read_header

    files = config.base
    qwen = loading.qwen_file(Path(files.text_encoder))
    keys = read_header(qwen).tensors
    if "model.embed_tokens.weight" not in keys and "embed_tokens.weight" not in keys:
        raise UserError(f"{qwen}: is no Qwen3 text encoder")
    if "encoder.conv1.weight" not in read_header(Path(files.vae)).tensors:
        raise UserError(f"{files.vae}: is no VAE in the layout of the published file")
    body, adapter = loading.transformer_keys(Path(files.transformer))
    if not adapter:
        raise UserError(f"{files.transformer}: holds no {names.ADAPTER}* keys")
    blocks = names.count_blocks(body)
    yield Finding("ok", f"text encoder, VAE and a transformer of {blocks} blocks")


def _sum(config: TrainConfig, material: Material) -> Iterator[Finding]:
    found = sum_up(config, material)
    wanted, free = found.files + found.states + found.latents, free_bytes(config)
    if wanted > free:
        raise UserError(
            f"{config.output}: {wanted:,} bytes will be written, {free:,} are free; make room, or "
            f"name another `output`"
        )
    yield Finding("ok", f"{found.steps * config.epochs:,} steps on {found.modules:,} modules")
    yield Finding("ok", f"{size_of(found.memory)} of memory, and workspace of kernels")


def _device(config: TrainConfig, material: Material) -> Iterator[Finding]:
    import torch

    if config.device == "cpu" or not torch.cuda.is_available():
        if config.device == "cuda":
            raise UserError("`device: cuda`, and torch sees no GPU; install torch's build for it")
        yield Finding("warning" if config.device == "auto" else "ok", "training on the CPU")
        return
    major, minor = torch.cuda.get_device_capability()
    built = torch.cuda.get_arch_list()
    name = torch.cuda.get_device_name()
    same = [arch for arch in built if arch.split("_")[-1].rstrip("af")[:-1] == str(major)]
    if not same:
        raise UserError(
            f"{name} is sm_{major}{minor}, and this torch ({torch.version.cuda}) is built for "
            f"{', '.join(built)}; install the build of a newer CUDA"
        )
    yield Finding("ok", f"{name}, sm_{major}{minor}, CUDA {torch.version.cuda}")
    wanted, free = sum_up(config, material).memory, torch.cuda.mem_get_info()[0]
    if wanted > free:
        yield Finding(
            "warning",
            f"{size_of(wanted)} and workspace of kernels will be held there, {size_of(free)} are "
            f"free; set `checkpointing: true`, or `swap_blocks` with it",
        )


def _attention(config: TrainConfig) -> Iterator[Finding]:
    """Whether torch has a fused kernel for these heads; without one, memory grows squarely."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    from train.precision import DTYPES
    from train.processes import Processes

    device = Processes(config.device).device
    query = torch.randn(1, 1, 64, HEAD_DIM, device=device, dtype=DTYPES[config.dtype])
    fused = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION]
    fused += [SDPBackend.CUDNN_ATTENTION] if device.type == "cuda" else []
    try:
        with sdpa_kernel(fused):
            torch.nn.functional.scaled_dot_product_attention(query, query, query)
    except RuntimeError as error:
        why = str(error).splitlines()[0]
        yield Finding("warning", f"no fused attention for {config.dtype} here ({why})")
    else:
        yield Finding("ok", f"attention by a fused kernel of torch, in {config.dtype}")


def _text_side(config: TrainConfig, material: Material) -> Iterator[Finding]:
    import torch

    from train.anima.text_side import TextSide
    from train.precision import DTYPES
    from train.processes import Processes

    device = Processes(config.device).device
    texts = TextSide(config.base, Path(config.cache), device=device, dtype=DTYPES[config.dtype])
    text = material.items[0].texts[0]
    texts.encode_all([text, ""], [])
    rows = texts.rows(text)
    if not torch.isfinite(rows).all():
        raise UserError("the text encoder's rows hold numbers that are none; get its file again")
    yield Finding("ok", f"texts are encoded; the first caption has {len(rows)} rows")


def _vae(config: TrainConfig) -> Iterator[Finding]:
    import torch

    from train.anima import loading
    from train.anima.latents import decode_latents, encode_picture
    from train.processes import Processes

    device = Processes(config.device).device
    vae = loading.load_vae(Path(config.base.vae), dtype=torch.float32, device=device)
    pixels = torch.full((3, 64, 64), 0.5)
    back = decode_latents(vae, encode_picture(vae, pixels)[None])[0].cpu()
    error = float((back - pixels).abs().mean())
    if not error <= ROUND_TRIP:
        yield Finding("warning", f"a grey picture comes back from the VAE off by {error:.2f} of 2")
    else:
        yield Finding("ok", f"a grey picture comes back from the VAE off by {error:.3f} of 2")


def _step(config: TrainConfig, material: Material) -> Iterator[Finding]:
    from dataclasses import replace

    from train.processes import Processes
    from train.studio import Studio

    first = material.items[: config.batch * config.accumulation]
    few = replace(material, items=first)
    studio = Studio(replace(config, remainder="kept"), few, Processes(config.device))
    studio.prepare()
    times = []
    for _ in range(MEASURED):  # the first one also warms up
        began = time.perf_counter()
        found = studio.losses(studio.steps(0)[0][0])
        if found is None:
            raise LookupError("a single process has every batch")
        found[0].mean().backward()  # type: ignore[no-untyped-call]
        loss = float(found[0].mean())  # waits for the device
        times.append(time.perf_counter() - began)
    yield Finding("ok", f"one step forward and back: loss {loss:.4f}, {studio.memory():,} bytes")
    pace = estimate.Time(rate=config.batch / min(times), source="of this step")
    shown = sum(item.repeats for item in material.items) * config.epochs
    yield Finding("ok", f"all epochs: {estimate.in_words(pace, shown, config.price_per_hour)}")
