"""`train run`: dataset and base in, checkpoints out; resumes where it was."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from curate.errors import UserError
from rules.quoting import counted
from train import checkpoints
from train.anima.loading import qwen_file
from train.comparison import as_json, changes
from train.config import TrainConfig
from train.estimate import Forecast
from train.hook import Hook
from train.judging import told, warnings_of
from train.lock import locked
from train.loop import Parts, train
from train.material import Material, gather
from train.metrics import MetricsFile, Progress
from train.optimizers import build_optimizer
from train.processes import Processes
from train.safetensors_files import write_whole
from train.stamps import key_of, weights_digest
from train.stopping import stopping
from train.studio import Studio

Say = Callable[[str], None]
FULL = (errno.ENOSPC, errno.EDQUOT)


def run(config: TrainConfig, *, approved_only: bool, force: bool, say: Say) -> bool:
    """Train a run to its end.

    Args:
        config: with absolute paths.
        approved_only: whether a manifest without drift is required.
        force: whether to resume although the configuration has changed.
        say: takes lines for people.

    Returns:
        Whether it came to its end; else it was stopped, and goes on when started again.

    Raises:
        UserError, RecordError, OSError: it cannot be trained, or no longer.
    """
    processes = Processes(config.device)
    quiet: Say = say if processes.rank == 0 else lambda _: None
    try:
        material = gather(config, approved_only=approved_only, processes=processes.count)
        if processes.rank:
            return _run(config, material, processes, force=force, say=quiet)
        with locked(config.run_folder):
            return _run(config, material, processes, force=force, say=quiet)
    finally:
        processes.close()


def _run(
    config: TrainConfig, material: Material, processes: Processes, *, force: bool, say: Say
) -> bool:
    for warning in (*material.warnings, *warnings_of(material.findings)):
        say(f"warning: {warning}")
    stamp = checkpoints.Stamp(
        config=as_json(config),
        base=_base_stamp(config),
        material=key_of(
            [(i.sha256, i.texts, i.placement.bucket, i.repeats) for i in material.items]
        ),
    )
    for damaged in checkpoints.damaged_states(config.run_folder):
        say(f"warning: {damaged}: is damaged, and passed over")
    resumed = checkpoints.latest_state(config.run_folder)
    if resumed is not None:
        _check_resumable(resumed, stamp, config, force=force)
    studio = Studio(config, material, processes)
    try:
        return _begin(config, studio, processes, stamp, resumed, say)
    except torch.OutOfMemoryError as error:
        raise UserError(studio.out_of_memory()) from error
    except OSError as error:
        if error.errno not in FULL:
            raise
        place = error.filename or config.run_folder
        raise UserError(
            f"{place}: the disk is full; make room, and the same command goes on from what is whole"
        ) from error


def _begin(  # noqa: PLR0913, PLR0917 - what `_run` put together, in its order
    config: TrainConfig,
    studio: Studio,
    processes: Processes,
    stamp: checkpoints.Stamp,
    resumed: Path | None,
    say: Say,
) -> bool:
    studio.prepare()
    modules = counted(len(studio.parameters) // 2, "module")
    say(f"a LoRA of rank {config.adapter.rank} on {modules}")
    parameters = [p for _, p in studio.parameters]
    optimizer = build_optimizer(parameters, config.optimizer, processes=processes)
    progress = Progress()
    if resumed is not None:
        progress = checkpoints.load_state(resumed, studio.parameters, optimizer)
        done = progress.epoch >= config.epochs
        say("this run is done already" if done else f"resuming behind step {progress.step:,}")
    keeper = Keeper(config, studio, optimizer, stamp)
    if processes.rank == 0:
        _write_settings(config, stamp, studio.material)
        if resumed is None:
            keeper.sample(0)
    return _train(config, studio, keeper, processes, progress, say)


def _base_stamp(config: TrainConfig) -> str:
    """The content of every file of weights."""
    files = config.base
    paths = (Path(files.transformer), qwen_file(Path(files.text_encoder)), Path(files.vae))
    return key_of([weights_digest(path) for path in paths])


def _check_resumable(
    state: Path, stamp: checkpoints.Stamp, config: TrainConfig, *, force: bool
) -> None:
    old = checkpoints.read_stamp(state)
    named = changes(old.config, config)
    if old.base != stamp.base:
        named.append("base: another file of another content")
    if old.material != stamp.material:
        named.append("dataset: other pictures, captions, sizes or repeats")
    if named and not force:
        raise UserError(
            f"{state}: this run began otherwise ({'; '.join(named)}); choose another `name`, or "
            f"go on with --force"
        )


def _train(  # noqa: PLR0913, PLR0917 - what `_run` put together, in its order
    config: TrainConfig,
    studio: Studio,
    keeper: "Keeper",
    processes: Processes,
    progress: Progress,
    say: Say,
) -> bool:
    metrics = MetricsFile(config.run_folder, progress.step) if processes.rank == 0 else None
    forecast = Forecast(config.price_per_hour, say)
    steps_of_epoch = studio.steps(0)
    shown = sum(len(batch) for step in steps_of_epoch for batch in step)

    def log(line: dict[str, Any]) -> None:
        if metrics is not None:
            metrics.write({**line, "memory": studio.memory()})
            studio.bar.advance(line)
            left = config.epochs - line["step"] / len(steps_of_epoch)
            forecast.step(line, round(left * shown))

    def epoch_done(done: Progress) -> None:
        if processes.rank == 0:
            keeper.epoch_done(done)
        processes.wait()

    try:
        with stopping() as stopped, studio.bar.shown(config, progress, len(steps_of_epoch)):
            ended = train(
                Parts(
                    parameters=[p for _, p in studio.parameters],
                    optimizer=keeper.optimizer,
                    steps=studio.steps,
                    losses=studio.losses,
                    gathered=processes.gathered,
                    log=log,
                    epoch_done=epoch_done,
                    stopped=lambda: bool(processes.gathered(torch.tensor(int(stopped())))),
                    names=studio.names,
                    rank=processes.rank,
                ),
                config.optimizer,
                progress,
                epochs=config.epochs,
                seed=config.seed,
            )
    finally:
        if metrics is not None:
            metrics.close()
        keeper.hook.close()
    done = ended.epoch == config.epochs
    if processes.rank == 0 and not done:
        keeper.interrupted(ended)
    say(_last_words(config, ended, done=done))
    return done


def _last_words(config: TrainConfig, ended: Progress, *, done: bool) -> str:
    if done:
        return f"{counted(ended.step, 'step')} done; LoRA files are below {config.run_folder}"
    return f"stopped behind step {ended.step:,}; start the same command again to go on"


class Keeper:
    """Writes what a run leaves behind.

    Attributes:
        optimizer: whose state is kept.
        hook: told of every new LoRA file.
    """

    def __init__(
        self,
        config: TrainConfig,
        studio: Studio,
        optimizer: torch.optim.Optimizer,
        stamp: checkpoints.Stamp,
    ) -> None:
        self._config, self._studio, self._stamp = config, studio, stamp
        self.optimizer = optimizer
        self.hook = Hook(config.on_checkpoint, config.run_folder)

    def epoch_done(self, progress: Progress) -> None:
        """LoRA, samples, then the state: what a state promises is there."""
        config = self._config
        folder = checkpoints.epoch_folder(config.run_folder, progress.epoch)
        last = progress.epoch == config.epochs
        if progress.epoch % config.save_every == 0 or last:
            file = folder / f"{config.name}-{progress.epoch:04d}.safetensors"
            self._studio.write_lora(file, progress)
            self.hook(file)
        self.sample(progress.epoch)
        self._save(folder / checkpoints.STATE, progress)
        checkpoints.forget_states(config.run_folder, config.keep_states)

    def interrupted(self, progress: Progress) -> None:
        """A state amid an epoch."""
        self._save(self._config.run_folder / checkpoints.INTERRUPTED / checkpoints.STATE, progress)

    def sample(self, epoch: int) -> None:
        """Draw, where this epoch is one to draw at."""
        every = self._config.samples.every
        if every and epoch % every == 0:
            self._studio.sample(checkpoints.epoch_folder(self._config.run_folder, epoch))

    def _save(self, path: Path, progress: Progress) -> None:
        parameters = self._studio.parameters
        checkpoints.save_state(path, parameters, self.optimizer, progress, self._stamp)


def _write_settings(config: TrainConfig, stamp: checkpoints.Stamp, material: Material) -> None:
    import json

    plain = {
        "config": json.loads(stamp.config),
        "base": stamp.base,
        "material": stamp.material,
        "manifest": material.manifest,
        "warnings": list(material.warnings),
        "findings": [told(finding) for finding in material.findings],
        "pictures": len(material.items),
    }
    raw = json.dumps(plain, indent=1, sort_keys=True).encode()
    write_whole(config.run_folder / "run.json", lambda: [raw, b"\n"])
