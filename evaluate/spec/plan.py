"""The plan: every cell with the hash of everything that decides its picture; frozen once made."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from curate.errors import UserError
from evaluate.spec.asked_cells import asked_cells
from evaluate.spec.cells import Cell
from evaluate.spec.checkpoints import Lora
from evaluate.spec.prompts import Wording, has_lora
from evaluate.spec.spec import EvalSpec
from rules.records import parse_json, record, to_plain, write_atomically
from train.anima.loading import qwen_file
from train.settings import SamplerSettings
from train.stamps import file_digest, key_of, weights_digest

PLAN = "plan.json"
VERSION = 1
# Of how a picture comes from its recipe; another one draws everything anew.
ENGINE = "lora-curate/1"


@record
class Recipe:
    """Everything that decides a picture, by content.

    Attributes:
        loras: hash and strength, in the order in which they are added; the speed LoRA is one.
    """

    engine: str = ENGINE
    base: str
    vae: str
    text_encoder: str
    loras: tuple[tuple[str, float], ...]
    prompt: str
    negative: str
    seed: int
    width: int
    height: int
    drawing: SamplerSettings
    dtype: str
    noise: str = "cpu"

    @property
    def key(self) -> str:
        """Name of the picture."""
        return key_of(to_plain(self))


@record
class Planned:
    """A cell and the key of its picture."""

    cell: Cell
    key: str


@record
class Plan:
    """What a run draws.

    Attributes:
        settings: whatever decides pictures, to say what changed since.
        loras: that are evaluated.
        extra_seeds: that were added where a verdict was open: (checkpoint label, seed).
        hash: of all of it.
    """

    version: int = VERSION
    name: str
    settings: Mapping[str, Any]
    loras: tuple[Lora, ...]
    cells: tuple[Planned, ...]
    extra_seeds: tuple[tuple[str, int], ...] = ()
    hash: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Every picture once, in the order in which cells ask for it."""
        return tuple(dict.fromkeys(planned.key for planned in self.cells))


@record
class Digests:
    """Hashes of the files that pictures come from."""

    base: str
    vae: str
    text_encoder: str
    turbo: tuple[str, float] | None


def digests_of(spec: EvalSpec) -> Digests:
    """Hash the base and the speed LoRA; raises UserError where one cannot be read."""
    if spec.base is None:
        raise UserError("evaluate.yaml: name the `base`, as train.yaml does, to draw pictures")
    turbo = (weights_digest(Path(spec.turbo.file)), spec.turbo.strength) if spec.turbo else None
    return Digests(
        base=weights_digest(Path(spec.base.transformer)),
        vae=weights_digest(Path(spec.base.vae)),
        text_encoder=weights_digest(qwen_file(Path(spec.base.text_encoder))),
        turbo=turbo,
    )


def make_plan(
    spec: EvalSpec,
    digests: Digests,
    loras: Iterable[Lora],
    wording: Wording,
    extra: Iterable[tuple[str, int]] = (),
) -> Plan:
    """Every cell that a spec asks for, in the order of drawing: seeds innermost, base first."""
    every, added = tuple(loras), tuple(extra)
    by_label = {lora.label: lora for lora in every}
    cells = dict.fromkeys(asked_cells(spec, every, wording, added))
    planned = tuple(
        Planned(cell=cell, key=recipe_of(spec, digests, cell, by_label).key) for cell in cells
    )
    ordered = tuple(sorted(planned, key=lambda one: _order(one.cell)))
    settings = _settings(spec, digests, every, wording)
    stamp = key_of(VERSION, settings, added, [one.key for one in ordered])
    return Plan(
        name=spec.name, settings=settings, loras=every, cells=ordered, extra_seeds=added, hash=stamp
    )


