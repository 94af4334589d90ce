"""The base of the experiments: it draws with LoRAs on, and sends pictures through its VAE."""

import hashlib
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from curate.figures.character import Character
from curate.figures.draw import draw
from curate.figures.figure import Figure
from curate.figures.prior import prior_named, sample_many
from rules.records import parse, record, write_atomically
from train.anima import loading
from train.anima.latents import decode_latents, encode_picture
from train.config import BaseFiles, SampleSettings
from train.drawing import Artist
from train.lora_files import read_lora
from train.named_bases import named_base
from train.pretrain.single_frame import single_frame
from train.settings import SamplerSettings
from train.stamps import key_of, weights_digest

# Of the figures that the miniature was taught from.
PRIOR = "studio"
LONG = frozenset({"long", "very long"})
# Pictures of one prompt that are drawn together.
AT_ONCE = 8


@record
class Drawing:
    """How the experiments draw.

    Attributes:
        width: of a picture in pixels.
        height: the same.
        negative: what guidance moves away from.
    """

    width: int = 112
    height: int = 160
    cfg: float = 2.5
    steps: int = 12
    negative: str = ""

    def settings(self) -> SampleSettings:
        """The same for the trainer's sampler."""
        return SampleSettings(
            width=self.width,
            height=self.height,
            negative=self.negative,
            drawing=SamplerSettings(steps=self.steps, cfg=self.cfg),
        )


def base_files(name: str) -> BaseFiles:
    """The files of a base that ships, or of one in a folder.

    Raises:
        UserError, RecordError: there is no such base.
    """
    here = Path.cwd() / "base"
    return parse(BaseFiles, named_base(name, here), name)


def as_the_base_draws(character: Character) -> Character:
    """A character as the miniature can draw her.

    She has as many heads as the figures that it was taught from; and where her hair would fall
    over all of so small a body and hide how she stands, it is short.
    """
    ((_, heads, _),) = prior_named(PRIOR).heads
    hair = replace(character.hair, back="short") if character.hair.back in LONG else character.hair
    proportions = replace(character.proportions, heads=heads)
    return replace(character, hair=hair, proportions=proportions)


def renderer_stamp(figure: Figure) -> str:
    """Of how the renderer draws a figure; another one makes other datasets of the same spec."""
    return hashlib.sha256(draw(figure, 48, 64).picture.tobytes()).hexdigest()


class SmallStudio:
    """A base at work on one device, in fp32.

    Args:
        base: its files.
        cache: folder of encoded texts.
        device: where it draws.
    """

    def __init__(self, base: BaseFiles, cache: Path, device: torch.device) -> None:
        self.base, self._cache, self._device = base, cache, device
        self._vae = loading.load_vae(Path(base.vae), dtype=torch.float32, device=device)

    @cached_property
    def stamp(self) -> str:
        """Of what decides datasets and pictures beside specs: the renderer and the weights."""
        files = (self.base.transformer, self.base.text_encoder, self.base.vae)
        weights = [weights_digest(Path(file)) for file in files]
        return key_of(renderer_stamp(sample_many(PRIOR, 0, 1)[0]), weights)

    def draw(
        self,
        prompts: Sequence[tuple[str, int]],
        drawing: Drawing,
        loras: Mapping[Path, float] | None = None,
    ) -> Iterator[Image.Image]:
        """Draw prompts, each with its seed, under some LoRAs with their strengths."""
        artist = Artist(self.base, self._cache, device=self._device, dtype=torch.float32)
        artist.read([prompt for prompt, _ in prompts], drawing.negative)
        artist.wear({path: (read_lora(path), s) for path, s in (loras or {}).items()})
        for prompt, group in itertools.groupby(prompts, key=lambda asked: asked[0]):
            seeds = [seed for _, seed in group]
            for start in range(0, len(seeds), AT_ONCE):
                some = seeds[start : start + AT_ONCE]
                latents_BCHW = artist.latents(prompt, some, drawing.settings())
                with single_frame(self._vae):
                    pixels_BCHW = decode_latents(self._vae, latents_BCHW)
                yield from map(_picture, pixels_BCHW)

    def through_vae(self, pictures: Sequence[Image.Image]) -> list[Image.Image]:
        """Pictures as the base could draw them at best: encoded and decoded."""
        with single_frame(self._vae):
            return [self._through(picture) for picture in pictures]

    def _through(self, picture: Image.Image) -> Image.Image:
        bytes_HWC = np.asarray(picture.convert("RGB"))
        pixels_CHW = torch.from_numpy(bytes_HWC.copy()).permute(2, 0, 1).float() / 127.5 - 1
        latent_CHW = encode_picture(self._vae, pixels_CHW.to(self._device))
        return _picture(decode_latents(self._vae, latent_CHW[None])[0])


def write_strip(path: Path, drawn: Sequence[Image.Image]) -> None:
    """Keep pictures of one size side by side; raises OSError."""
    width, height = drawn[0].size
    strip = Image.new("RGB", (len(drawn) * width, height))
    for place, picture in enumerate(drawn):
        strip.paste(picture, (place * width, 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    strip.save(held, "PNG")
    write_atomically(path, held.getvalue())


def read_strip(path: Path, count: int) -> list[Image.Image]:
    """So many pictures that lie side by side; raises OSError."""
    with Image.open(path) as strip:
        width, height = strip.width // count, strip.height
        return [strip.crop((n * width, 0, (n + 1) * width, height)) for n in range(count)]


def _picture(pixels_CHW: torch.Tensor) -> Image.Image:
    bytes_CHW = ((pixels_CHW.clamp(-1, 1).cpu() + 1) * 127.5).round().to(torch.uint8)
    return Image.fromarray(np.asarray(bytes_CHW.permute(1, 2, 0)))
