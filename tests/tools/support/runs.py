"""A small dataset, a miniature base and a train.yaml, and `train` as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from support.folders import dataset
from support.miniature import ROPE, ROWS, write_base
from train.stamps import file_digest

SPEC = "subject: {trigger: keichan}\ncaption: {prefix: [safe]}\nresolution: 128\n"
CAPTIONS = {
    "a": "safe, keichan, smile, standing. She is looking at the viewer.",
    "b": "safe, keichan, blue ribbon, sitting",
    "c": "safe, keichan, full body, walking",
}
SAMPLES = {"every": 1, "seeds": [1, 2], "width": 64, "height": 64, "drawing": {"steps": 2}}
PROGRAM = "from train.cli import main; main()"


def write_run(folder: Path, **settings: Any) -> Path:  # noqa: ANN401 - any of YAML
    """Write all of a run, and tell where its train.yaml lies.

    Args:
        folder: for dataset, base and train.yaml.
        settings: of train.yaml, in place of those here.
    """
    root = dataset(folder / "set", CAPTIONS, size=(128, 128))
    (root / "dataset.yaml").write_text(SPEC)
    if not (folder / "base").exists():
        write_base(folder / "base")
    config: dict[str, Any] = {
        "name": "tiny",
        "dataset": "set",
        "base": {
            "transformer": "base/transformer.safetensors",
            "text_encoder": "base/text_encoder.safetensors",
            "vae": "base/vae.safetensors",
            "qwen_tokenizer": "base/qwen",
            "t5_tokenizer": "base/t5",
            "context_rows": ROWS,
            "rope_scale": list(ROPE),
            "sha256": file_digest(folder / "base" / "transformer.safetensors"),
        },
        "adapter": {"rank": 4, "alpha": 4.0},
        "optimizer": {"lr": 1e-3},
        "epochs": 2,
        "repeats": 2,
        "accumulation": 2,
        "dtype": "fp32",
        "device": "cpu",
        "samples": {"every": 0},
    }
    config.update(settings)
    path = folder / "train.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def train(*arguments: str, seconds: int = 600) -> subprocess.CompletedProcess[str]:
    """Run `train` in a process of its own, on one thread."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
