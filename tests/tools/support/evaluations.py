"""An evaluation on a miniature base: checkpoints of random LoRAs, a dataset, an evaluate.yaml."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
import yaml

from evaluate.cli import main
from evaluate.spec.cells import Cell
from rules.records import parse
from support.folders import dataset
from support.miniature import ROPE, ROWS, write_base
from train.lora_files import Lora, Pair, write_lora

SPEC = (
    "subject: {trigger: keichan, prose_only: [blue ribbon]}\n"
    "caption: {prefix: [safe]}\nresolution: 128\n"
)
CAPTIONS = {
    "a": "safe, 1girl, keichan, smile, standing. She is looking at the viewer.",
    "b": "safe, 1girl, keichan, blue ribbon, sitting",
}
PROGRAM = "from evaluate.cli import main; main()"


def random_lora(
    path: Path, seed: int, scale: float = 0.6, told: Mapping[str, str] | None = None
) -> Path:
    """A LoRA of the miniature base that changes a picture plainly; at scale 0 not at all."""
    dice = torch.Generator().manual_seed(seed)
    modules = {}
    for block in range(2):
        for name in ("self_attn.q_proj", "self_attn.v_proj", "cross_attn.v_proj"):
            inner = 32 if name == "cross_attn.v_proj" else 64
            down = torch.randn(4, inner, generator=dice)
            up = torch.randn(64, 4, generator=dice) * scale
            modules[f"blocks.{block}.{name}"] = Pair(down, up)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_lora(path, Lora(modules, {}), extra=told)
    return path


def write_evaluation(folder: Path, *, turbo: bool = True, **settings: Any) -> Path:  # noqa: ANN401 - any of YAML
    """Write all of an evaluation, and tell where its evaluate.yaml lies."""
    if not (folder / "base").exists():
        write_base(folder / "base")
    root = dataset(folder / "set", CAPTIONS, size=(128, 128))
    (root / "dataset.yaml").write_text(SPEC)
    for epoch in (20, 40):
        random_lora(folder / f"run/epoch-{epoch:04}/tiny-{epoch:04}.safetensors", epoch)
    random_lora(folder / "turbo.safetensors", 7)
    spec: dict[str, Any] = {
        "name": "tiny",
        "dataset": "set",
        "run": "run",
        "base": {
            "transformer": "base/transformer.safetensors",
            "text_encoder": "base/text_encoder.safetensors",
            "vae": "base/vae.safetensors",
            "qwen_tokenizer": "base/qwen",
            "t5_tokenizer": "base/t5",
            "context_rows": ROWS,
            "rope_scale": list(ROPE),
        },
        "sampling": {"drawing": {"steps": 2}, "width": 64, "height": 64},
        "matrix": {"formats": ["K", "N"], "scenes": {"portrait": "smile"}, "seeds": [1, 2]},
        "attributes": {"identity": {"asks": "her"}},
        "dtype": "fp32",
        "device": "cpu",
    }
    if turbo:
        spec["turbo"] = {"file": "turbo.safetensors"}
    spec.update(settings)
    path = folder / "evaluate.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


def evaluate(
    *arguments: str, seconds: int = 180, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `evaluate` in a process of its own, on one thread."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1", **(env or {})},
    )


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


def evaluate_here(*arguments: str) -> Ran:
    """Run it in this process: quick, for everything is imported."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["evaluate", *arguments]),
        patch.object(sys, "stdout", out),
        patch.object(sys, "stderr", err),
    ):
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def answer_file(
    folder: Path, value: Callable[[Cell], dict[str, float | str | None]], who: str = "eye"
) -> None:
    """Answers for every cell of the plan below a folder: what `value` says of the cell."""
    plan = json.loads((folder / "evaluations" / "tiny" / "plan.json").read_text())
    answers: dict[tuple[str, str], dict[str, Any]] = {}
    for planned in plan["cells"]:
        for name, said in value(parse(Cell, planned["cell"], "plan")).items():
            field = "label" if isinstance(said, str) else "value"
            answers[planned["key"], name] = {
                "key": planned["key"], "attribute": name, field: said,
            }  # fmt: skip
    told = {"version": 1, "who": who, "answers": list(answers.values())}
    (folder / "answers.json").write_text(json.dumps(told))
