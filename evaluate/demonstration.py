"""`make demo`: the whole loop on the shipped set, each step by the command that a person types.

Lint, plan, approve in spite of what was found, train on the miniature base, and where to look. It
works on a copy below `build/demo`; the shipped set stays as it is.
"""

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from curate.library import lint
from rules.records import write_atomically
from rules.violation import Severity
from train.named_bases import BASE, FOLDER

SHIPPED = Path("datasets/keichan-v2")
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
optimizer: {{lr: 1.0e-3}}
epochs: 30
repeats: 1
batch: 4
accumulation: 1
remainder: kept
dtype: fp32
device: cpu
save_every: 10
samples:
  every: 10
  seeds: [1, 2, 3]
  width: 112
  height: 160
  drawing: {{sampler: er_sde, steps: 12, cfg: 2.5}}
  prompts:
    bust: masterpiece, best quality, safe, 1girl, keichan, upper body
    body: masterpiece, best quality, safe, 1girl, keichan, full body
    standing: masterpiece, best quality, safe, 1girl, keichan, full body, standing
    low: masterpiece, best quality, safe, 1girl, keichan, full body, from below
"""


def main() -> None:
    """Show the loop; ends with the exit code of the first command that fails."""
    began = time.monotonic()
    copy = WORK / SHIPPED.name
    if copy.exists():
        shutil.rmtree(copy)
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
    _where_to_look(copy, trained=trained, seconds=time.monotonic() - began)


def _train() -> None:
    config = WORK / "train.yaml"
    text = TRAIN_YAML.format(name=NAME, dataset=SHIPPED.name)
    write_atomically(config, text.encode())
    named = ("--approved-only", "--config", str(config))
    _run("what the training will take", "train", "plan", *named)
    _run("train what was approved, on the miniature base", "train", *named)


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
            (f"open {WORK}/runs/{NAME}/{SHEET}", "what the LoRA draws, epoch by epoch"),
            *looks,
        ]
    _say(f"\n## where to look next ({seconds:.0f} s so far)")
    for command, what in looks:
        _say(f"  {command:58} {what}")
    if not trained:
        _say(
            "\nNothing was trained: this version ships no weights of the miniature base. `make "
            "mini`\nmakes them, in hours on two cores or minutes on a GPU; the loop then goes on."
        )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
