"""`make demo` walks the whole loop by the commands that a person types, and says where it ends."""

import json
from pathlib import Path

import pytest
from PIL import Image
from support.folders import dataset
from support.miniature import named_folder
from support.runs import CAPTIONS, SPEC

from evaluate import demonstration


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small shipped set in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    root = dataset(tmp_path / "datasets" / "small", CAPTIONS, size=(128, 128))
    (root / "dataset.yaml").write_text(SPEC)
    monkeypatch.setattr(demonstration, "SHIPPED", Path("datasets/small"))
    reference = tmp_path / "reference.png"
    gold = Image.new("RGB", (96, 96), "#e6c040")
    gold.paste("#3a70e0", (0, 0, 96, 30))
    gold.save(reference)
    monkeypatch.setattr(demonstration, "REFERENCES", (reference,))
    monkeypatch.setattr(demonstration, "FOLDER", tmp_path / "bases")
    return tmp_path


def test_with_a_base_it_ends_at_what_the_lora_draws(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    named_folder(here / "bases" / "mini")
    text = demonstration.TRAIN_YAML.replace("base: mini", f"base: {here}/bases/mini")
    text = text.replace("epochs: 15", "epochs: 2").replace("every: 3", "every: 1")
    text = text.replace("seeds: [1, 2]", "seeds: [1]").replace("steps: 12", "steps: 1")
    # A rate at which so small a LoRA changes a picture within an epoch.
    text = text.replace("alpha: 16.0", "alpha: 64.0").replace("lr: 3.0e-3", "lr: 0.3, clip: 0.0")
    monkeypatch.setattr(demonstration, "TRAIN_YAML", text)
    narrowed = {
        **demonstration.NARROWED,
        "matrix": {**demonstration.NARROWED["matrix"], "formats": ["K", "N"], "seeds": [1, 2]},
        "probes": {**demonstration.NARROWED["probes"], "seeds": [1]},
    }
    monkeypatch.setattr(demonstration, "NARROWED", narrowed)
    demonstration.main()
    said = capfd.readouterr().out
    commands = [line.split()[1:3] for line in said.splitlines() if line.startswith("$ ")]
    assert [" ".join(words) for words in commands] == [
        "curate lint", "curate plan", "curate preview", "curate approve", "train plan",
        "train --approved-only", "evaluate init", "evaluate matrix", "evaluate matrix",
        "evaluate score", "evaluate verdicts", "evaluate report",
    ]  # fmt: skip
    assert "2 checkpoints x 2 formats x 1 scenes x 2 seeds" in said
    assert "Nothing was trained" not in said
    assert (here / "build/demo/runs/keichan-mini/samples-by-epoch.png").is_file()
    assert (here / "build/demo/small/manifest.json").is_file()
    drawn = here / "build/demo/evaluations/keichan-mini"
    found = json.loads((drawn / "verdicts.json").read_text())
    assert {one["code"] for one in found["verdicts"]} >= {"EVL002", "EVL005"}
    # Its judge knows colours alone: what it did not look for is not whole.
    assert "EVL008" in {one["code"] for one in found["skipped"]}
    assert "nothing is compared with training pictures" not in said
    assert (drawn / "report.html").is_file()
    assert not (here / "datasets/small/manifest.json").exists()


def test_without_one_it_says_so(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    demonstration.main()
    said = capfd.readouterr().out
    assert "Nothing was trained: the miniature base is not in train/bases/mini" in said
    assert not (here / "build/demo/runs").exists()
