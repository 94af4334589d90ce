"""The recipe of a small base as records: everything that decides its weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from rules.plain_yaml import load_yaml
from rules.records import parse, record
from train.anima.shapes import AdapterSize, QwenSize, TransformerSize, VaeSize
from train.config import Count, Label, OptimizerSettings, Share, SigmaSettings

RECIPE = Path(__file__).with_name("recipe.yaml")
# What the recipe changes where a GPU learns.
ON_CUDA = Path(__file__).with_name("cuda.yaml")
# Latents are an eighth of a picture's sides, and the transformer takes two of them each way.
STEP = 16

Products = Literal["fp32", "bf16"]
Side = Annotated[int, Field(ge=STEP, multiple_of=STEP)]


@record
class FiguresPlan:
    """Which figures are drawn.

    Attributes:
        prior: distribution that strangers come from.
        shards: files.
        size: figures a file.
        canvases: width and height of the pictures; the shards take them in turn.
    """

    prior: str
    seed: int
    shards: Count
    size: Count
    canvases: tuple[tuple[Side, Side], ...]


@record
class VocabularyPlan:
    """Sizes of the two tokenizers, and how many captions they are made from."""

    qwen: Count
    t5: Count
    captions: Count


@record
class WordsPlan:
    """How often a caption is told how; every exposure of a picture is told anew.

    Attributes:
        empty: nothing at all, for guidance.
        quality: with the tags of quality.
        name: with an invented name in the place of a trigger, which so means nothing yet.
        only_tags: without sentences.
        only_prose: without tags.
        thinned: with some of the tags.
        fewest: share of the tags that a thinned caption keeps at least.
    """

    empty: Share
    quality: Share
    name: Share
    only_tags: Share
    only_prose: Share
    thinned: Share
    fewest: Share


@record
class EncoderPlan:
    """The fixed encoder.

    Attributes:
        whitening: 0 leaves the channels their spread in pixels, 1 makes it alike.
        patches: how many patches of 8x8 pixels are looked at.
    """

    whitening: Share
    patches: Count


@record
class Sizes:
    """Sizes of the four networks."""

    transformer: TransformerSize
    adapter: AdapterSize
    text_encoder: QwenSize
    vae: VaeSize


@record
class StagePlan:
    """A training: how long, in which batches, how fast.

    Attributes:
        epochs: passes over all figures.
        average: share of the old in the running average of the weights, which is what ships.
        products: what is multiplied in; weights stay fp32.
    """

    epochs: Count
    batch: Count
    average: Share
    products: Products
    optimizer: OptimizerSettings


@record
class DecoderPlan(StagePlan):
    """The decoder's: `crop` is the side of what it sees of a picture, in pixels."""

    crop: Side


@record
class DrawingPlan(StagePlan):
    """That of text encoder, adapter and transformer: `sigmas` says how noisy pictures are."""

    sigmas: SigmaSettings


@record
class SheetPlan:
    """The pictures that are drawn behind every epoch."""

    cfg: float
    steps: Count
    seeds: tuple[int, ...]
    prompts: Mapping[Label, str]


@record
class Recipe:
    """Everything that decides the weights.

    Attributes:
        context_rows: to how many rows a text is filled up with zeros.
        rope_scale: of positions in time, height and width.
    """

    name: Label
    seed: int
    context_rows: Count
    rope_scale: tuple[float, float, float]
    figures: FiguresPlan
    vocabulary: VocabularyPlan
    words: WordsPlan
    encoder: EncoderPlan
    sizes: Sizes
    decoder: DecoderPlan
    drawing: DrawingPlan
    sheet: SheetPlan


def load_recipe(path: Path = RECIPE, changed_by: Path | None = None) -> Recipe:
    """Read a recipe, and what another file changes in it.

    Raises:
        RecordError: one cannot be understood.
    """
    plain = load_yaml(path, path.name)
    if changed_by is not None:
        plain = _merged(plain, load_yaml(changed_by, changed_by.name))
    return parse(Recipe, plain, path.name if changed_by is None else changed_by.name)


def _merged(plain: Any, changes: Any) -> Any:  # noqa: ANN401 - any of YAML
    if not (isinstance(plain, dict) and isinstance(changes, dict)):
        return changes
    return {**plain, **{key: _merged(plain.get(key), value) for key, value in changes.items()}}
