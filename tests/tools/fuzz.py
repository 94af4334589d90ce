"""Fuzz what reads files of strangers, guided by coverage: `fuzz.py TARGET -max_total_time=1800`.

Needs atheris, which is not among the project's packages: `pip install atheris`. Arguments behind
the target go to libFuzzer. What it finds belongs among the seeds in support/fuzzing.py.
"""

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

with atheris.instrument_imports(include=["curate", "rules", "yaml"]):
    from support.fuzzing import TARGETS, holds


def main() -> None:
    """Fuzz one target, beginning with its seeds."""
    target, *options = sys.argv[1:]
    _, seeds = TARGETS[target]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / f"{number}").write_bytes(seed)
        atheris.Setup(
            [sys.argv[0], *options, "-max_len=4096", "-timeout=20", folder],
            lambda raw: holds(target, raw),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
