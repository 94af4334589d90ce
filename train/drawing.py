"""Drawing from a base with or without LoRAs: what samples, `train sample` and evaluations share."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from PIL import Image

from curate.errors import UserError
from train.anima import loading
from train.anima.conditioning import pad_rows
from train.anima.names import ADAPTER
from train.anima.picture_side import PictureSide
from train.anima.text_side import TextSide
from train.anima.velocity import velocity
from train.config import BaseFiles, SampleSettings
from train.fitting import check_fit
from train.lora_files import Lora, in_diffusers
from train.precision import autocast
from train.samples import Condition
from train.sampling import draw
from train.untyped import Untyped

LATENT_SIDE = 8


def draw_latents(  # noqa: PLR0913 - all but two by keyword
    model: Untyped,
    texts: TextSide,
    *,
    conditions: Sequence[Condition],
    settings: SampleSettings,
    context_rows: int,
    device: torch.device,
    dtype: torch.dtype,
) -> Iterator[torch.Tensor]:
    """Latents of one condition after the other, C×H×W each on the device.

    Each is drawn alone: a picture depends on nothing but its prompt, its seed and the network.
    """
    drawn = _drawer(model, texts, settings=settings, context_rows=context_rows, device=device)
    with torch.no_grad(), autocast(device, dtype):
        for condition in conditions:
            yield drawn(condition.prompt, [condition.seed])[0]


def _drawer(
    model: Untyped,
    texts: TextSide,
    *,
    settings: SampleSettings,
    context_rows: int,
    device: torch.device,
) -> Callable[[str, Sequence[int]], torch.Tensor]:
    """What draws a prompt with some seeds at once: B×C×H×W on the device."""
    height, width = settings.height // LATENT_SIDE, settings.width // LATENT_SIDE

    def context(prompt: str) -> torch.Tensor:
        return pad_rows([texts.rows(prompt, weighted=True)], context_rows).to(device)

    def moved(noisy_BCHW: torch.Tensor, sigma: float, rows_BRC: torch.Tensor) -> torch.Tensor:
        sigma_B = torch.full((len(noisy_BCHW),), sigma, device=noisy_BCHW.device)
        return velocity(model, noisy_BCHW, sigma_B, rows_BRC)

    negative = context(settings.negative)

    def drawn(prompt: str, seeds: Sequence[int]) -> torch.Tensor:
        return draw(
            moved,
            (model.config.in_channels, height, width),
            seeds=list(seeds),
            rows=context(prompt).expand(len(seeds), -1, -1),
            negative=negative.expand(len(seeds), -1, -1),
            settings=settings.drawing,
        )

    return drawn


class Artist:
    """A base that draws, with some LoRAs on or none.

    Args:
        base: its files.
        cache: folder of encoded texts.
        device: where it draws.
        dtype: of its weights.
    """

    def __init__(
        self, base: BaseFiles, cache: Path, *, device: torch.device, dtype: torch.dtype
    ) -> None:
        self._base, self._device, self._dtype = base, device, dtype
        self._texts = TextSide(base, cache, device=device, dtype=dtype)
        self._pictures = PictureSide(Path(base.vae), cache, device=device, background="#ffffff")
        self._model: Untyped = None
        self._worn: list[str] = []

    def read(self, prompts: Sequence[str], negative: str) -> None:
        """Encode the prompts, then load the transformer: the two need not be there at once."""
        self._texts.encode_all([], [*prompts, negative])
        self._model = loading.load_transformer(
            Path(self._base.transformer),
            dtype=self._dtype,
            device=self._device,
            rope_scale=self._base.rope_scale,
        )

    def wear(self, loras: Mapping[Path, tuple[Lora, float]]) -> list[str]:
        """Put LoRAs on in place of those that are on: the weights grow by strength times each.

        Args:
            loras: file -> what is in it, and its strength; at 0 it changes no bit.

        Returns:
            What people should know of them.

        Raises:
            UserError: one does not fit the base.
        """
        if self._worn:
            self._model.delete_adapters(self._worn)
        self._worn = []
        said: list[str] = []
        for number, (path, (lora, strength)) in enumerate(loras.items()):
            body = _without_adapter(path, lora)
            said += check_fit(path, body, self._model, Path(self._base.transformer))
            if strength == 0:
                continue
            name = f"lora{number}"
            state = {
                f"{in_diffusers(module)}.{side}.weight": matrix
                for module, pair in body.modules.items()
                for side, matrix in (("lora_A", pair.down), ("lora_B", pair.up))
            }
            with warnings.catch_warnings():
                # PEFT warns of a second LoRA, which is what is asked for here.
                warnings.simplefilter("ignore")
                self._model.load_lora_adapter(state, prefix="transformer", adapter_name=name)
            self._worn.append(name)
        if self._worn:
            strengths = [strength for _, strength in loras.values() if strength != 0]
            self._model.set_adapters(self._worn, strengths)
        return said

    def draw(
        self, conditions: Sequence[Condition], settings: SampleSettings
    ) -> Iterator[Image.Image]:
        """Draw one condition after the other."""
        for latents_CHW in draw_latents(
            self._model,
            self._texts,
            conditions=conditions,
            settings=settings,
            context_rows=self._base.context_rows,
            device=self._device,
            dtype=self._dtype,
        ):
            yield self._pictures.decode(latents_CHW[None])[0]

    def latents(self, prompt: str, seeds: Sequence[int], settings: SampleSettings) -> torch.Tensor:
        """Latents of one prompt with some seeds at once, B×C×H×W on the device.

        A small network is several times faster so; a picture is what it is alone but for rounding.
        """
        drawn = _drawer(
            self._model,
            self._texts,
            settings=settings,
            context_rows=self._base.context_rows,
            device=self._device,
        )
        with torch.no_grad(), autocast(self._device, self._dtype):
            return drawn(prompt, seeds)


def _without_adapter(path: Path, lora: Lora) -> Lora:
    """The LoRA of the transformer alone: official files list the base's adapter with zeros."""
    touched = [
        name
        for name, pair in lora.modules.items()
        if name.startswith(ADAPTER) and bool(pair.up.any())
    ]
    if touched:
        raise UserError(
            f"{path}: changes the text adapter, too ({touched[0]}), which is drawn with as "
            f"published; a LoRA that was trained without it is wanted"
        )
    kept = {name: pair for name, pair in lora.modules.items() if not name.startswith(ADAPTER)}
    return Lora(kept, lora.metadata)
