"""The training loop."""

import json
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from curate.classify.labels import HEADS
from curate.classify.train.network import Student, losses
from curate.classify.train.recipe import Phase, Recipe
from curate.classify.train.samples import IGNORED, Samples, Shards
from curate.classify.train.state import STATE, load_state, save_state
from curate.progress import progress

LOG = "log.jsonl"
SAVE_EVERY_SECONDS = 120.0
LOG_EVERY = 100
AVERAGE_EVERY = 5  # steps: it costs as much as a twentieth of one
LONGEST_STEP = 1.0  # norm that a step's gradient is cut to
MEAN, SCALE = 128.0, 64.0  # of pixels; the shipped config says the same


class Trainer:
    """Weights, their running average, the optimiser's moments and how far it has come."""

    def __init__(
        self, recipe: Recipe, folder: Path, *, device: str = "cpu", loaders: int = 1
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.folder = folder
        self.device = torch.device(device)
        self.loaders = loaders
        length = int(recipe.model["text_cfg"]["context_length"])
        from open_clip.tokenizer import (  # type: ignore[import-untyped]  # noqa: PLC0415 - after the operators
            SimpleTokenizer,
        )

        self.tokenizer = SimpleTokenizer(context_length=length)
        self.student = Student(recipe.model).to(self.device)
        # It converts in place; only its types do not know this argument.
        self.student.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        plan = recipe.optimizer
        matrices = [p for p in self.student.parameters() if p.dim() > 1]
        others = [p for p in self.student.parameters() if p.dim() <= 1]
        groups: list[dict[str, Any]] = [
            {"params": matrices, "weight_decay": plan.decay},
            {"params": others},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=plan.rate, weight_decay=0.0, fused=True)
        # Most words of the vocabulary never occur: their norm would cost a tenth of a step.
        words = self.student.clip.token_embedding.weight
        self.bounded = [p for p in self.student.parameters() if p is not words]
        self.average = {name: t.detach().clone() for name, t in self.student.state_dict().items()}
        self.seen = 0
        if (folder / STATE).exists():
            self.average, self.seen = load_state(folder, self.student, self.optimizer)

    def train(self, figures: Path) -> None:
        """Go on until the recipe is done; interrupted, it goes on from its last state."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.student.train()
        steps = (self.recipe.samples - self.seen) // self.recipe.batch
        saved = time.monotonic()
        try:
            for batch in progress(self._batches(figures), total=steps, doing="training"):
                told = self._step(batch)
                self.seen += self.recipe.batch
                if self.seen // self.recipe.batch % LOG_EVERY == 0:
                    self._log(told, batch)
                if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                    self._save()
                    saved = time.monotonic()
        finally:
            self._save()

    def _batches(self, figures: Path) -> Iterator[dict[str, Any]]:
        start = 0
        for phase in self.recipe.phases:
            end = start + phase.samples
            if self.seen < end:
                yield from self._phase(figures, phase, max(start, self.seen), end)
            start = end

    def _phase(self, figures: Path, phase: Phase, start: int, end: int) -> Iterator[dict[str, Any]]:
        size = self.recipe.batch
        shards = Shards(figures, self.recipe.figures.size)
        samples = Samples(shards, phase, self.recipe.seed, range(start, end))
        # Others prepare while this process learns; order and content do not depend on how many.
        whole: Any = samples  # a map like torch's, but of another family
        loader: Any = DataLoader(
            whole, size, num_workers=self.loaders, prefetch_factor=6, drop_last=True
        )
        yield from loader

    def _step(self, batch: dict[str, Any]) -> dict[str, Any]:
        batch["tokens"] = self.tokenizer(batch.pop("text"))
        batch = {name: value.to(self.device) for name, value in batch.items()}
        pictures = batch["picture"].permute(0, 3, 1, 2).float().sub(MEAN).div(SCALE)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
            out = self.student(pictures.contiguous(memory_format=torch.channels_last))
        each = losses(self.student, {name: o.float() for name, o in out.items()}, batch)
        total = torch.stack([self.recipe.weights[name] * loss for name, loss in each.items()]).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.bounded, LONGEST_STEP)
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.recipe, self.seen)
        self.optimizer.step()
        self._average()
        right = {f"right_{name}": _right(out[name], batch[name]) for name in HEADS}
        return {**{name: loss.item() for name, loss in each.items()}, **right}

    @torch.no_grad()
    def _average(self) -> None:
        steps = self.seen // self.recipe.batch
        if steps % AVERAGE_EVERY:
            return
        # A young average follows quickly, an old one is calm.
        keep = min(self.recipe.optimizer.average**AVERAGE_EVERY, (1 + steps) / (50 + steps))
        for name, now in self.student.state_dict().items():
            if now.is_floating_point():
                self.average[name].lerp_(now, 1 - keep)
            else:
                self.average[name].copy_(now)

    def _log(self, told: Mapping[str, float], batch: Mapping[str, Any]) -> None:
        line = {"seen": self.seen, "side": batch["picture"].shape[1], "time": round(time.time())}
        line |= {name: round(value, 4) for name, value in told.items()}
        with (self.folder / LOG).open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _save(self) -> None:
        save_state(self.folder, self.student, self.average, self.optimizer, self.seen)


def _right(logits: Tensor, labels: Tensor) -> float:
    known = labels != IGNORED
    return float((logits.argmax(1) == labels)[known].float().mean()) if known.any() else math.nan


def rate_at(recipe: Recipe, seen: int) -> float:
    """Give the learning rate after so many samples: up in a line, down in a cosine."""
    plan = recipe.optimizer
    if seen < plan.warmup:
        return plan.rate * (seen + recipe.batch) / (plan.warmup + recipe.batch)
    share = (seen - plan.warmup) / max(1, recipe.samples - plan.warmup)
    return 0.5 * plan.rate * (1 + math.cos(math.pi * min(share, 1.0))) + 1e-6
