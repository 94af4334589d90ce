"""Ours and two peers on the same folders in one run: what is found, at which cost.

Prints two Markdown tables. A peer finds a planted fault where any of its findings about captions
names the fault's file, or its tag; a false alarm is such a finding on a file with which nothing is
wrong.
"""

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from bench import make_captions
from support import planted
from support.planted import Planted

BIN = Path(sys.executable).parent
PEERS = ("lora-audit", "caption-audit")
SIZES = (1_000, 10_000, 100_000)
SECONDS = 180
# Findings of lora-audit about single files that small pictures alone would bring up.
ABOUT_PICTURES = {"W007"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU seconds and peak memory; None where it took longer than it may."""

    cpu: float
    megabytes: float


def run(command: list[str]) -> Cost | None:
    """Run a command to its end, or for as long as it may take."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu = usage.ru_utime + usage.ru_stime
            return Cost(cpu=cpu, megabytes=usage.ru_maxrss / 1024)
        if time.monotonic() - start > SECONDS:
            process.kill()
            process.wait()
            return None
        time.sleep(0.02)


def command_of(name: str, folder: Path, out: Path) -> list[str]:
    """How each tool judges a folder, as JSON."""
    if name == "lora-audit":
        page = str(out.with_suffix(".html"))
        return [str(BIN / name), "scan", str(folder), "-q", "--json", str(out), "-o", page]
    if name == "caption-audit":
        spec = folder / "dataset.yaml"
        told = yaml.safe_load(spec.read_text()) if spec.exists() else {}
        trigger = told.get("subject", {}).get("trigger", "keichan")
        return [str(BIN / name), str(folder), "--trigger", trigger, "--class-word", "1girl",
                "--format", "json", "--out", str(out)]  # fmt: skip
    return [str(BIN / "curate"), "lint", str(folder), "--fail-on", "never", "--format",
            f"json={out}", "--format", f"text={out.with_suffix('.txt')}"]  # fmt: skip


def stems_of(name: str, out: Path) -> Counter[str]:
    """Files that a tool's findings about captions name, without their suffixes."""
    told = json.loads(out.read_text())
    named: Iterator[str]
    if name == "lora-audit":
        named = (
            item
            for finding in told["findings"]
            if finding["id"] not in ABOUT_PICTURES
            for item in finding["items"]
        )
    else:
        named = _named_by_caption_audit(told)
    return Counter({Path(item).stem if "." in item else item for item in named})


def _named_by_caption_audit(told: Mapping[str, object]) -> Iterator[str]:
    """Its lists that name captions with which something is wrong."""
    pairing, trigger = told["pairing"], told["trigger"]
    assert isinstance(pairing, dict)
    assert isinstance(trigger, dict)
    for key in ("images_without_caption", "captions_without_image", "empty_captions"):
        yield from (str(e[0] if isinstance(e, list) else e) for e in pairing[key])
    yield from (str(entry[0]) for entry in pairing["encoding_problems"])
    yield from map(str, trigger["missing_files"])
    for variant in trigger["variants"]:
        yield from map(str, variant["files"])
    for word in trigger["class_word_coverage"]:
        yield from map(str, word["missing_files"])
    redundancy, distribution = told["redundancy"], told["distribution"]
    assert isinstance(redundancy, dict)
    assert isinstance(distribution, dict)
    for pair in redundancy["near"]:
        yield from (str(pair["a"]), str(pair["b"]))
    yield from (str(outlier["file"]) for outlier in distribution["outliers"])
    terms = told["df"]
    assert isinstance(terms, dict)
    yield from (f"tag {row['term']}" for row in terms["flagged"])


def judged_by_us(made: Planted, scratch: Path) -> tuple[dict[str, int], int]:
    """Found faults by kind, and findings that nobody planted."""
    out = scratch / "ours.json"
    select = "CAP,TAG,TRG,CON004,DUP001,DUP003,DUP005"
    subprocess.run(
        [*command_of("curate", made.folder, out), "--select", select],
        check=True,
        capture_output=True,
    )
    said: Counter[tuple[str, str]] = Counter()
    for finding in json.loads(out.read_text())["findings"]:
        told = finding["evidence"]
        named = finding["code"] in {"TAG010", "TAG011", "TAG012"}
        about = told.get("tag") or told.get("phrase") if named else None
        tags = finding["evidence"].get("tags") if finding["code"] == "CON004" else None
        about = ", ".join(map(str, tags)) if isinstance(tags, list) else about
        said[finding["code"], str(about or " ".join(finding["paths"]))] += 1
    found = {kind: sum(key in said for key in keys) for kind, keys in made.faults.items()}
    return found, sum((said - made.expected).values())


def findings_table(scratch: Path) -> Iterator[str]:
    """Kind by kind: how many of how many planted faults each tool finds."""
    yield "| planted fault | n | ours | lora-audit | caption-audit |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    false = Counter[str]()
    totals = Counter[str]()
    for plant in planted.FOLDERS.values():
        made: Planted = plant(scratch)
        ours, alarms = judged_by_us(made, scratch)
        false["ours"] += alarms
        spoilt = {Path(p).stem for keys in made.expected for p in keys[1].split(" ") if "." in p}
        named: dict[str, Counter[str]] = {}
        for name in PEERS:
            out = scratch / f"{name}.json"
            out.unlink(missing_ok=True)
            run(command_of(name, made.folder, out))
            named[name] = stems_of(name, out) if out.exists() else Counter()
            files = {stem for stem in named[name] if not stem.startswith("tag ")}
            false[name] += len(files - spoilt)
        for kind, keys in made.faults.items():
            counts = {
                name: sum(_is_named(key[1], stems) for key in keys) for name, stems in named.items()
            }
            totals.update({"n": len(keys), "ours": ours[kind], **counts})
            cells = " | ".join(str(counts[name]) for name in PEERS)
            yield f"| {kind} | {len(keys)} | {ours[kind]} | {cells} |"
    names = ("n", "ours", *PEERS)
    yield f"| **all** | {' | '.join(f'**{totals[name]}**' for name in names)} |"
    yield f"| false alarms | | {' | '.join(str(false[name]) for name in names[1:])} |"


def _is_named(about: str, named: Counter[str]) -> bool:
    """Whether a tool names the files of a fault, or its tags."""
    if "." in about:
        return any(Path(path).stem in named for path in about.split(" "))
    return all(f"tag {tag}" in named for tag in about.split(", "))


def costs_table(scratch: Path, sizes: tuple[int, ...]) -> Iterator[str]:
    """Size by size: CPU seconds and peak memory."""
    yield "| captions | ours | lora-audit | caption-audit |"
    yield "| ---: | ---: | ---: | ---: |"
    for size in sizes:
        folder = make_captions(scratch / f"{size}", size, seen=False)
        run(command_of("curate", folder, scratch / "warm.json"))
        cells = []
        for name in ("curate", *PEERS):
            cost = run(command_of(name, folder, scratch / f"{name}-{size}.json"))
            told = f"{cost.cpu:.1f} s, {cost.megabytes:.0f} MiB" if cost else f"over {SECONDS} s"
            cells.append(told)
        yield f"| {size:,} | {' | '.join(cells)} |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captions", type=int, default=SIZES[-1], help="of the largest set")
    options = parser.parse_args()
    versions = (f"{name} {importlib.metadata.version(name)}" for name in ("lora-curate", *PEERS))
    print(", ".join(versions), end="\n\n")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for line in findings_table(scratch):
            print(line, flush=True)
        print()
        for line in costs_table(scratch, tuple(s for s in SIZES if s <= options.captions)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
