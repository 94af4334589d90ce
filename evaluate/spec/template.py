"""`evaluate init`: an evaluate.yaml to begin with, from a training run and its dataset."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from curate.errors import UserError
from curate.session import open_dataset
from evaluate.spec.cells import LEAST_HEAD
from evaluate.spec.checkpoints import find_loras
from evaluate.spec.spec import SPEC, EvalSpec
from rules.model import Dataset
from rules.plain_yaml import as_scalar
from rules.records import to_plain, write_atomically
from train.config import SampleSettings, TrainConfig, load_config
from train.settings import SamplerSettings

MOST_EPOCHS = 5
ANGLES = {
    "low": ("from below", "elevation", "below"),
    "high": ("from above", "elevation", "above"),
    "side": ("from side", "view", "side"),
    "back": ("from behind", "view", "back"),
    "sitting": ("sitting", "pose", "sit"),
}


def init_spec(run: Path, config: Path, path: Path) -> tuple[str, ...]:
    """Write evaluate.yaml where nothing is.

    Args:
        run: folder of a training run.
        config: the train.yaml that it came from, which knows base and dataset.
        path: of the new file.

    Returns:
        What to tell.

    Raises:
        UserError: there is one already, or the configuration is of another run.
    """
    if os.path.lexists(path):
        raise UserError(f"{path}: is there already and stays as it is; edit it, or name another")
    settings = load_config(config)
    if settings.run_folder.resolve() != run.resolve():
        raise UserError(
            f"{config}: is of {settings.run_folder}, not of {run}; name its own with --config"
        )
    dataset = open_dataset(settings.dataset, look=None).dataset
    here = path.resolve().parent
    epochs = spread([lora.epoch for lora in find_loras(EvalSpec(name="x", run=str(run)))])
    text = "\n".join(_lines(settings, dataset, here, epochs)) + "\n"
    write_atomically(path, text.encode())
    wanted = "the turbo LoRA and your judges" if "\nturbo:" in text else "your judges"
    return (
        f"wrote {path}: {len(epochs)} checkpoints; name {wanted} in it",
        f"then `evaluate matrix --spec {path.name} --dry-run`" if path.name != SPEC
        else "then `evaluate matrix --dry-run`",
    )  # fmt: skip


def spread(epochs: list[int]) -> list[int]:
    """A few epochs over the whole range, the last one among them."""
    if len(epochs) <= MOST_EPOCHS:
        return epochs
    step = (len(epochs) - 1) / (MOST_EPOCHS - 1)
    return sorted({epochs[round(i * step)] for i in range(MOST_EPOCHS)})


def _lines(config: TrainConfig, dataset: Dataset, here: Path, epochs: list[int]) -> Iterator[str]:
    base = {
        "transformer": _from(here, config.base.transformer),
        "text_encoder": _from(here, config.base.text_encoder),
        "vae": _from(here, config.base.vae),
        "qwen_tokenizer": _maybe(here, config.base.qwen_tokenizer),
        "t5_tokenizer": _maybe(here, config.base.t5_tokenizer),
        "context_rows": config.base.context_rows,
        "rope_scale": list(config.base.rope_scale),
    }
    yield "# What is drawn and judged. Paths count from this file's folder."
    yield from _block({"name": config.name, "dataset": _from(here, config.dataset)})
    yield from _block({"run": _from(here, str(config.run_folder)), "epochs": epochs})
    yield from ("", "# The base that the LoRA was trained on.")
    yield from _block({"base": base})
    yield from _sampling(config)
    yield f"dtype: {config.dtype}"
    yield from [f"device: {config.device}"] if config.device != "auto" else []
    yield from ("", "# Three seeds decide nothing, five are the standard, angles take eight.")
    told = any(caption.sentences for _, caption in dataset.captioned)
    formats = ["K", *(["N"] if told else []), *(["KT"] if dataset.spec.subject.prose_only else [])]
    yield "matrix:"
    yield f"  formats: [{', '.join(formats)}]"
    yield "  scenes:  # composition alone: nothing that says what she looks like"
    yield "    portrait: upper body, looking at viewer, smile, open mouth"
    yield "    standing: full body, standing, front view"
    yield "  seeds: [42, 100, 200, 300, 400]"
    yield from _probes()
    yield from _attributes(dataset)
    yield from ("", "# Pictures of her that were never trained.")
    root = Path(config.dataset)
    shown = [_from(here, str(root / glob)) for glob in dataset.spec.held_out]
    yield from _block({"references": shown})
    yield from ("", "# Who judges; a vision model's key stands in the environment alone.")
    yield "judges:"
    yield "  - {kind: classifier}"
    yield "  # - {kind: vision, model: gpt-5.5, prices: [1.25, 10.0]}"
    yield "  # - {kind: command, command: [my-judge]}"
    yield "  # - {kind: people, answers: answers.json}"
    yield "budget: {}  # images, gpu_hours, cost"


def _sampling(config: TrainConfig) -> Iterator[str]:
    """The preset of Anima, unless the run's own samples were drawn in another way."""
    samples = config.samples
    if samples.drawing == SamplerSettings():
        yield "# The speed LoRA, in every cell; without one: `sampling: {preset: anima-base30}`."
        yield "turbo: {file: models/anima-turbo-lora-v0.2.safetensors, strength: 1.0}"
        return
    yield "# As the run's own samples were drawn."
    told = {"drawing": to_plain(samples.drawing), "width": samples.width, "height": samples.height}
    if samples.negative:
        told["negative"] = samples.negative
    yield from _block({"sampling": told})
    # As much of a face as 160 px show of it in pictures of the usual height.
    usual = SampleSettings().height
    if samples.height < usual:
        yield "# A head lower than this shows too little to judge attributes by, in pixels."
        yield f"least_head: {round(LEAST_HEAD * samples.height / usual)}"


