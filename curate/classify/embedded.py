"""The model that ships with the project: small, trained on drawn figures, in need of no network."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from curate.classify import naming
from curate.classify.blas import one_blas_thread
from curate.classify.classifier import Embeddings, Looks, unit
from curate.classify.clip import ClipModel, as_half, build, plain_tokenizer
from curate.classify.heads_file import read_heads
from curate.classify.naming import CONFIG, HEADS, WEIGHTS, embedded_id, file_sha256, one_line
from curate.classify.prepare import Prepare, Square
from curate.errors import UserError
from rules.records import RecordError, parse_json, record, to_plain, write_atomically

Channel = Annotated[float, Field(ge=-1, le=2)]
Colour = tuple[Channel, Channel, Channel]


@record
class PixelPlan:
    """How pixels become numbers: sRGB from 0 to 1, less the mean, over the spread."""

    mean: Colour
    std: Colour


@record
class Config:
    """An open_clip config."""

    model_cfg: Mapping[str, Any]
    preprocess_cfg: PixelPlan


class Embedded:
    """The embedded model under its own heads, or under some that were fitted to a dataset."""

    def __init__(self, folder: Path | None = None, heads: Path | None = None) -> None:
        """Load it.

        Raises:
            UserError: a file is missing.
            RecordError: a file is torn, or belongs to another model.
        """
        folder = folder or naming.FOLDER
        try:
            config = parse_json(Config, (folder / CONFIG).read_bytes(), str(folder / CONFIG))
            self.id = embedded_id(heads, folder)
            self.heads = read_heads(heads or folder / HEADS)
            self.clip = _load(folder / WEIGHTS, config, self.heads.card.backbone)
        except OSError as error:
            raise UserError(f"{error.filename}: {error.strerror}; install it anew") from error
        found, wanted = len(self.heads.mean), 2 * int(config.model_cfg["embed_dim"])
        if found != wanted:
            fault = f"read {found} numbers of a picture, not {wanted}; `curate calibrate` fits them"
            raise RecordError(str(heads or folder / HEADS), [fault])
        self.family = naming.EMBEDDED_FAMILY
        self.backbone = self.heads.card.backbone
        self.prepare = Prepare(side=self.clip.side)

    def features(self, squares: Sequence[Square]) -> Embeddings:
        """What the heads read of prepared pictures; see `ClipModel.encode_both_ways`."""
        return self.clip.encode_both_ways(squares)

    def classify(self, squares: list[Square]) -> Looks:
        """What is seen in prepared pictures."""
        features_nd = self.features(squares)
        with one_blas_thread():
            seen = self.heads.see(features_nd, self.id)
        as_they_are, _ = np.split(features_nd, 2, axis=1)
        return Looks(seen=seen, embeddings=unit(as_they_are))


def _load(path: Path, config: Config, backbone: str) -> ClipModel:
    found = file_sha256(path)
    if found != backbone:
        fault = f"is not what the heads were fitted to ({found[:12]}, not {backbone[:12]})"
        raise RecordError(str(path), [f"{fault}; install it anew"])
    try:
        model = build(config.model_cfg)
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise RecordError(str(path), [one_line(error)]) from error
    pixels = config.preprocess_cfg
    return ClipModel(model, plain_tokenizer(model), mean=pixels.mean, std=pixels.std)


def save_embedded(
    folder: Path,
    model: Any,  # noqa: ANN401 - open_clip has no types
    model_cfg: Mapping[str, Any],
    pixels: PixelPlan,
) -> str:
    """Write config and weights of a model, and give the sha256 that its heads have to name.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": to_plain(model_cfg), "preprocess_cfg": to_plain(pixels)}
    write_atomically(folder / CONFIG, (json.dumps(config, indent=1) + "\n").encode())
    weights = save(as_half(model.state_dict()))
    write_atomically(folder / WEIGHTS, weights)
    return hashlib.sha256(weights).hexdigest()
