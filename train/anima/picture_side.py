"""Pictures -> cached latents, and latents -> pictures. The VAE is loaded where it is needed."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from curate.errors import UserError
from train.anima import loading
from train.anima.latents import decode_latents, encode_picture
from train.cache import TensorCache, each
from train.material import Item
from train.pictures import GONE, read_picture, to_bucket
from train.stamps import file_digest, key_of, weights_digest
from train.untyped import Untyped

VERSION = 1


class PictureSide:
    """Encodes pictures once and for all, in fp32: it is done once, and lasts.

    Args:
        vae: its file.
        cache: folder of cached tensors.
        device: where pictures are encoded and decoded.
        background: colour beneath transparent pictures.
    """

    def __init__(self, vae: Path, cache: Path, *, device: torch.device, background: str) -> None:
        self._file, self._device, self._background = vae, device, background
        self._cache = TensorCache(cache / "latents")
        self._hash = weights_digest(vae)

    def encode_all(self, items: tuple[Item, ...], *, mirrored_too: bool) -> None:
        """Make what is not cached, each picture and its mirror image for themselves."""
        wanted = [(item, False) for item in items]
        wanted += [(item, True) for item in items if mirrored_too]
        vae: list[Untyped] = []

        def make(what: tuple[Item, bool]) -> torch.Tensor:
            if not vae:
                vae.append(self._vae())
            item, mirrored = what
            self._check(item)
            picture = read_picture(Path(item.real), self._background)
            pixels = to_bucket(picture, item.placement, mirrored=mirrored)
            return encode_picture(vae[0], pixels).cpu()

        entries = [(self._key(item, mirrored=m), (item, m)) for item, m in wanted]
        self._cache.fill(entries, lambda whats: each(whats, make), doing="encoding pictures")

    def latent(self, item: Item, *, mirrored: bool) -> torch.Tensor:
        """The latent of a picture that was encoded: C×H×W on the CPU.

        Raises:
            UserError: it is gone.
        """
        found = self._cache.read(self._key(item, mirrored=mirrored))
        if found is None:
            raise UserError(f"the cache lost {item.path}; start again, and it is rebuilt")
        return found

    def decode(self, latents_BCHW: torch.Tensor) -> list[Image.Image]:
        """Pictures of latents."""
        vae = self._vae()
        pictures = []
        for latent_CHW in latents_BCHW:
            pixels_CHW = decode_latents(vae, latent_CHW[None])[0].float().clamp(-1, 1)
            array = ((pixels_CHW + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0)
            pictures.append(Image.fromarray(np.asarray(array.cpu())))
        return pictures

    def _vae(self) -> Untyped:
        return loading.load_vae(self._file, dtype=torch.float32, device=self._device)

    def _check(self, item: Item) -> None:
        place = Path(item.real)
        if not place.exists():
            raise UserError(f"{place}: {GONE}")
        if file_digest(place) != item.sha256:
            raise UserError(f"{item.path}: changed while it was prepared; start again")

    def _key(self, item: Item, *, mirrored: bool) -> str:
        placement = item.placement
        return key_of(
            VERSION, self._hash, item.sha256, self._background, placement.bucket, placement.crop,
            mirrored,
        )  # fmt: skip
