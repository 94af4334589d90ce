"""Write what can be generated: the manuals, and the README's help, tree and rule table.

`--check` writes nothing and exits 1 where a file is out of date.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import yaml
from click.testing import CliRunner
from configuration import configuration_page, where_rules_are_set

from curate.cli import cli
from curate.manual import markdown_page, markdown_table
from evaluate.cli import cli as evaluate_cli
from evaluate.experiments.__main__ import RESULTS
from evaluate.experiments.calibration import ROWS, Tried, load_space
from evaluate.experiments.foretelling import powers as all_powers
from evaluate.experiments.outcomes import read_outcomes
from evaluate.experiments.told import evidence_page, told_by_code
from evaluate.journal import Journal
from evaluate.verdicts.manual import manual as verdict_manual
from rules.miniature import FILE as MINIATURE
from rules.miniature import miniature_evidence
from rules.registry import FAMILIES, all_rules
from train.cli import cli as train_cli

ROOT = Path(__file__).parents[2]
PACKAGES = ("rules", "curate", "train", "evaluate")
# As seen from docs/.
PLOTS = "../evaluate/experiments/results"
SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
OTHERS = {
    "tests/": "mirrors the packages; rules/cases holds one YAML file of cases a rule",
    "  tools/": "what tests share, and the programs behind `make docs`, `mutants` and `bench`",
    "datasets/": "data only: the sets that the demonstration lints",
    "docs/": "measurements and pictures",
}


def generated() -> Iterator[tuple[Path, str]]:
    """Files and what they should hold; later ones are made from earlier ones."""
    outcomes = read_outcomes(RESULTS)
    tried = list(Journal(RESULTS / ROWS, Tried).read())
    powers = all_powers(load_space(), tried) if tried else ()
    told = {code: list(some) for code, some in told_by_code(outcomes, powers).items()}
    yield MINIATURE, yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100)
    miniature_evidence.cache_clear()
    if outcomes or powers:
        yield ROOT / "docs" / "evidence.md", _page(evidence_page(outcomes, powers, PLOTS))
    yield ROOT / "rules" / "README.md", _manual()
    yield ROOT / "docs" / "configuration.md", configuration_page()
    yield ROOT / "docs" / "verdicts.md", verdict_manual()
    yield from _readme()


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _readme() -> Iterator[tuple[Path, str]]:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    sections = {
        "help": _help(),
        "run": _run(),
        "tree": _tree(),
        "rules": markdown_table(),
    }
    yield readme, SECTION.sub(lambda m: f"{m[1]}{sections[m[2]]}\n{m[3]}", text)


def _manual() -> str:
    lines = [
        "# The rules",
        "",
        "Every rule with what it does, why it matters, its options and its source. This page is",
        "made by `make docs` from the rules themselves; `curate explain CODE` prints the same.",
        "",
        where_rules_are_set(),
        "",
    ]
    for prefix, family in FAMILIES.items():
        rules = [rule for rule in all_rules() if rule.code.startswith(prefix)]
        if rules:
            lines += [f"## {prefix}: {_docstring(ROOT / 'rules' / family / '__init__.py')}", ""]
            lines += [markdown_page(rule) for rule in rules]
    return "\n".join(lines).rstrip() + "\n"


def _help() -> str:
    parts = [_told(cli, "curate"), _told(cli, "curate", "lint")]
    parts += [_told(train_cli, "train"), _told(evaluate_cli, "evaluate")]
    return "```text\n" + "\n\n".join(f"$ {_usage(part)}\n{part}" for part in parts) + "\n```"


def _told(tool: click.Group, *words: str) -> str:
    """What `--help` prints of a tool or of one of its commands."""
    told = CliRunner().invoke(
        tool, [*words[1:], "--help"], prog_name=words[0], terminal_width=80, max_content_width=80
    )
    return told.output.rstrip()


def _run() -> str:
    """What a lint of the shipped set says, cut to three rules."""
    command = ["lint", "datasets/keichan-v2", "--select", "RES001,CON006,PRV005"]
    with tempfile.TemporaryDirectory() as cache:
        shutil.copy(ROOT / "datasets" / "keichan-v2" / ".curate" / "facts.jsonl", cache)
        out = subprocess.run(
            [str(Path(sys.executable).parent / "curate"), *command, "--cache-dir", cache],
            cwd=ROOT,
            env={key: value for key, value in os.environ.items() if key != "CURATE_CLASSIFIER"},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    return f"```console\n$ curate {' '.join(command)}\n{out}```"


def _usage(text: str) -> str:
    words = text.splitlines()[0].removeprefix("Usage: ").split()
    return " ".join([*(word for word in words if word.islower()), "--help"])


def _tree() -> str:
    rows = [row for package in PACKAGES for row in _package(ROOT / package)]
    rows += list(OTHERS.items())
    width = max(len(name) for name, _ in rows)
    return "```text\n" + "\n".join(f"{name:<{width}}  {what}" for name, what in rows) + "\n```"


def _package(folder: Path) -> Iterator[tuple[str, str]]:
    yield f"{folder.name}/", _docstring(folder / "__init__.py")
    for path in sorted(folder.iterdir()):
        if path.suffix == ".py" and path.name != "__init__.py":
            yield f"  {path.name}", _docstring(path)
        elif (path / "__init__.py").exists():
            yield f"  {path.name}/", _docstring(path / "__init__.py")


def _docstring(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.split("\n\n")[0].replace("\n", " ").rstrip(".")


def main(*, check: bool) -> int:
    """Write the files, or say which are out of date."""
    stale = False
    for path, text in generated():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale = True
        sys.stdout.write(f"{path.relative_to(ROOT)} {'is out of date' if check else 'written'}\n")
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stdout.write("run `make docs`\n")
    return int(check and stale)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
