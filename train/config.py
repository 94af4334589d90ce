"""train.yaml: one run, its defaults the recipe of the account that this project grew from."""

import shlex
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from curate.errors import UserError
from rules.plain_yaml import load_yaml
from rules.records import parse, record
from rules.spec import SlotName
from train.named_bases import with_named_base
from train.settings import AdapterSettings, Number, Part, Positive, SamplerSettings

CONFIG = "train.yaml"
Rate = Annotated[Number, Field(ge=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
# Labels become names of files.
Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$")]
# What torch's generators take, the next one too.
Seed = Annotated[int, Field(ge=0, lt=2**63 - 1)]


@record
class BaseFiles:
    """The published files of a base, as they are.

    Attributes:
        transformer: with the adapter in it.
        text_encoder: a file, or a folder of the hub's layout.
        vae: a file.
        qwen_tokenizer: a folder, or a name on the hub.
        t5_tokenizer: the same.
        context_rows: to how many rows a text is filled up with zeros.
        rope_scale: of positions in time, height and width.
        sha256: of the transformer's file, where another one is meant than dataset.yaml's `base`.
    """

    transformer: str
    text_encoder: str
    vae: str
    qwen_tokenizer: str = "Qwen/Qwen3-0.6B-Base"
    t5_tokenizer: str = "google/t5-v1_1-xxl"
    context_rows: Count = 512
    rope_scale: tuple[Number, Number, Number] = (1.0, 4.0, 4.0)
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


@record
class OptimizerSettings:
    """AdamW, or Muon for matrices beside it.

    Attributes:
        name: `adamw8bit` needs bitsandbytes.
        matrix_rate: the rate of matrices that Muon moves, as a multiple of `lr`.
        lr: learning rate after the warm-up.
        betas: shares of the running means, of gradients and of their squares, that a step keeps.
        weight_decay: share of each number, times its rate, that a step takes away.
        eps: added to what gradients are divided by.
        schedule: what becomes of it then; `cosine` ends at 0.
        warmup: steps from 0 to `lr`.
        clip: longest gradient; 0 for any.
    """

    name: Literal["adamw", "adamw8bit", "muon"] = "adamw"
    lr: Rate = 2e-5
    matrix_rate: Positive = 4.0
    betas: tuple[Part, Part] = (0.9, 0.99)
    weight_decay: Rate = 0.01
    eps: Positive = 1e-8
    schedule: Literal["constant", "cosine"] = "constant"
    warmup: Annotated[int, Field(ge=0)] = 0
    clip: Rate = 1.0


@record
class SigmaSettings:
    """How noisy the training pictures are: a sigmoid of normal numbers, then a shift.

    Attributes:
        mean: of the normal numbers.
        scale: their deviation.
        shift: towards noise; 1 for none, as the base's author trains.
    """

    mean: Number = 0.0
    scale: Rate = 1.0
    shift: Positive = 1.0


@record
class CaptionSettings:
    """What happens to captions on their way.

    Attributes:
        dropout: share of the draws that see the empty text.
        shuffle: slots whose neighbouring tags change places; triggers and sentences stay.
        variants: how many orders are made of a caption.
    """

    dropout: Share = 0.0
    shuffle: tuple[
        Literal["quality", "count", "series", "artist", "structure", "general"], ...
    ] = ()
    variants: Count = 4

    @property
    def slots(self) -> tuple[SlotName, ...]:
        """The same as slots."""
        return self.shuffle


@record
class SampleSettings:
    """Pictures drawn along the way.

    Attributes:
        every: epochs between two sheets; 0 for none.
        prompts: label -> prompt; without any, K (the trigger alone) and N (with sentences).
        negative: prompt that guidance moves away from.
        seeds: one picture each.
        width: in pixels.
        height: in pixels.
        drawing: sampler, steps, cfg, shift.
    """

    every: Annotated[int, Field(ge=0)] = 1
    prompts: dict[Label, str] = field(default_factory=dict)
    negative: str = ""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (1, 2)
    width: Annotated[int, Field(ge=16, multiple_of=16)] = 832
    height: Annotated[int, Field(ge=16, multiple_of=16)] = 1216
    drawing: SamplerSettings = field(default_factory=SamplerSettings)


@record
class TrainConfig:
    """The whole of train.yaml; paths count from its folder.

    Attributes:
        name: of the run, and of its files.
        dataset: folder of the pictures, with dataset.yaml and manifest.json in it.
        base: its files; or a word, `mini` for the base that ships, else a folder with base.yaml.
        output: folder of all runs.
        cache: folder of latents and encoded texts, shared by runs.
        resolution: side of a square in pixels; null for what dataset.yaml says.
        adapter: size and place of the LoRA.
        optimizer: how far each step moves it.
        sigmas: how noisy the training pictures are.
        captions: what happens to captions on their way.
        samples: pictures drawn along the way.
        epochs: how often the whole set is shown.
        repeats: how often an epoch shows a picture, times the number of its folder's name.
        batch: pictures at once, each process's own.
        accumulation: batches per step.
        steps: of the whole run, as you expect them; RUN003 says where it comes to others.
        remainder: whether batches that fill no step are dropped, or make a smaller step.
        seed: of every draw: order, noise, captions, the LoRA's first numbers.
        dtype: of the base's weights, and of what is multiplied.
        device: where it computes; `auto` takes a GPU where there is one.
        checkpointing: whether blocks are computed anew on the way back; less memory, more time.
        compile: whether every block of the transformer is compiled.
        flip: whether every draw tosses for a mirrored picture.
        background: colour beneath transparent pictures.
        save_every: epochs between two LoRA files.
        keep_states: how many states stay for resuming; LoRA files stay all.
        on_checkpoint: command that is run with the new file's path as its last word.
        compared_with: train.yaml of the run that this one shall be held against (RUN008).
        swap_blocks: blocks of the transformer whose weights wait in the computer's memory until
            they are used; needs `checkpointing`.
        price_per_hour: of the machine, in any currency; plans and runs then tell what they cost.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    dataset: str
    base: BaseFiles
    output: str = "runs"
    cache: str = "runs/.cache"
    resolution: Annotated[int, Field(ge=64, le=8192)] | None = None
    adapter: AdapterSettings = field(default_factory=AdapterSettings)
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    sigmas: SigmaSettings = field(default_factory=SigmaSettings)
    captions: CaptionSettings = field(default_factory=CaptionSettings)
    samples: SampleSettings = field(default_factory=SampleSettings)
    epochs: Count = 180
    repeats: Count = 4
    batch: Count = 1
    accumulation: Count = 4
    steps: Count | None = None
    remainder: Literal["dropped", "kept"] = "dropped"
    seed: int = 42
    dtype: Literal["bf16", "fp32"] = "bf16"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    checkpointing: bool = False
    compile: bool = False
    swap_blocks: Annotated[int, Field(ge=0)] = 0
    flip: bool = False
    background: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#ffffff"
    save_every: Count = 1
    keep_states: Count = 2
    on_checkpoint: str | None = None
    compared_with: str | None = None
    price_per_hour: Rate | None = None

    @property
    def run_folder(self) -> Path:
        """Where everything of this run lies."""
        return Path(self.output) / self.name


def load_config(path: Path) -> TrainConfig:
    """Read a configuration, its paths made absolute.

    Raises:
        UserError: there is none, or two of its settings exclude each other.
        RecordError: it cannot be understood.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file; `train init` writes one, --config names another")
    config = parse(TrainConfig, with_named_base(load_yaml(path), path), str(path))
    if config.swap_blocks and (config.compile or not config.checkpointing):
        raise UserError(
            f"{path}: `swap_blocks` needs `checkpointing: true` and `compile: false`: without them "
            f"what a block keeps for its way back would keep its weights, too"
        )
    if config.on_checkpoint is not None:
        _check_command(path, config.on_checkpoint)
    here = path.resolve().parent
    files = config.base
    return replace(
        config,
        dataset=str(here / config.dataset),
        output=str(here / config.output),
        cache=str(here / config.cache),
        compared_with=str(here / config.compared_with) if config.compared_with else None,
        base=replace(
            files,
            transformer=str(here / files.transformer),
            text_encoder=str(here / files.text_encoder),
            vae=str(here / files.vae),
            qwen_tokenizer=_local(here, files.qwen_tokenizer),
            t5_tokenizer=_local(here, files.t5_tokenizer),
        ),
    )


def _check_command(path: Path, command: str) -> None:
    try:
        words = shlex.split(command)
    except ValueError as error:
        said = f"{str(error).lower()} in {command}; close it, or escape it with a backslash"
        raise UserError(f"{path}: `on_checkpoint`: {said}") from error
    if not words:
        raise UserError(f"{path}: `on_checkpoint`: is empty; name a command, or leave it out")


def _local(here: Path, name: str) -> str:
    """A folder's path, or the name on the hub as it is."""
    return str(here / name) if (here / name).is_dir() else name
