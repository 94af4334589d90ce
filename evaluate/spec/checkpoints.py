"""LoRA files of a run, or named one by one, with what they say of themselves."""

from collections.abc import Mapping
from pathlib import Path

from curate.errors import UserError
from evaluate.spec.spec import EvalSpec
from rules.quoting import some_of
from rules.records import record
from train.checkpoints import EPOCH, STATE
from train.safetensors_files import read_header
from train.stamps import weights_digest


@record
class Lora:
    """A LoRA to evaluate.

    Attributes:
        label: as columns are headed.
        base: sha256 of the base that it was trained on, None where it does not say.
        manifest: sha256 of the approved set that it was trained on, None where it does not say.
        trigger: that it was trained with.
        blocks: of the base that it was trained on.
    """

    label: str
    file: str
    epoch: int
    sha256: str
    base: str | None = None
    manifest: str | None = None
    trigger: str | None = None
    blocks: int | None = None


def find_loras(spec: EvalSpec) -> tuple[Lora, ...]:
    """Every checkpoint of a spec, shallow first; none where the base alone is to be probed.

    Raises:
        UserError: one is missing or damaged, or two have one label.
    """
    files = dict(_of_run(spec)) if spec.run else {}
    if twice := sorted(files.keys() & spec.checkpoints.keys()):
        raise UserError(
            f"`checkpoints`: {some_of(twice)} is a label of the run's own; choose another"
        )
    files |= {label: (Path(one.file), one.epoch) for label, one in spec.checkpoints.items()}
    missing = [f"{label}: {path}" for label, (path, _) in files.items() if not path.is_file()]
    if missing:
        raise UserError(f"no such LoRA: {some_of(missing)}; train them, or take them out")
    found = [_read(label, path, epoch) for label, (path, epoch) in files.items()]
    return tuple(sorted(found, key=lambda lora: (lora.epoch, lora.label)))


def _of_run(spec: EvalSpec) -> Mapping[str, tuple[Path, int]]:
    run = Path(spec.run or "")
    there: dict[int, Path] = {}
    for folder in sorted(run.glob("epoch-*")):
        number = EPOCH.fullmatch(folder.name)
        files = [file for file in sorted(folder.glob("*.safetensors")) if file.name != STATE]
        if number and files:
            there[int(number[1])] = files[0]
    if not there:
        raise UserError(f"{run}: no LoRA of an epoch lies there; name the folder of a training run")
    wanted = spec.epochs or tuple(there)
    if absent := [str(epoch) for epoch in wanted if epoch not in there]:
        raise UserError(
            f"{run}: no LoRA of epoch {some_of(absent)}; there are {some_of(list(map(str, there)))}"
        )
    return {f"ep{epoch}": (there[epoch], epoch) for epoch in wanted}


def _read(label: str, path: Path, epoch: int) -> Lora:
    told = read_header(path).metadata
    blocks = told.get("lora_curate.blocks", "")
    return Lora(
        label=label,
        file=str(path),
        epoch=epoch,
        sha256=weights_digest(path),
        base=told.get("lora_curate.base_sha256") or told.get("ss_new_sd_model_hash") or None,
        manifest=told.get("lora_curate.manifest_sha256") or None,
        trigger=told.get("lora_curate.trigger") or None,
        blocks=int(blocks) if blocks.isdigit() else None,
    )
