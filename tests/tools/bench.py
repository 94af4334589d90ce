"""Speed and memory, as CPU seconds of whole processes and ratios within one run.

Prints a Markdown table; exits 1 where a ratio is over its limit. Absolute seconds depend on the
machine, ratios hardly do.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

BIN = Path(sys.executable).parent
CURATE = [str(BIN / "curate")]
PICTURES = 200
# A dataset.yaml of pictures that nobody looks at.
UNSEEN = "classifier: none\n"
# The checks that lora-audit 0.1.0 has too: missing, empty, repeated and orphaned captions,
# triggers, small pictures, set size, content against suffix.
SHARED_CHECKS = "CAP001,CAP002,CAP003,DUP005,TRG001,TRG003,RES001,COV015,IMG002"
DECODE_LOOP = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from PIL import Image
def decode(path):
    with Image.open(path) as image:
        image.load()
with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    list(pool.map(decode, sorted(Path(sys.argv[1]).glob("*.png"))))
"""
TAGS = [
    f"{adjective} {noun}"
    for adjective in "red blue long short open closed white black striped plain".split()
    for noun in "skirt dress hair eyes jacket sky ribbon boots gloves hat shirt coat".split()
]
SENTENCES = [
    f"{who} {does} {where}."
    for who in ("She", "The girl", "A young woman")
    for does in ("stands", "walks slowly", "sits and reads", "looks back")
    for where in ("near a window", "under a tree in the park", "on a quiet street at dusk")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds and peak memory of one run."""

    cpu: float
    wall: float
    megabytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison: what was measured against what, and the largest ratio allowed."""

    what: str
    ours: str
    other: str
    ratio: float
    limit: float


def run(command: list[str]) -> Cost:
    """Run a command to its end; its output is thrown away."""
    import time  # noqa: PLC0415 - beside its use

    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in {0, 1}, f"{command}: exit {process.returncode}"
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=time.perf_counter() - start,
        megabytes=usage.ru_maxrss / 1024,
    )


def median(command: list[str], times: int, before: Callable[[], None] | None = None) -> Cost:
    """Medians over several runs, after one that warms the caches."""
    costs = []
    for number in range(times + 1):
        if before:
            before()
        cost = run(command)
        costs += [cost] if number else []
    return Cost(
        cpu=statistics.median(c.cpu for c in costs),
        wall=statistics.median(c.wall for c in costs),
        megabytes=max(c.megabytes for c in costs),
    )


def make_captions(folder: Path, number: int, *, seen: bool) -> Path:
    """A dataset of small pictures with captions as people write them."""
    folder.mkdir()
    if not seen:
        (folder / "dataset.yaml").write_text(UNSEEN)
    source = random.Random(number)  # noqa: S311 - no secret
    for n in range(number):
        image = Image.frombytes("RGB", (16, 16), source.randbytes(16 * 16 * 3))
        image.save(folder / f"{n:06}.png", compress_level=1)
        tags = ", ".join(source.sample(TAGS, 12))
        prose = " ".join(source.sample(SENTENCES, 2))
        caption = f"masterpiece, best quality, safe, 1girl, keichan, {tags}, number {n}. {prose}"
        (folder / f"{n:06}.txt").write_text(caption)
    return folder


def make_pictures(folder: Path, number: int) -> Path:
    """Pictures of 832x1216 with detail everywhere, as drawings have."""
    folder.mkdir()
    source = random.Random(1)  # noqa: S311 - no secret
    for n in range(number):
        coarse = Image.frombytes("RGB", (104, 152), source.randbytes(104 * 152 * 3))
        coarse.resize((832, 1216), Image.Resampling.BICUBIC).save(folder / f"{n:03}.png")
    return folder


def compare(what: str, ours: Cost, other: Cost, limit: float) -> Row:
    """A row of CPU seconds."""
    return Row(
        what=what,
        ours=f"{ours.cpu:.2f} s, {ours.megabytes:.0f} MiB",
        other=f"{other.cpu:.2f} s",
        ratio=ours.cpu / other.cpu,
        limit=limit,
    )


def bench_help(times: int) -> list[Row]:
    """`--help` costs what importing click costs."""
    click = median([sys.executable, "-c", "import click"], times)
    return [
        compare("`curate --help` / `import click`", median([*CURATE, "--help"], times), click, 2)
    ]


def bench_captions(scratch: Path, times: int, large: int, *, seen: bool) -> list[Row]:
    """A warm lint is linear, and no slower than the peer that is, which looks at no picture."""
    small_folder = make_captions(scratch / "small", large // 10, seen=seen)
    large_folder = make_captions(scratch / "large", large, seen=seen)
    lint = [*CURATE, "lint"]
    small = median([*lint, str(small_folder)], times)
    big = median([*lint, str(large_folder)], max(1, times - 2))
    shared = median([*lint, str(small_folder), "--select", SHARED_CHECKS], times)
    peer = median(
        [str(BIN / "lora-audit"), "scan", str(small_folder), "--json", str(scratch / "peer.json")],
        times,
    )
    size = f"{large:,}"
    return [
        compare(f"warm lint of {size} / of a tenth", big, small, 12),
        Row(
            what=f"peak memory at {size}",
            ours=f"{big.megabytes:.0f} MiB",
            other="1536 MiB",
            ratio=big.megabytes / 1536,
            limit=1,
        ),
        compare("shared checks / lora-audit, a tenth", shared, peer, 1.5),
        compare("all rules / lora-audit, a tenth", small, peer, 4),
    ]


def bench_index(scratch: Path, times: int) -> list[Row]:
    """A cold index decodes as fast as a plain loop over the same files on the same cores."""
    folder = make_pictures(scratch / "pictures", PICTURES)
    # Looking at pictures has a bench of its own.
    (folder / "dataset.yaml").write_text(UNSEEN)
    cache = scratch / "cache"

    def forget() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    index = [*CURATE, "index", str(folder), "--cache-dir", str(cache)]
    cold = median(index, times, before=forget)
    threads = str((os.cpu_count() or 1) + 1)
    loop = median([sys.executable, "-c", DECODE_LOOP, str(folder), threads], times)
    return [
        Row(
            what=f"cold index / plain Pillow decode, {PICTURES} pictures of 832x1216",
            ours=f"{PICTURES / cold.cpu:.1f} pictures per CPU second",
            other=f"{PICTURES / loop.cpu:.1f}",
            ratio=cold.cpu / loop.cpu,
            limit=1 / 0.8,
        )
    ]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="counted runs")
    parser.add_argument("--captions", type=int, default=100_000, help="of the large set")
    parser.add_argument(
        "--seen", action="store_true", help="first let the embedded model see them all: 10 minutes"
    )
    options = parser.parse_args()
    print("| what | ours | other | ratio | limit |\n| --- | --- | --- | --- | --- |")
    late = False
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for measured in (
            partial(bench_help, options.times),
            partial(bench_captions, scratch, options.times, options.captions, seen=options.seen),
            partial(bench_index, scratch, options.times),
        ):
            for row in measured():
                line = f"{row.what} | {row.ours} | {row.other} | {row.ratio:.2f} | {row.limit:.2f}"
                # At once: what follows takes minutes, and may fail.
                print(f"| {line} |", flush=True)
                late |= row.ratio > row.limit
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
