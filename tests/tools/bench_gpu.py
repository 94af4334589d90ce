"""Training and drawing at full size with random weights, on a GPU: speed, memory, utilisation.

    python tests/tools/bench_gpu.py --peak 165

Prints a Markdown table with date and hardware. `--peak` is the GPU's dense bf16 rate in TFLOP/s;
utilisation counts what the model needs (one pass there, one back through frozen weights), not what
checkpointing computes twice. `--miniature` walks the same path at a tiny size on any machine.
"""

import argparse
import datetime as dt
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from train import estimate
from train.adapter import attach, trainable
from train.anima import loading, names
from train.anima.objective import Batch, flow_matching
from train.anima.shapes import transformer_size
from train.anima.velocity import velocity
from train.block_swap import swap_blocks
from train.config import OptimizerSettings, SigmaSettings
from train.optimizers import build_optimizer
from train.precision import autocast
from train.processes import Processes
from train.quiet import quiet_libraries
from train.sampling import draw
from train.settings import AdapterSettings, SamplerSettings
from train.untyped import Untyped

KEYS = Path(__file__).parents[1] / "train" / "keys" / "anima_base_v1.json"
ROWS = 512
WARM, STEPS = 3, 10
BF16 = torch.bfloat16


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to train."""

    batch: int = 1
    accumulation: int = 4
    checkpointing: bool = False
    compile: bool = False
    swapped: int = 0

    def __str__(self) -> str:
        flags = [name for name in ("checkpointing", "compile") if getattr(self, name)]
        swapped = [f"{self.swapped} blocks swapped"] if self.swapped else []
        return ", ".join([f"{self.batch} x {self.accumulation}", *flags, *swapped])


WAYS = (
    *(
        Way(batch=batch, accumulation=4 // batch, checkpointing=checkpointing, compile=compiled)
        for batch, checkpointing, compiled in itertools.product(
            (1, 4), (False, True), (False, True)
        )
    ),
    Way(checkpointing=True, swapped=20),
)


class Machine:
    """A device, and the network's shapes on it."""

    def __init__(self, *, miniature: bool) -> None:
        self.device = Processes("auto").device
        shapes = {k.removeprefix("net."): tuple(v) for k, v in json.loads(KEYS.read_text()).items()}
        body = {k: v for k, v in shapes.items() if not k.startswith(names.ADAPTER)}
        if miniature:
            body = {
                k: v for k, v in body.items() if not k.startswith("blocks.") or "blocks.0." in k
            }
        self.shapes = body
        self.size = transformer_size(body)
        self.training = (64, 64) if miniature else (1024, 1024)
        self.drawing = (64, 96) if miniature else (832, 1216)

    def network(self) -> Untyped:
        """Random weights in bf16, on the device."""
        model = loading.build_transformer(self.shapes).to(BF16).to_empty(device=self.device)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.02)
        return model.requires_grad_(requires_grad=False)

    def wait(self) -> None:
        """Until the device is done."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def seconds(self, work: Callable[[], object]) -> float:
        """The median of some rounds, behind some that warm up."""
        rounds = []
        for number in range(WARM + STEPS):
            self.wait()
            began = time.perf_counter()
            work()
            self.wait()
            if number >= WARM:
                rounds.append(time.perf_counter() - began)
        return statistics.median(rounds)

    def latents(self, size: tuple[int, int], batch: int) -> torch.Tensor:
        """Random ones of pictures of a size."""
        width, height = (side // estimate.LATENT_SIDE for side in size)
        return torch.randn(batch, 16, height, width, device=self.device)

    def rows(self, batch: int) -> torch.Tensor:
        """Random rows of text."""
        return torch.randn(batch, ROWS, self.size.context_dim, device=self.device, dtype=BF16)


def train_in(machine: Machine, way: Way) -> tuple[float, float]:
    """Pictures a second, and gigabytes at the peak."""
    model = machine.network()
    if way.swapped:
        model = model.to("cpu")
    attach(model, AdapterSettings(), seed=1)
    if way.checkpointing:
        model.enable_gradient_checkpointing()
    if way.swapped:
        swap_blocks(model, way.swapped, machine.device)
    if way.compile:
        for block in model.transformer_blocks:
            block.compile()
    model.train()
    parameters = [p for _, p in trainable(model)]
    optimizer = build_optimizer(parameters, OptimizerSettings())
    latents = machine.latents(machine.training, way.batch)
    batch = Batch(latents, machine.rows(way.batch), tuple(range(way.batch)), ("",) * way.batch)

    def step() -> None:
        for _ in range(way.accumulation):
            with autocast(machine.device, BF16):
                loss = flow_matching(model, batch, SigmaSettings()).losses_B.mean()
            (loss / way.accumulation).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    if machine.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    seconds = machine.seconds(step)
    peak = torch.cuda.max_memory_allocated() if machine.device.type == "cuda" else 0
    return way.batch * way.accumulation / seconds, peak / 1e9


def draw_in(machine: Machine) -> tuple[float, float]:
    """Seconds of eight steps of er_sde, and of eight bare forward passes."""
    model = machine.network().eval()
    latents, rows = machine.latents(machine.drawing, 1), machine.rows(1)
    settings = SamplerSettings(steps=8)

    def moved(noisy: torch.Tensor, sigma: float, context: torch.Tensor) -> torch.Tensor:
        return velocity(model, noisy, torch.full((1,), sigma, device=machine.device), context)

    def ours() -> None:
        draw(
            moved, tuple(latents.shape[1:]), seeds=[1], rows=rows, negative=None, settings=settings
        )

    def bare() -> None:
        for _ in range(settings.steps):
            moved(latents, 0.5, rows)

    with torch.no_grad(), autocast(machine.device, BF16):
        return machine.seconds(ours), machine.seconds(bare)


def table(machine: Machine, peak: float | None) -> Iterator[str]:
    """Lines of Markdown."""
    named = torch.cuda.get_device_name() if machine.device.type == "cuda" else "CPU"
    yield f"{dt.datetime.now(dt.UTC).date()}, {named}, torch {torch.__version__}, random weights\n"
    yield "| batch x accumulation | pictures/s | peak GB | utilisation |"
    yield "| --- | ---: | ---: | ---: |"
    tokens = estimate.tokens_of(machine.training)
    needed = 2 * estimate.forward_flops(machine.size, tokens, ROWS)
    for way in WAYS:
        if machine.device.type == "cuda":
            torch.cuda.empty_cache()
        rate, memory = train_in(machine, way)
        used = "-" if peak is None else f"{rate * needed / peak / 1e12:.0%}"
        yield f"| {way} | {rate:.2f} | {memory:.1f} | {used} |"
    ours, bare = draw_in(machine)
    yield f"\ner_sde, 8 steps: {ours:.2f} s; 8 bare passes: {bare:.2f} s; ratio {ours / bare:.3f}"


def main() -> None:
    """Run it; exits 2 without a GPU, unless it is a miniature."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peak", type=float, help="dense bf16 TFLOP/s of the GPU")
    parser.add_argument("--miniature", action="store_true")
    arguments = parser.parse_args()
    if not arguments.miniature and not torch.cuda.is_available():
        sys.stderr.write("torch sees no GPU; --miniature walks the same path without\n")
        sys.exit(2)
    quiet_libraries()
    for line in table(Machine(miniature=arguments.miniature), arguments.peak):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
