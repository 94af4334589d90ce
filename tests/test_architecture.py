"""The shape of the project: what imports what, and what costs nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.folders import dataset

ROOT = Path(__file__).parent.parent
HEAVY = (
    "torch",
    "torchvision",
    "fiftyone",
    "open_clip",
    "transformers",
    "diffusers",
    "peft",
    "matplotlib",
    "scipy",
    "pandas",
    "numba",
    "onnxruntime",
    "safetensors",
)
# What a lint without anything to measure does without as well.
PICTURES = ("PIL", "numpy", "rich")

PROGRAM = """
import sys
try:
    {code}
except SystemExit as end:
    assert end.code in (0, 1, None), end.code
print("MODULES", *{{name.split(".")[0] for name in sys.modules}})
"""


def imported_by(code: str, *arguments: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running code."""
    program = PROGRAM.format(code=code)
    out = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    ).stdout
    return set(out[out.rindex("MODULES") :].split())


def test_no_package_is_named_datasets() -> None:
    program = "import importlib.util as u; assert u.find_spec('datasets') is None"
    subprocess.run([sys.executable, "-c", program], check=True, cwd="/")
    assert not list((ROOT / "datasets").rglob("*.py"))


def test_importing_the_rules_imports_nothing_heavy() -> None:
    assert not imported_by("import rules.engine; rules.engine.all_rules()") & {*HEAVY, *PICTURES}


@pytest.mark.parametrize("arguments", [["--help"], ["lint", "--help"], ["rules", "--help"]])
def test_help_costs_click_and_nothing_else(arguments: list[str]) -> None:
    loaded = imported_by("import curate.cli; curate.cli.main()", *arguments)
    assert not loaded & {*HEAVY, *PICTURES, "pydantic", "yaml"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["doctor", "--help"]])
def test_help_of_the_trainer_costs_click_and_nothing_else(arguments: list[str]) -> None:
    loaded = imported_by("import train.cli; train.cli.main()", *arguments)
    assert not loaded & {*HEAVY, *PICTURES, "accelerate", "pydantic", "yaml"}


@pytest.mark.parametrize("arguments", [["--help"], ["matrix", "--help"], ["gate", "--help"]])
def test_help_of_the_evaluator_costs_click_and_nothing_else(arguments: list[str]) -> None:
    loaded = imported_by("import evaluate.cli; evaluate.cli.main()", *arguments)
    assert not loaded & {*HEAVY, *PICTURES, "accelerate", "httpx", "pydantic", "sklearn", "yaml"}


def test_explaining_a_rule_imports_nothing_heavy() -> None:
    loaded = imported_by("import curate.cli; curate.cli.main()", "explain", "RES001")
    assert not loaded & {*HEAVY, *PICTURES}


def test_a_lint_on_known_facts_imports_no_model_and_no_picture_library(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, 1girl, smile", "b": "tk, 1girl, standing"})
    lint = ("import curate.cli; curate.cli.main()", "lint", str(folder))
    cold = imported_by(*lint)
    assert "PIL" in cold
    assert not cold & set(HEAVY)
    assert not imported_by(*lint, "--no-measure") & {*HEAVY, *PICTURES}


def test_generated_files_are_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "tests" / "tools" / "docs.py"), "--check"]
    run = subprocess.run(check, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
