"""One training of the recipe by the loop that trains LoRAs: its state, its log, its sheets."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from curate.errors import UserError
from train import checkpoints
from train.draws import Batch, Shape, Step, epoch_steps
from train.loop import Parts, train
from train.metrics import MetricsFile, Progress
from train.optimizers import build_optimizer
from train.pretrain.average import Average, Named
from train.pretrain.progress import Pace
from train.pretrain.recipe import StagePlan
from train.processes import Processes
from train.stopping import stopping

SAVE_EVERY_SECONDS = 300.0
STATES = 1

Losses = Callable[[Batch], tuple[torch.Tensor, Sequence[float]] | None]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What is trained, and on what.

    Attributes:
        name: for lines of progress.
        plan: how long and how fast.
        parameters: what is trained, by its names.
        shapes: of every picture; only equal ones share a batch.
        losses: of the pictures of a batch that are this process's.
        epoch_done: looks at the averaged weights, and writes into the folder of an epoch.
        recipe: all that decides the weights, as JSON; a state of another one is refused.
        material: hash of what is learned from.
        seed: of the order of the pictures and of every draw.
        matrices: those of the parameters that Muon moves, where the plan names it.
    """

    name: str
    plan: StagePlan
    parameters: Named
    shapes: Sequence[Shape]
    losses: Losses
    epoch_done: Callable[[Path], None]
    recipe: str
    material: str
    seed: int
    matrices: Sequence[torch.nn.Parameter] = ()


class StageRun:
    """A stage in its folder.

    Args:
        stage: see there.
        folder: of states, metrics and sheets.
        processes: that share the batches.
        until: by `time.monotonic`, when to stop between two steps.

    Raises:
        UserError: the folder holds the state of another recipe.
    """

    def __init__(self, stage: Stage, folder: Path, processes: Processes, until: float) -> None:
        self._stage, self._folder, self._processes, self._until = stage, folder, processes, until
        self._optimizer = build_optimizer(
            [p for _, p in stage.parameters], stage.plan.optimizer, stage.matrices, processes
        )
        self.average = Average(stage.parameters, stage.plan.average)
        self._kept = [*stage.parameters, *self.average.named]
        self._stamp = checkpoints.Stamp(config=stage.recipe, base="", material=stage.material)
        self._progress = self._resumed()
        self._optimizer.register_step_post_hook(self.average.follow)
        self._per_epoch = len(self._steps(0))
        self._saved = time.monotonic()

    def _resumed(self) -> Progress:
        state = checkpoints.latest_state(self._folder)
        if state is None:
            return Progress()
        if checkpoints.read_stamp(state) != self._stamp:
            raise UserError(
                f"{state}: began with another recipe or other figures; name another --work"
            )
        progress = checkpoints.load_state(state, self._kept, self._optimizer)
        self.average.steps = progress.step
        return progress

    def run(self) -> bool:
        """Train on, to the end or until it is stopped; tells whether it came to its end."""
        stage, processes = self._stage, self._processes
        if self._progress.epoch >= stage.plan.epochs:
            return True
        first = processes.rank == 0
        metrics = MetricsFile(self._folder, self._progress.step) if first else None
        batch, total = stage.plan.batch, stage.plan.epochs * self._per_epoch
        pace = Pace(stage.name, total * batch, self._progress.step * batch)

        def log(line: dict[str, Any]) -> None:
            if metrics is not None:
                metrics.write(line)
                pace.advance(batch, f"loss {line['loss']:.4f}")
                self._save_now_and_then(line)

        try:
            with stopping() as stopped:

                def ended() -> bool:
                    now = stopped() or time.monotonic() > self._until
                    return bool(processes.gathered(torch.tensor(int(now))))

                self._progress = train(
                    Parts(
                        parameters=[p for _, p in stage.parameters],
                        optimizer=self._optimizer,
                        steps=self._steps,
                        losses=stage.losses,
                        gathered=processes.gathered,
                        log=log,
                        epoch_done=self._epoch_done,
                        stopped=ended,
                        names=_names,
                        rank=processes.rank,
                    ),
                    stage.plan.optimizer,
                    self._progress,
                    epochs=stage.plan.epochs,
                    seed=stage.seed,
                )
        finally:
            if metrics is not None:
                metrics.close()
        done = self._progress.epoch >= stage.plan.epochs
        if first and not done:
            self._save(checkpoints.INTERRUPTED, self._progress)
        return done

    def _steps(self, epoch: int) -> list[Step]:
        stage = self._stage
        return epoch_steps(
            shapes=stage.shapes,
            repeats=[1] * len(stage.shapes),
            batch=stage.plan.batch,
            accumulation=1,
            remainder="kept",
            seed=stage.seed,
            epoch=epoch,
        )

    def _epoch_done(self, progress: Progress) -> None:
        if self._processes.rank == 0:
            folder = checkpoints.epoch_folder(self._folder, progress.epoch)
            self._save(folder.name, progress)
            checkpoints.forget_states(self._folder, STATES)
            with self.average.in_place():
                self._stage.epoch_done(folder)
        self._processes.wait()

    def _save_now_and_then(self, line: dict[str, Any]) -> None:
        if time.monotonic() - self._saved > SAVE_EVERY_SECONDS:
            position = line["step"] - line["epoch"] * self._per_epoch
            here = Progress(epoch=line["epoch"], position=position, step=line["step"])
            self._save(checkpoints.INTERRUPTED, here)

    def _save(self, name: str, progress: Progress) -> None:
        path = self._folder / name / checkpoints.STATE
        checkpoints.save_state(path, self._kept, self._optimizer, progress, self._stamp)
        self._saved = time.monotonic()


def _names(step: Step) -> str:
    return ", ".join(f"figure {draw.item}" for batch in step for draw in batch)
