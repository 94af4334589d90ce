"""`base: mini` stands for a folder's files and for what no tensor tells."""

import shutil
from pathlib import Path

import pytest
import yaml
from support.miniature import ROPE, ROWS, named_folder
from support.runs import train, write_run

from curate.errors import UserError
from train.config import load_config
from train.named_bases import FOLDER


def test_a_word_stands_for_all_files_of_a_base(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    by_paths = load_config(path)
    named_folder(tmp_path / "small")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "base": "small"}))
    config = load_config(path)
    assert config.base.transformer == str(tmp_path / "small" / "transformer.safetensors")
    assert config.base.qwen_tokenizer == str(tmp_path / "small" / "qwen")
    assert (config.base.context_rows, config.base.rope_scale) == (ROWS, ROPE)
    assert config.base.sha256 == by_paths.base.sha256


def test_a_base_that_nobody_knows_names_those_that_ship(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "base": "minni"}))
    with pytest.raises(UserError, match=r"`base`: minni is no folder with a base\.yaml; bases"):
        load_config(path)


def test_the_doctor_and_the_plan_take_a_named_base(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    shutil.move(named_folder(tmp_path / "made", blocks=3), tmp_path / "small")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "base": "small"}))
    plan = train("plan", "--config", str(path))
    assert "modules of 3 blocks" in plan.stdout, plan.stderr
    doctor = train("doctor", "--config", str(path))
    assert (doctor.returncode, "error" in doctor.stdout) == (0, False), doctor.stdout


def test_what_ships_is_small_and_says_what_it_is() -> None:
    for folder in FOLDER.glob("*/"):
        whole = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        assert whole <= 20 << 20
        assert {"README.md", "base.yaml"} <= {file.name for file in folder.iterdir()}
