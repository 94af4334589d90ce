"""How much a training step costs beside the bare work of the same network.

    python tests/tools/bench_train.py

The bare step is forward, backward, clipping and optimizer of the same module on tensors that are
ready. Exits 1 where the ratio of medians is over its limit, or memory grows.
"""

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from support.miniature import write_base
from support.runs import write_run

from train.anima.objective import flow_matching
from train.config import TrainConfig, load_config
from train.loop import Parts, train
from train.material import gather
from train.metrics import Progress
from train.optimizers import build_optimizer
from train.processes import Processes
from train.quiet import quiet_libraries
from train.studio import Studio

LIMIT = 1.10
BARE_SECONDS = 0.2
STEPS = 200
WARM = 10
GROWTH = 1.05
BLOCKS = 20


def main() -> None:
    """Measure both in turns, so that a busy machine slows both alike."""
    torch.set_num_threads(1)
    quiet_libraries()
    with tempfile.TemporaryDirectory() as folder:
        write_base(Path(folder) / "base", blocks=BLOCKS)
        config = load_config(
            write_run(
                Path(folder), repeats=STEPS, batch=3, accumulation=1, epochs=1, resolution=256
            )
        )
        studio = Studio(config, gather(config, approved_only=False), Processes("cpu"))
        studio.prepare()
        ours, bare, memory = _measure(studio, config)
    ratio = statistics.median(ours) / statistics.median(bare)
    grown = memory[-1] / memory[0]
    sys.stdout.write(
        f"| bare step, ms | our step, ms | ratio | memory after {len(ours)} more steps |\n"
        f"|---|---|---|---|\n| {statistics.median(bare) * 1e3:.0f} "
        f"| {statistics.median(ours) * 1e3:.0f} | {ratio:.3f} | x {grown:.3f} |\n"
    )
    sys.exit(int(ratio > LIMIT or grown > GROWTH or statistics.median(bare) < BARE_SECONDS))


def _measure(studio: Studio, config: TrainConfig) -> tuple[list[float], list[float], list[int]]:
    """Seconds of our steps and of the bare ones in between, and bytes held behind each."""
    parameters = [p for _, p in studio.parameters]
    optimizer = build_optimizer(parameters, config.optimizer)
    batch = studio._batch(studio.steps(0)[0][0])  # noqa: SLF001 - the same tensors, ready
    ours: list[float] = []
    bare: list[float] = []
    memory: list[int] = []

    def bare_step() -> None:
        loss = flow_matching(studio._model, batch, config.sigmas).losses_B.mean()  # noqa: SLF001
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, config.optimizer.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    def log(line: dict[str, Any]) -> None:
        began = time.perf_counter()
        bare_step()
        if line["step"] > WARM:
            bare.append(time.perf_counter() - began)
            ours.append(config.batch / line["samples_per_second"])
            memory.append(resident())

    parts = Parts(
        parameters=parameters,
        optimizer=optimizer,
        steps=studio.steps,
        losses=studio.losses,
        gathered=lambda tensor: tensor,
        log=log,
        epoch_done=lambda _: None,
        stopped=lambda: False,
        names=studio.names,
    )
    train(parts, config.optimizer, Progress(), epochs=1, seed=config.seed)
    return ours, bare, memory


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
