"""`make demo`: the whole loop on the shipped set, each step by the command that a person types.

Lint, plan, approve in spite of what was found, train on the miniature base, draw and judge what
the checkpoints make of it, and where to look. It works on a copy below `build/demo`, which it makes
anew; the shipped set stays as it is.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from curate.library import lint
from rules.plain_yaml import load_yaml
from rules.records import write_atomically
from rules.violation import Severity
from train.named_bases import BASE, FOLDER

SHIPPED = Path("datasets/keichan-v2")
# Pictures of her that this set does not train.
REFERENCES = (
    Path("datasets/keichan-v3/bust/0001.png"),
    Path("datasets/keichan-v3/bust/0003.png"),
)
WORK = Path("build/demo")
NAME = "keichan-mini"
REASON = "the demonstration trains it in spite of them, to show what comes of it"
SHEET = "samples-by-epoch.png"
# A minute of training on two cores.
TRAIN_YAML = """\
name: {name}
dataset: {dataset}
base: mini
resolution: 128
adapter: {{rank: 16, alpha: 16.0}}
optimizer: {{lr: 3.0e-3}}
epochs: 15
repeats: 1
batch: 4
accumulation: 1
remainder: kept
dtype: bf16
device: cpu
save_every: 3
samples:
  every: 3
  seeds: [1, 2]
  width: 112
  height: 160
  drawing: {{sampler: er_sde, steps: 12, cfg: 2.5}}
  prompts:
    bust: masterpiece, best quality, safe, 1girl, keichan, upper body, looking at viewer, smile
    cowboy: masterpiece, best quality, safe, 1girl, keichan, cowboy shot, looking at viewer
    body: masterpiece, best quality, safe, 1girl, keichan, full body, looking at viewer
    low: masterpiece, best quality, safe, 1girl, keichan, full body, from below, looking at viewer
"""
# What `evaluate init` writes, narrowed to some two hundred pictures: two minutes on two cores.
NARROWED: Mapping[str, Any] = {
    "matrix": {
        "formats": ["K", "N", "KT"],
        "scenes": {"portrait": "upper body, looking at viewer, smile"},
        "seeds": [42, 100, 200, 300, 400],
    },
    "probes": {
        "angles": {
            "low": {"words": "from below", "axis": "elevation", "label": "below"},
            "back": {"words": "from behind", "axis": "view", "label": "back"},
        },
        "weights": [1.0],
        "neutral": "full body, simple background",
    },
    "attributes": {
        "hair": {"asks": "blonde hair as in the references", "required": True},
        "eyes and ribbon": {"asks": "blue eyes, a blue ribbon", "required": True},
    },
    "judges": [
        {"kind": "classifier"},
        {"kind": "command", "command": [sys.executable, "-m", "evaluate.colour_eye"]},
    ],
}


def main() -> None:
    """Show the loop; ends with the exit code of the first command that fails."""
    began = time.monotonic()
    copy = WORK / SHIPPED.name
    if WORK.exists():
        shutil.rmtree(WORK)
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("report.json", "*.html"))
    _run("what is wrong with this set", "curate", "lint", str(copy), "--fail-on", "never")
    _run("which pictures would mend it", "curate", "plan", str(copy))
    _run("what a trainer is fed, picture by picture", "curate", "preview", str(copy))
    errors = [f for f in lint(copy).findings if f.severity is Severity.ERROR]
    codes = sorted({finding.code for finding in errors})
    overrides = [word for code in codes for word in ("--override", code)]
    reason = ["--reason", REASON] if codes else []
    approve = ("curate", "approve", str(copy), *overrides, *reason)
    _run("approve it all the same, by name and with a reason", *approve)
    trained = (FOLDER / "mini" / BASE).is_file()
    if trained:
        _train()
        _evaluate()
    _where_to_look(copy, trained=trained, seconds=time.monotonic() - began)


def _train() -> None:
    config = WORK / "train.yaml"
    text = TRAIN_YAML.format(name=NAME, dataset=SHIPPED.name)
    write_atomically(config, text.encode())
    named = ("--approved-only", "--config", str(config))
    _run("what the training will take", "train", "plan", *named)
    _run("train what was approved, on the miniature base", "train", *named)


def _evaluate() -> None:
    spec = WORK / "evaluate.yaml"
    named = ("--spec", str(spec))
    run = str(WORK / "runs" / NAME)
    config = ("--config", str(WORK / "train.yaml"))
    _run("an evaluation of its checkpoints", "evaluate", "init", run, *config, *named)
    narrow(spec)
    _say(f"(narrowed {spec}: one scene, two angles, a judge that knows colours alone)")
    _run("what it comes to", "evaluate", "matrix", "--dry-run", *named)
    _run("draw checkpoint x format x scene x seed", "evaluate", "matrix", *named)
    _run("have every picture judged", "evaluate", "score", *named)
    _run("what these seeds can bear", "evaluate", "verdicts", *named)
    _run("tables, contact sheets, one page", "evaluate", "report", *named)


def narrow(spec: Path) -> None:
    """Ask less of an evaluate.yaml, as much as two cores draw while somebody waits."""
    written: Any = load_yaml(spec)
    references = [os.path.relpath(path.resolve(), spec.parent.resolve()) for path in REFERENCES]
    plain = {**written, **NARROWED, "references": references}
    write_atomically(spec, yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).encode())


def _run(why: str, *words: str) -> None:
    """Show a command as it is typed, and run it."""
    _say(f"\n## {why}\n$ {shlex.join(words)}")
    program = Path(sys.executable).with_name(words[0])
    done = subprocess.run([str(program), *words[1:]], check=False)  # noqa: S603 - our own commands
    if done.returncode:
        _say(f"`{words[0]}` ended with {done.returncode}")
        sys.exit(done.returncode)


def _where_to_look(copy: Path, *, trained: bool, seconds: float) -> None:
    looks: Sequence[tuple[str, str]] = [
        (f"open {copy}/.curate/preview.html", "what a trainer is fed, picture by picture"),
        ("curate explain COV001", "the manual page of a rule"),
        ("curate init YOUR_FOLDER", "begin with pictures of your own"),
    ]
    if trained:
        looks = [
            (f"open {WORK}/evaluations/{NAME}/report.html", "verdicts, curves and every picture"),
            (f"open {WORK}/runs/{NAME}/{SHEET}", "what the LoRA draws, epoch by epoch"),
            *looks,
        ]
    _say(f"\n## where to look next ({seconds:.0f} s so far)")
    for command, what in looks:
        _say(f"  {command:58} {what}")
    if not trained:
        _say(
            "\nNothing was trained: the miniature base is not in train/bases/mini. `make mini` "
            "makes\nit, in hours on two cores or minutes on a GPU; the loop then goes on."
        )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
