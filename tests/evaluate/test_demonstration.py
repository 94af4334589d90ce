"""`make demo` walks the whole loop by the commands that a person types, and says where it ends."""

from pathlib import Path

import pytest
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
    monkeypatch.setattr(demonstration, "FOLDER", tmp_path / "bases")
    return tmp_path


def test_with_a_base_it_ends_at_what_the_lora_draws(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    named_folder(here / "bases" / "mini")
    text = demonstration.TRAIN_YAML.replace("base: mini", f"base: {here}/bases/mini")
    text = text.replace("epochs: 30", "epochs: 1").replace("every: 10", "every: 1")
    text = text.replace("seeds: [1, 2, 3]", "seeds: [1]").replace("steps: 12", "steps: 1")
    monkeypatch.setattr(demonstration, "TRAIN_YAML", text)
    demonstration.main()
    said = capfd.readouterr().out
    commands = [line.split()[1:3] for line in said.splitlines() if line.startswith("$ ")]
    assert [" ".join(words) for words in commands] == [
        "curate lint", "curate plan", "curate preview", "curate approve", "train plan",
        "train --approved-only",
    ]  # fmt: skip
    assert "Nothing was trained" not in said
    assert (here / "build/demo/runs/keichan-mini/samples-by-epoch.png").is_file()
    assert (here / "build/demo/small/manifest.json").is_file()
    assert not (here / "datasets/small/manifest.json").exists()


def test_without_one_it_says_so(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    demonstration.main()
    said = capfd.readouterr().out
    assert "Nothing was trained: this version ships no weights of the miniature base" in said
    assert not (here / "build/demo/runs").exists()
