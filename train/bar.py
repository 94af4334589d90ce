"""The training's progress bar on stderr; silent where nobody watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from train.config import TrainConfig
from train.metrics import Progress
from train.untyped import Untyped


class Bar:
    """Steps done, time left and the loss."""

    def __init__(self) -> None:
        self._bar: Untyped = None
        self._task: Untyped = None

    @contextmanager
    def shown(self, config: TrainConfig, progress: Progress, per_epoch: int) -> Iterator[None]:
        """Show it while a run trains."""
        if not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichBar

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with RichBar(*columns, console=Console(stderr=True), transient=True) as bar:
            self._bar = bar
            total = config.epochs * per_epoch
            self._task = bar.add_task("training", total=total, completed=progress.step)
            yield
        self._bar = None

    def advance(self, line: dict[str, Any]) -> None:
        """Take the numbers of a step."""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, description=f"loss {line['loss']:.4f}")
