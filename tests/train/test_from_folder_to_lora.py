"""The shipped set, approved, doctored, planned and trained on a miniature base."""

import json
import shutil
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file
from support.command import curate
from support.miniature import ROWS
from support.runs import SAMPLES, train, write_run

from curate.manifest import read_manifest
from train.anima import loading
from train.anima.names import to_diffusers
from train.anima.velocity import velocity
from train.config import load_config
from train.lora_files import read_lora
from train.metrics import read_metrics
from train.untyped import Untyped, library

CPU = torch.device("cpu")
F32 = torch.float32
SHIPPED = Path(__file__).parents[2] / "datasets" / "keichan-v2"


def approve_in_spite_of_all(folder: Path) -> None:
    """Accept every error, as the account did that this set is drawn from."""
    found = json.loads(curate("lint", str(folder), "--format", "json").out)["findings"]
    codes = sorted({finding["code"] for finding in found if finding["severity"] == "error"})
    assert "RES001" in codes
    accepted = [word for code in codes for word in ("--override", code)]
    assert curate("approve", str(folder), *accepted, "--reason", "as it was").code == 0


def test_the_shipped_set_becomes_a_lora_that_diffusers_loads(tmp_path: Path) -> None:
    folder = tmp_path / "keichan-v2"
    shutil.copytree(SHIPPED, folder)
    approve_in_spite_of_all(folder)
    path = write_run(
        tmp_path, dataset="keichan-v2", resolution=128, epochs=3, repeats=1, accumulation=4,
        samples=SAMPLES,
    )  # fmt: skip
    common = ("--approved-only", "--config", str(path))
    doctor = train("doctor", *common)
    assert (doctor.returncode, "error" in doctor.stdout) == (0, False), doctor.stdout
    plan = train("plan", *common)
    assert "70 shown / (1 x 4) = 17 an epoch, x 3 = 51" in plan.stdout
    ran = train("--approved-only", "--config", str(path))
    assert ran.returncode == 0, ran.stderr

    config = load_config(path)
    assert len(read_metrics(config.run_folder)) == 51
    lora = config.run_folder / "epoch-0003" / "tiny-0003.safetensors"
    assert len(read_manifest(folder).pictures) == 70
    assert len(read_lora(lora).metadata["lora_curate.manifest_sha256"]) == 64
    with Image.open(config.run_folder / "samples-by-epoch.png") as sheet:
        assert sheet.width > 4 * 64
    bare, ours, theirs = (
        loading.load_transformer(Path(config.base.transformer), dtype=F32, device=CPU)
        for _ in range(3)
    )
    mixin = library("diffusers.loaders").AnimaLoraLoaderMixin
    theirs.load_lora_adapter(mixin.lora_state_dict(load_file(lora)), prefix="transformer")
    assert sum("lora_A" in name for name, _ in theirs.named_parameters()) == 20
    for name, pair in read_lora(lora).modules.items():
        ours.get_submodule(to_diffusers(name)).weight += pair.up.float() @ pair.down.float()
    torch.testing.assert_close(answer(theirs), answer(ours), atol=1e-5, rtol=0.0)
    assert (answer(ours) - answer(bare)).abs().max() > 1e-3


def answer(model: Untyped) -> torch.Tensor:
    """A network's velocity of given noise under given rows."""
    given = torch.Generator().manual_seed(0)
    noisy, rows = (torch.randn(s, generator=given) for s in ((1, 16, 8, 8), (1, ROWS, 32)))
    with torch.no_grad():
        return velocity(model, noisy, torch.tensor([0.5]), rows)
