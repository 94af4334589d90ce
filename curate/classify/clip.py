"""An open_clip model as two functions: squares of pixels and texts in, embeddings out.

Shape legend: n pictures or texts, s side, d numbers of an embedding.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from curate import torchvision_operators  # noqa: F401  # isort: skip - before open_clip
import open_clip  # type: ignore[import-untyped]

from curate.classify.classifier import Embeddings
from curate.classify.prepare import Square

Colour = tuple[float, float, float]


class ClipModel:
    """Both towers of a model, ready to be asked."""

    def __init__(self, model: Any, tokenizer: Any, *, mean: Colour, std: Colour) -> None:  # noqa: ANN401 - open_clip has no types
        self._model = model.float().eval().to(memory_format=torch.channels_last)
        self._tokenizer = tokenizer
        self._mean = torch.tensor(mean).view(3, 1, 1)
        self._std = torch.tensor(std).view(3, 1, 1)

    @property
    def side(self) -> int:
        """Of the squares that it reads, in pixels."""
        size = self._model.visual.image_size
        return int(size if isinstance(size, int) else size[0])

    @property
    def scale(self) -> float:
        """What the model multiplies likenesses with before it compares them."""
        return float(self._model.logit_scale.detach().exp())

    def encode_pictures(self, squares: Sequence[Square]) -> Embeddings:
        """Embeddings (n, d) as `encode_image` gives them, of any length."""
        with torch.inference_mode():
            return np.asarray(self._model.encode_image(self.tensor(squares)).numpy(), np.float32)

    def encode_both_ways(self, squares: Sequence[Square]) -> Embeddings:
        """The embedding of every picture, then that of its mirror image: (n, 2d).

        Where one look errs, the other often does not; a linear head on both halves, the second
        with its sides swapped, averages both looks.
        """
        with torch.inference_mode():
            pictures_n3ss = self.tensor(squares)
            looks = [
                self._model.encode_image(way_n3ss).numpy()
                for way_n3ss in (pictures_n3ss, pictures_n3ss.flip(3))
            ]
        return np.concatenate(looks, axis=1, dtype=np.float32)

    def tensor(self, squares: Sequence[Square]) -> torch.Tensor:
        """The model's input, shape (n, 3, s, s)."""
        pixels_nss3 = torch.from_numpy(np.stack(squares))
        pixels_n3ss = pixels_nss3.permute(0, 3, 1, 2).float() / 255
        return (pixels_n3ss - self._mean) / self._std

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embeddings (n, d) of unit length."""
        with torch.inference_mode(), warnings.catch_warnings(action="ignore"):
            tokens = self._tokenizer(list(texts))
            return np.asarray(self._model.encode_text(tokens, normalize=True).numpy(), np.float32)


def build(config: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the same
    """A model of random weights from the `model_cfg` of an open_clip config.

    Raises:
        ValueError: the config describes no model.
    """
    plain = {key: value for key, value in config.items() if key != "custom_text"}
    make = open_clip.CustomTextCLIP if config.get("custom_text") else open_clip.CLIP
    try:
        with warnings.catch_warnings(action="ignore"):
            return make(**plain)
    except (TypeError, KeyError, RuntimeError, AssertionError) as error:
        raise ValueError(f"describes no model: {' '.join(str(error).split())}") from error


def plain_tokenizer(model: Any) -> Any:  # noqa: ANN401 - the same
    """The tokenizer whose vocabulary comes with open_clip."""
    return open_clip.SimpleTokenizer(context_length=model.context_length)


def as_half(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights in 16 bits, whole numbers as they are."""
    return {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in state.items()
    }