def _probes() -> Iterator[str]:
    yield ""
    yield "# Questions beside the matrix, asked of the deepest checkpoint."
    yield "probes:"
    yield "  angles:"
    for name, (words, axis, label) in ANGLES.items():
        yield f"    {name}: {{words: {words}, axis: {axis}, label: {label}}}"
    yield "  weights: [1.0, 1.6]"
    yield "  strengths: [0.3, 0.5, 0.7, 0.85, 1.0]"
    yield "  tokens: [standing]"
    yield "  captions: 16  # drawn by the base: whether the set is what it draws anyway"
    yield "  neutral: full body, simple background"
    yield '  unrelated: ["1boy, city street, from side", "scenery, no humans, mountain"]'


def _attributes(dataset: Dataset) -> Iterator[str]:
    subject = dataset.spec.subject
    yield ""
    yield "# What is judged, 0 to 5 points or yes and no; `described` asks the base for it."
    yield "attributes:"
    yield "  identity: {asks: the same character as in the references, required: true}"
    yield "  face: {asks: 'shape of face, eyes and mouth as in the references', required: true}"
    for name in (*subject.absorb, *subject.prose_only):
        asks = as_scalar(f"{name} as in the references")
        yield f"  {as_scalar(name)}: {{asks: {asks}, described: {as_scalar(name)}, required: true}}"
    for name in subject.structure:
        if name not in subject.handed:
            yield f"  {as_scalar(name)}: {{asks: {as_scalar(name)}, described: {as_scalar(name)}}}"
    for name, side in subject.handed.items():
        asks = as_scalar(f"{name} on the viewer's {side}")
        yield f"  {as_scalar(name)}: {{asks: {asks}, kind: yes_no, required: true}}"


def _block(plain: Mapping[str, object]) -> Iterator[str]:
    yield from yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).rstrip().splitlines()


def _from(here: Path, path: str) -> str:
    return os.path.relpath(path, here)


def _maybe(here: Path, name: str) -> str:
    """A folder from here, or the name on the hub as it is."""
    return _from(here, name) if Path(name).is_absolute() else name
