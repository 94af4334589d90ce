"""From a dataset to a report, one command each, killed twice on the way: nothing lost or twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml
from PIL import Image
from support.evaluations import PROGRAM, evaluate
from support.runs import train, write_run

JUDGE = """
import json, sys
from PIL import Image
asked = json.load(sys.stdin)
with Image.open(asked["image"]) as image:
    mean = sum(image.convert("L").tobytes()) / (image.width * image.height)
ids = asked["schema"]["properties"]["attributes"]["items"]["properties"]["id"]["enum"]
one = {"evidence": f"mean {mean:.0f}", "visible": True, "score": int(mean) % 6}
print(json.dumps({"attributes": [{"id": name, **one} for name in ids]}))
"""
PICTURES = 5 * 2 * 3 + 2 * 3
# A busy machine needs long for the imports of every command.
SECONDS = 600


def matrix(folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "matrix"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def killed_after(folder: Path, pictures: int) -> None:
    """Start, and kill -9 as soon as there are so many pictures."""
    process = matrix(folder)
    cells = folder / "evaluations/tiny/cells.jsonl"
    end = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < end:
        if cells.exists() and cells.read_bytes().count(b"\n") >= pictures:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return
        time.sleep(0.01)
    process.kill()
    process.wait()
    raise AssertionError("it ended before it was killed")


def test_a_set_becomes_a_report_although_it_is_killed_twice(tmp_path: Path) -> None:
    # A rate at which so small a LoRA changes a picture within an epoch.
    write_run(
        tmp_path, epochs=5, optimizer={"lr": 0.3, "clip": 0.0}, adapter={"rank": 4, "alpha": 64.0}
    )
    done = train("run", "--config", str(tmp_path / "train.yaml"), seconds=SECONDS)
    assert done.returncode == 0, done.stderr
    done = evaluate("init", "runs/tiny", cwd=tmp_path, seconds=SECONDS)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "evaluate.yaml"
    spec = yaml.safe_load(path.read_text())
    del spec["turbo"], spec["probes"]
    (tmp_path / "judge.py").write_text(JUDGE)
    Image.new("RGB", (64, 64), "#224488").save(tmp_path / "reference.png")
    spec |= {
        "sampling": {"drawing": {"steps": 2}, "width": 64, "height": 64},
        "matrix": {"formats": ["K", "N"], "scenes": {"portrait": "smile"}, "seeds": [1, 2, 3]},
        "references": ["reference.png"],
        "judges": [{"kind": "command", "command": [sys.executable, str(tmp_path / "judge.py")]}],
        "device": "cpu",
    }
    path.write_text(yaml.safe_dump(spec))
    folder = tmp_path / "evaluations/tiny"
    killed_after(tmp_path, 5)
    first = {file: file.read_bytes() for file in folder.rglob("*.png")}
    times = {file: file.stat().st_mtime_ns for file in first}
    killed_after(tmp_path, 18)
    done = evaluate("matrix", cwd=tmp_path, seconds=SECONDS)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (folder / "cells.jsonl").read_text().splitlines()]
    keys = [row["key"] for row in rows]
    assert len(keys) == len(set(keys)) == PICTURES
    assert len(list(folder.rglob("images/*/*.png"))) == PICTURES
    assert not list(folder.rglob(".curate.*"))
    for file, content in first.items():
        assert file.read_bytes() == content
        assert file.stat().st_mtime_ns == times[file]
    for command in ("score", "verdicts", "report"):
        done = evaluate(command, cwd=tmp_path, seconds=SECONDS)
        assert done.returncode == 0, done.stderr
    assert (folder / "report.html").stat().st_size > 20_000
    told = json.loads((folder / "verdicts.json").read_text())
    assert {one["code"] for one in told["verdicts"]} >= {"EVL001", "EVL002", "EVL005"}
