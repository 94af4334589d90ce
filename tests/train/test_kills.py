"""Kill -9 at any moment costs at most an epoch, and never a byte of the end."""

import os
import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[1] / "tools" / "kill_runs.py"


def test_a_run_that_was_killed_ends_in_the_same_bytes() -> None:
    ran = subprocess.run(
        [sys.executable, str(TOOL), "6", "1"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    assert "62 files and all losses are the same" in ran.stdout