def recipe_of(spec: EvalSpec, digests: Digests, cell: Cell, loras: Mapping[str, Lora]) -> Recipe:
    """What decides the picture of a cell. A LoRA of strength 0 is none."""
    added: list[tuple[str, float]] = [digests.turbo] if digests.turbo else []
    if has_lora(cell.arm) and cell.checkpoint is not None and cell.strength != 0.0:
        added.append((loras[cell.checkpoint].sha256, cell.strength))
    return Recipe(
        base=digests.base,
        vae=digests.vae,
        text_encoder=digests.text_encoder,
        loras=tuple(added),
        prompt=cell.prompt,
        negative=spec.sampling.negative if spec.sampling.settings.cfg != 1.0 else "",
        seed=cell.seed,
        width=spec.sampling.width,
        height=spec.sampling.height,
        drawing=spec.sampling.settings,
        dtype=spec.dtype,
    )


def _order(cell: Cell) -> tuple[int, str, float]:
    return (cell.epoch if cell.epoch is not None else -1, cell.checkpoint or "", cell.strength)


def _settings(
    spec: EvalSpec, digests: Digests, loras: tuple[Lora, ...], wording: Wording
) -> Mapping[str, Any]:
    # By way of JSON, so that what was read back compares equal.
    plain: Mapping[str, Any] = json.loads(json.dumps({
        "engine": ENGINE,
        "digests": to_plain(digests),
        "base": _reading(spec),
        "loras": {lora.label: [lora.sha256, lora.epoch] for lora in loras},
        "sampling": {**to_plain(spec.sampling), "drawing": to_plain(spec.sampling.settings)},
        "matrix": to_plain(spec.matrix),
        "probes": to_plain(spec.probes),
        "described": {name: one.described for name, one in spec.attributes.items()},
        "dtype": spec.dtype,
        "wording": key_of(to_plain(wording)) if not wording.captions else key_of(
            wording.prefix, wording.count, wording.trigger, wording.assist, wording.bare,
            [(sorted(tags), told) for tags, told in wording.captions],
        ),
    }))  # fmt: skip
    return plain


def _reading(spec: EvalSpec) -> Mapping[str, Any]:
    """What decides, beside the weights, how a base reads prompts and places."""
    if spec.base is None:
        return {}
    return {
        "qwen_tokenizer": _tokenizer(spec.base.qwen_tokenizer),
        "t5_tokenizer": _tokenizer(spec.base.t5_tokenizer),
        "context_rows": spec.base.context_rows,
        "rope_scale": spec.base.rope_scale,
    }


def _tokenizer(name: str) -> str:
    """A folder's content, wherever it lies; a name on the hub as it is."""
    folder = Path(name)
    if not folder.is_dir():
        return name
    return key_of([file_digest(file) for file in sorted(folder.iterdir()) if file.is_file()])


def write_plan(folder: Path, plan: Plan) -> None:
    """Freeze a plan; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(to_plain(plan), ensure_ascii=False, indent=1)
    write_atomically(folder / PLAN, f"{text}\n".encode())


def read_plan(folder: Path) -> Plan | None:
    """The frozen plan of a run; None where there is none. Raises RecordError."""
    path = folder / PLAN
    return parse_json(Plan, path.read_bytes(), str(path)) if path.exists() else None


def check_frozen(old: Plan, new: Plan, folder: Path) -> None:
    """Hold a plan against the one that a run began with.

    Raises:
        UserError: naming every setting that differs.
    """
    before, after = _flat(old.settings), _flat(new.settings)
    changed = [
        f"{key}: {before.get(key)} -> {after.get(key)}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]
    if changed:
        raise UserError(
            f"{folder / PLAN}: frozen with other settings ({'; '.join(changed)}); choose another "
            f"`name`, or undo the change"
        )


def _flat(plain: object, stem: str = "") -> dict[str, object]:
    if not isinstance(plain, dict):
        return {stem.rstrip("."): plain}
    return {k: v for key, value in plain.items() for k, v in _flat(value, f"{stem}{key}.").items()}
