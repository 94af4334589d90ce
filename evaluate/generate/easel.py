"""The networks of a base, and LoRAs that are put into its weights and taken out again.

A LoRA is added to the weights themselves, as ComfyUI does it: a forward costs what a bare one
costs, and without a LoRA the weights are the base's, bit for bit. Letters in names of tensors: B
pictures, C channels, H and W height and width.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from curate.errors import UserError
from evaluate.spec.plan import Recipe
from rules.quoting import counted
from train.anima import loading
from train.anima.latents import decode_latents
from train.anima.names import ADAPTER, to_diffusers
from train.anima.text_side import TextSide
from train.config import BaseFiles, SampleSettings
from train.drawing import draw_latents
from train.fitting import check_fit
from train.lora_files import Lora, Pair, read_lora
from train.precision import DTYPES
from train.samples import Condition
from train.untyped import Untyped

# How many LoRAs stay in memory: the speed LoRA, and the one at hand.
KEPT = 3


class Easel:
    """Draws pictures by recipes.

    Attributes:
        notes: what people should know of the LoRAs that were put in.

    Args:
        base: its files.
        cache: folder of encoded texts, shared with training runs.
        files: sha256 of a LoRA -> its file.
        device: where it draws.
        dtype: of the transformer and of texts.
    """

    def __init__(
        self, base: BaseFiles, cache: Path, files: dict[str, Path], device: torch.device, dtype: str
    ) -> None:
        self._base, self._files, self._device = base, files, device
        self._dtype = DTYPES[dtype]
        self._texts = TextSide(base, cache, device=device, dtype=self._dtype)
        self._model: Untyped = None
        self._vae: Untyped = None
        self._originals: dict[str, torch.Tensor] = {}
        self._inside: tuple[tuple[str, float], ...] = ()
        self._fitted: set[str] = set()
        self.notes: list[str] = []
        self._read: Callable[[Path], Lora] = cache_of_loras()

    def prepare(self, prompts: Iterable[str]) -> None:
        """Encode what is not cached, then load transformer and VAE once."""
        self._texts.encode_all([], ["", *prompts])
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        self._model = loading.load_transformer(
            Path(self._base.transformer),
            dtype=self._dtype,
            device=self._device,
            rope_scale=self._base.rope_scale,
        )
        self._vae = loading.load_vae(Path(self._base.vae), dtype=torch.float32, device=self._device)

    @property
    def model(self) -> Untyped:
        """The transformer as it stands."""
        return self._model

    def put(self, loras: tuple[tuple[str, float], ...]) -> None:
        """Make the weights those of the base and of some LoRAs, in their order.

        Raises:
            UserError: one is for another base, or for parts that are not drawn with.
        """
        if loras == self._inside:
            return
        self._take_out()
        added: dict[str, list[tuple[Pair, float]]] = {}
        for digest, strength in loras:
            path = self._files[digest]
            lora = _drawn_with(path, self._read(path))
            if digest not in self._fitted:
                self.notes += check_fit(path, lora, self._model, Path(self._base.transformer))
                self._fitted.add(digest)
            for name, pair in lora.modules.items():
                added.setdefault(name, []).append((pair, strength))
        with torch.no_grad():
            for name, pairs in added.items():
                self._add(name, pairs)
        self._inside = loras

    def _take_out(self) -> None:
        with torch.no_grad():
            for name, original in self._originals.items():
                self._weight(name).copy_(original)
        self._inside = ()

    def _add(self, name: str, pairs: list[tuple[Pair, float]]) -> None:
        weight = self._weight(name)
        if name not in self._originals:
            self._originals[name] = weight.detach().clone()
        total = self._originals[name].to(torch.float32)
        for (down, up), strength in pairs:
            down, up = (m.to(self._device, torch.float32) for m in (down, up))  # noqa: PLW2901 - the same matrices elsewhere
            if (up.shape[0], down.shape[1]) != weight.shape:
                raise UserError(f"{name}: the LoRA is for another base: {tuple(weight.shape)}")
            total = total + strength * (up @ down)
        weight.copy_(total)

    def _weight(self, name: str) -> torch.Tensor:
        theirs = to_diffusers(name)
        try:
            module = self._model.get_submodule(theirs or name)
        except AttributeError as error:
            raise UserError(f"{name}: the LoRA is for a base with other blocks") from error
        weight: torch.Tensor = module.weight
        return weight

    def draw(self, recipe: Recipe) -> Image.Image:
        """The picture of a recipe."""
        self.put(recipe.loras)
        return self.decode(self.latents(recipe))

    def latents(self, recipe: Recipe) -> torch.Tensor:
        """The latent of a recipe, with whatever LoRAs are inside: B×C×H×W."""
        settings = SampleSettings(
            width=recipe.width,
            height=recipe.height,
            negative=recipe.negative,
            drawing=recipe.drawing,
        )
        drawn_CHW = draw_latents(
            self._model,
            self._texts,
            conditions=[Condition(label="", prompt=recipe.prompt, seed=recipe.seed)],
            settings=settings,
            context_rows=self._base.context_rows,
            device=self._device,
            dtype=self._dtype,
        )
        return next(drawn_CHW)[None]

    def decode(self, latents_BCHW: torch.Tensor) -> Image.Image:
        """The first picture of some latents."""
        pixels_CHW = decode_latents(self._vae, latents_BCHW[:1])[0].float().clamp(-1, 1)
        array = ((pixels_CHW + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0)
        return Image.fromarray(np.asarray(array.cpu()))


def cache_of_loras() -> Callable[[Path], Lora]:
    """A reader that keeps the last few LoRAs in memory."""
    return lru_cache(maxsize=KEPT)(read_lora)


def _drawn_with(path: Path, lora: Lora) -> Lora:
    """The modules of the transformer; those of the text adapter must do nothing.

    The official speed LoRA has some of all zeros. Others would change the encoded texts, which are
    shared by every cell.
    """
    taught = [
        name
        for name, pair in lora.modules.items()
        if name.startswith(ADAPTER) and bool(pair.up.any()) and bool(pair.down.any())
    ]
    if taught:
        raise UserError(
            f"{path}: teaches {counted(len(taught), 'module')} of the text adapter, which is not "
            f"drawn with here; train with `llm_adapter_lr=0`, as the base's author does"
        )
    kept = {name: pair for name, pair in lora.modules.items() if not name.startswith(ADAPTER)}
    return Lora(kept, lora.metadata)
