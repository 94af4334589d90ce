"""`base:` and `trainer:` name a profile that ships, or a file beside dataset.yaml."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from support.folders import dataset

from curate.cli import cli
from curate.session import open_dataset
from rules import profiles
from rules.records import RecordError

SHIPPED = Path(profiles.__file__).parent
BLIND = {"CURATE_CLASSIFIER": "none"}
PREFIX = "prefix: masterpiece, best quality, safe\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set whose base and trainer are the user's own."""
    captions = {f"{n:02}": f"tk, 1girl, tag {n}" for n in range(8)}
    root = dataset(tmp_path / "set", captions, size=(256, 256))
    base = (SHIPPED / "bases" / "anima-base-v1.0.yaml").read_text()
    assert PREFIX in base
    mine = base.replace(PREFIX, "prefix: absurdres\n").replace("anima-base-v1.0", "mine")
    (root / "my-base.yaml").write_text(mine)
    trainer = (SHIPPED / "trainers" / "sd-scripts.yaml").read_text()
    (root / "my-trainer.yaml").write_text(trainer.replace("id: sd-scripts", "id: my-trainer"))
    (root / "dataset.yaml").write_text(
        "subject: {trigger: tk}\nbase: my-base.yaml\ntrainer: {profile: my-trainer.yaml, batch: 3}"
    )
    return root


def test_a_profile_beside_dataset_yaml_counts(folder: Path) -> None:
    found = open_dataset(str(folder), look=None).dataset
    assert found.base.id == "mine"
    assert found.base.captions.prefix == ("absurdres",)
    assert (found.trainer.id, found.trainer.batch) == ("my-trainer", 3)


def test_a_plan_is_made_by_the_same_profiles(folder: Path) -> None:
    planned = CliRunner().invoke(cli, ["plan", str(folder)], env=BLIND)
    assert planned.exit_code == 0, planned.output
    assert "COV015" in planned.output


@pytest.mark.parametrize(
    "named", ["../outside.yaml", "linked.yaml", "missing.yaml", "sub/../../outside.yaml"]
)
def test_a_file_elsewhere_is_not_read(folder: Path, named: str) -> None:
    (folder.parent / "outside.yaml").write_text("secret: 1")
    (folder / "linked.yaml").symlink_to(folder.parent / "outside.yaml")
    (folder / "sub").mkdir()
    (folder / "dataset.yaml").write_text(f"base: {named}")
    with pytest.raises(RecordError) as refused:
        open_dataset(str(folder), look=None)
    [fault] = refused.value.faults
    assert fault == (
        f"no base profile `{named}`; a file is looked for in the dataset's folder, and nowhere else"
    )


def test_faults_of_a_profile_name_its_file(folder: Path) -> None:
    (folder / "my-base.yaml").write_text("id: mine\nfamliy: anima")
    with pytest.raises(RecordError, match=r"my-base\.yaml: "):
        open_dataset(str(folder), look=None)


def test_a_name_that_is_nearly_right_is_told(folder: Path) -> None:
    (folder / "dataset.yaml").write_text("base: wai-animal")
    with pytest.raises(RecordError, match="did you mean `wai-anima`"):
        open_dataset(str(folder), look=None)
    (folder / "dataset.yaml").write_text("base: xyz")
    with pytest.raises(RecordError, match=r"and files in the dataset's folder \(`my-own.yaml`\)"):
        open_dataset(str(folder), look=None)
