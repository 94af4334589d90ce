"""What FiftyOne costs: rows of a Markdown table, ratios against its own way within one run.

Needs mongod; exits 1 where a ratio is over its limit.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from support.command import SCRIPT
from support.mongo import environment, needs_mongod

PROGRAM = """
import json, resource, sys, time, warnings
from curate.browse.connection import fiftyone
from curate.browse.fields import Label
from curate.browse.samples import Entry, upsert
number = int(sys.argv[1])
rows = [
    {"pose": Label(label="sit", source="declared"), "framing": Label(label="full", source="seen",
     confidence=.5), "caption": f"tk, 1girl, number {n}", "slot_general": ["a", "b", "c"],
     "file_width": 832, "file_height": 1216, "file_bytes": n, "placement_scale": 1.5,
     "findings": ["RES001"], "worst": "error"}
    for n in range(number)
]
def entries():
    return [Entry(path=f"{n}.png", filepath=f"/x/{n}.png", sha256=f"{n:064}", row=row)
            for n, row in enumerate(rows)]
told = {}
with fiftyone() as fo, warnings.catch_warnings(action="ignore"):
    ours = fo.Dataset("ours"); ours.media_type = "image"
    start = time.perf_counter(); upsert(fo, ours, entries(), {})
    told["cold"] = time.perf_counter() - start
    start = time.perf_counter(); upsert(fo, ours, entries(), {})
    told["warm"] = time.perf_counter() - start
    told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if sys.argv[2] == "both":
        theirs = fo.Dataset("theirs")
        start = time.perf_counter()
        theirs.add_samples([
            fo.Sample(filepath=f"/x/{n}.png", **{
                k: fo.Classification(label=v.label, confidence=v.confidence)
                if isinstance(v, Label) else v for k, v in row.items()})
            for n, row in enumerate(rows)
        ])
        told["theirs"] = time.perf_counter() - start
    told["found"] = len(ours)
print(json.dumps(told))
"""


def measure(home: Path, number: int, which: str) -> dict[str, float]:
    """Seconds and MiB of an upsert of `number` samples."""
    run = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, str(number), which],
        capture_output=True,
        text=True,
        check=True,
        env=environment(home),
        cwd="/",
    )
    told: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    assert told["found"] == number
    return told


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    options = parser.parse_args()
    needs_mongod()
    assert SCRIPT.exists()
    with tempfile.TemporaryDirectory() as name:
        small = measure(Path(name) / "small", options.samples, "both")
        large = measure(Path(name) / "large", options.large, "ours")
    n, big = options.samples, options.large
    rows = [
        (
            f"upsert of {n:,} / FiftyOne's `add_samples`",
            n / small["cold"],
            n / small["theirs"],
            1.0,
        ),
        (
            f"upsert of {n:,} that did not change / that are new",
            n / small["warm"],
            n / small["cold"],
            1.0,
        ),
        (f"upsert of {big:,} / of {n:,}, per sample", big / large["cold"], n / small["cold"], 2.0),
    ]
    print("| what | ours | other | ratio | limit |\n| --- | --- | --- | --- | --- |")
    for what, ours, other, limit in rows:
        print(f"| {what} | {ours:,.0f}/s | {other:,.0f}/s | {other / ours:.2f} | {limit:.2f} |")
    print(
        f"| peak memory at {big:,} | {large['memory']:.0f} MiB | 3072 MiB | "
        f"{large['memory'] / 3072:.2f} | 1.00 |"
    )
    return int(
        any(other / ours > limit for _, ours, other, limit in rows) or large["memory"] > 3072
    )


if __name__ == "__main__":
    sys.exit(main())
