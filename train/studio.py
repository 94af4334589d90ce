"""A run's networks and caches: it prepares, tells losses, draws samples and writes LoRAs."""

from collections.abc import Sequence
from pathlib import Path

import torch

from train import samples
from train.adapter import NAME, attach, trainable
from train.anima import loading
from train.anima.conditioning import pad_rows
from train.anima.objective import Batch, flow_matching
from train.anima.picture_side import PictureSide
from train.anima.text_side import TextSide
from train.bar import Bar
from train.block_swap import swap_blocks
from train.config import TrainConfig
from train.drawing import LATENT_SIDE, draw_latents
from train.draws import Batch as Draws
from train.draws import Draw, Shape, Step, check_steps, epoch_steps
from train.lora_files import lora_of, write_lora
from train.lora_metadata import metadata_of
from train.material import Material
from train.metrics import Progress
from train.precision import DTYPES, autocast
from train.processes import Processes
from train.stamps import seed_of
from train.untyped import Untyped

SAMPLE = "a sample"


class Studio:
    """Everything of a run that stays in memory.

    Attributes:
        parameters: the LoRA's, by their names.
        bar: the progress bar.
        material: what is learned from.
    """

    parameters: list[tuple[str, torch.nn.Parameter]]

    def __init__(self, config: TrainConfig, material: Material, processes: Processes) -> None:
        self._config, self.material, self._processes = config, material, processes
        self._dtype, device = DTYPES[config.dtype], processes.device
        cache = Path(config.cache)
        self._texts = TextSide(config.base, cache, device=device, dtype=self._dtype)
        self._pictures = PictureSide(
            Path(config.base.vae), cache, device=device, background=config.background
        )
        self._prompts = config.samples.prompts or material.prompts
        self._shapes = tuple(
            Shape(item.placement.bucket, max(map(self._texts.length, item.texts)))
            for item in material.items
        )
        self._model: Untyped = None
        self._last = "the transformer"
        self.bar = Bar()

    def prepare(self) -> None:
        """Cache what is missing, then load the transformer and attach the LoRA.

        The first process fills the caches while the others wait.
        """
        config, items = self._config, self.material.items
        shown = sum(item.repeats for item in items)
        check_steps(len(self.steps(0)), shown, config.batch, config.accumulation)
        if self._processes.rank == 0:
            texts = [text for item in items for text in item.texts]
            prompts = [*self._prompts.values(), config.samples.negative]
            self._texts.encode_all([*texts, ""], prompts)
            self._pictures.encode_all(items, mirrored_too=config.flip)
            if self._processes.device.type == "cuda":
                torch.cuda.empty_cache()
        self._processes.wait()
        device = self._processes.device
        self._model = loading.load_transformer(
            Path(config.base.transformer),
            dtype=self._dtype,
            device=torch.device("cpu") if config.swap_blocks else device,
            rope_scale=config.base.rope_scale,
        )
        attach(self._model, config.adapter, seed=seed_of("adapter", config.seed))
        self.parameters = trainable(self._model)
        if config.swap_blocks:
            swap_blocks(self._model, config.swap_blocks, device)
        if config.checkpointing:
            self._model.enable_gradient_checkpointing()
        if config.compile:
            for block in self._model.transformer_blocks:
                block.compile()
        self._model.train()

    def steps(self, epoch: int) -> list[Step]:
        """The steps of an epoch, for all processes."""
        config = self._config
        return epoch_steps(
            shapes=self._shapes,
            repeats=[item.repeats for item in self.material.items],
            batch=config.batch * self._processes.count,
            accumulation=config.accumulation,
            remainder=config.remainder,
            seed=config.seed,
            epoch=epoch,
        )

    def losses(self, draws: Draws) -> tuple[torch.Tensor, Sequence[float]] | None:
        """Losses of this process's part of a batch; None where it has none."""
        mine = draws[self._processes.rank :: self._processes.count]
        if not mine:
            return None
        batch = self._batch(mine)
        height, width = (side * LATENT_SIDE for side in batch.latents_BCHW.shape[-2:])
        self._last = f"a batch of {len(mine)} of {width}x{height}"
        with autocast(self._processes.device, self._dtype):
            found = flow_matching(self._model, batch, self._config.sigmas)
        return found.losses_B, found.sigmas

    def out_of_memory(self) -> str:
        """What did not fit, and what would."""
        config = self._config
        ways = [] if config.checkpointing else ["set `checkpointing: true`"]
        if config.batch > 1:
            ways.append(f"set `batch: 1` and `accumulation: {config.batch * config.accumulation}`")
        if not config.swap_blocks:
            ways.append("set `swap_blocks: 8`, with `checkpointing: true` and `compile: false`")
        ways.append("lower `resolution`")
        if self._last == SAMPLE:
            ways = ["lower `samples.width` and `samples.height`", "set `samples.every: 0`"]
        return f"out of memory with {self._last}; {', or '.join(ways)}"

    def names(self, step: Step) -> str:
        """The pictures of a step."""
        items = self.material.items
        return ", ".join(dict.fromkeys(items[draw.item].path for batch in step for draw in batch))

    def memory(self) -> int:
        """Most bytes that the device held so far; 0 on a CPU."""
        device = self._processes.device
        return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else 0

    def sample(self, folder: Path) -> None:
        """Draw every condition, alone, and write the sheets."""
        conditions = samples.conditions(self._prompts, self._config.samples.seeds)
        self._last = SAMPLE
        self._model.eval()
        drawn = list(
            draw_latents(
                self._model,
                self._texts,
                conditions=conditions,
                settings=self._config.samples,
                context_rows=self._config.base.context_rows,
                device=self._processes.device,
                dtype=self._dtype,
            )
        )
        self._model.train()
        pictures = self._pictures.decode(torch.stack(drawn))
        samples.keep(folder, list(zip(conditions, pictures, strict=True)))
        samples.keep_running(folder.parent)

    def write_lora(self, path: Path, progress: Progress) -> None:
        """Write the LoRA as ComfyUI and diffusers load it; raises OSError."""
        blocks = len(self._model.transformer_blocks)
        told = metadata_of(self._config, self.material, progress, blocks)
        write_lora(path, lora_of(self._model, NAME), "native", dtype=torch.bfloat16, extra=told)

    def _batch(self, draws: tuple[Draw, ...]) -> Batch:
        device, rows = self._processes.device, max(self._shapes[d.item].rows for d in draws)
        latents, texts = [], []
        for item, seed in draws:
            what = self.material.items[item]
            mirrored = self._config.flip and seed_of("flip", seed) % 2 == 1
            latents.append(self._pictures.latent(what, mirrored=mirrored))
            texts.append(self._texts.rows(self._text(what.texts, seed)))
        return Batch(
            torch.stack(latents).to(device),
            pad_rows(texts, rows).to(device),
            tuple(d.seed for d in draws),
            tuple(self.material.items[d.item].path for d in draws),
        )

    def _text(self, texts: tuple[str, ...], seed: int) -> str:
        settings = self._config.captions
        if seed_of("dropout", seed) / 2**63 < settings.dropout:
            return ""
        return texts[seed_of("variant", seed) % len(texts)]
