"""`pip install .` alone: light, and a working linter."""

import shutil
import subprocess
import venv
from pathlib import Path

import pytest
from support.folders import dataset

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "fiftyone", "transformers", "open_clip", "diffusers", "scipy")
LIGHT_MEGABYTES = 200


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with nothing but the package and its base dependencies."""
    folder = tmp_path_factory.mktemp("light")
    # Building writes beside the sources, where another process of the tests may build as well.
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "datasets", "tests"))
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    constraints = str(ROOT / "constraints.txt")
    subprocess.run(
        [*pip, "--quiet", "--constraint", constraints, str(source)], check=True, capture_output=True
    )
    return folder / "bin"


def test_a_light_install_lints_and_gates(light: Path, tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, 1girl", "b": "tk, 1girl, blue_hair"})
    lint = [str(light / "curate"), "lint", str(folder)]
    first = subprocess.run(
        [*lint, "--fail-on", "warning"], capture_output=True, text=True, check=False
    )
    assert first.returncode == 1, first.stderr
    assert "TAG001 underscore-tag" in first.stdout
    gate = subprocess.run([*lint, "--no-measure"], capture_output=True, text=True, check=False)
    assert gate.returncode in {0, 1}, gate.stderr


def test_a_light_install_has_no_model_library_and_little_weight(light: Path) -> None:
    packages = next((light.parent / "lib").iterdir()) / "site-packages"
    assert not [name for name in HEAVY if (packages / name).exists()]
    weight = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file())
    print(f"light install: {weight / 2**20:.0f} MiB")
    assert weight < LIGHT_MEGABYTES * 2**20


def test_the_data_of_the_rules_is_installed(light: Path) -> None:
    program = (
        "from rules.finding_profiles import known_bases, known_trainers; "
        "from rules.vocabulary import load_vocabulary; load_vocabulary(); "
        "print(*known_bases(), *known_trainers())"
    )
    python = str(light / "python")
    out = subprocess.run(
        [python, "-c", program], capture_output=True, text=True, check=True, cwd="/"
    )
    assert {"anima-base-v1.0", "builtin", "sd-scripts"} <= set(out.stdout.split())
