"""What an extra brings is asked for by its name where it is missing, and never by a traceback."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from curate.errors import EXTRAS

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
# Distributions whose modules have other names.
MODULES = {
    "open-clip-torch": "open_clip",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
    "umap-learn": "umap",
}


def test_every_module_of_an_extra_is_known_with_all_its_extras() -> None:
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]
    found: dict[str, tuple[str, ...]] = {}
    for extra in (name for name in extras if name != "all"):
        for line in extras[extra]:
            name = Requirement(line).name
            module = MODULES.get(name, name)
            found[module] = (*found.get(module, ()), extra)
    assert found == EXTRAS


@pytest.mark.parametrize(
    ("tool", "arguments", "module", "ways"),
    [
        ("curate", ["calibrate", "."], "scipy", ["classify", "evaluate"]),
        ("train", ["doctor"], "torch", ["classify", "train"]),
        ("train", ["export", "one", "other"], "safetensors", ["classify", "tagger", "train"]),
        ("evaluate", ["init", "run"], "torch", ["classify", "train"]),
    ],
)
def test_a_missing_module_is_named_with_what_brings_it(
    tool: str, arguments: list[str], module: str, ways: list[str], tmp_path: Path
) -> None:
    # None in its place is what the import system takes for a module that is not there.
    blocked = f"import sys; sys.modules[{module!r}] = None; from {tool}.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", blocked, *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    brought = " or ".join(f"`pip install 'lora-curate[{way}]'`" for way in ways)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"error: {module} is not installed; {brought} brings it\n"
