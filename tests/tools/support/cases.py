"""Rule cases: facts written by hand in YAML, and exactly what the rule says of them."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from curate.dataset import assemble
from curate.index import FoundPicture
from curate.labels import PictureLabels
from rules.engine import lint
from rules.evidence import AXES, preferred
from rules.model import Dataset, Evidence, FileFacts, Picture, Seen, Sidecar
from rules.plain_yaml import load_yaml
from rules.planned_run import PlannedRun
from rules.profiles import Claim
from rules.records import parse, record
from rules.report import Report
from rules.spec import Spec

FOLDER = Path(__file__).parents[2] / "rules" / "cases"
KEYS = frozenset("path size file sidecars caption sha256 times labelled seen".split())
# 180 epochs of 70 pictures by the recipe of anima-base-v1.0, with nothing to say against it.
FLAWLESS_RUN: Mapping[str, Any] = {
    "name": "flawless",
    "rank": 32,
    "alpha": 32.0,
    "lr": 2e-5,
    "epochs": 180,
    "exposures": 720,
    "shown": 280,
    "per_step": 4,
    "steps": 70,
    "stepped": 280,
    "base_file": "anima-base-v1.0.safetensors",
    "base_blocks": 28,
    "prompts": {"K": "tk", "N": "tk. She smiles."},
    "seeds": [1, 2],
}
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".webp": "WEBP", ".bmp": "BMP"}


@record
class Expected:
    """One finding: what is not named is not compared, except message, severity and paths."""

    message: str
    severity: str
    paths: tuple[str, ...]
    advice: str | None = None
    evidence: Mapping[str, Any] | None = None
    span: tuple[int, int] | None = None


@record
class Case:
    """One dataset in a few lines, and the verdict of one rule.

    Attributes:
        name: a sentence in the present tense.
        dataset: the content of dataset.yaml.
        options: thresholds of the rule.
        pictures: path, and what is known of it: `size`, `file` (facts beyond the defaults of a
            flawless picture; null for one that was not measured), `sidecars` (suffix -> text, or
            the fields of a Sidecar), `caption` (short for a .txt sidecar), `sha256`,
            `labelled` (axis -> label by a person), `seen` (axis -> label by a classifier, `posed?`
            where it abstains, `posed@0.9` for another probability than .97; or the number of a
            quantity such as `head_height`).
            `times: 20` repeats it, with `{n}` counting from 1 in path and caption.
        orphans: path -> text of captions without a picture.
        locked, known_tags, aliases, tested_on: as in Dataset.
        strong: claims beyond those of the base's profile.
        planned: what differs from FLAWLESS_RUN; null where no run is planned.
        findings: all that the rule says, in the report's order.
        fixed: caption file -> its text after all fixes of the findings.
        skipped: why the rule is skipped.
        abstained: how many pictures it could not judge.
    """

    name: str
    dataset: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[Mapping[str, Any], ...] = ()
    orphans: Mapping[str, str] = field(default_factory=dict)
    locked: Mapping[str, str] | None = None
    known_tags: Mapping[str, int] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    tested_on: int = 0
    strong: tuple[Claim, ...] = ()
    planned: Mapping[str, Any] | None = None
    findings: tuple[Expected, ...] = ()
    fixed: Mapping[str, str] | None = None
    skipped: str | None = None
    abstained: int = 0


def load_cases(code: str) -> tuple[Case, ...]:
    """The cases of one rule."""
    path = FOLDER / f"{code}.yaml"
    return parse(tuple[Case, ...], load_yaml(path), path.name)


def build(case: Case) -> Dataset:
    """The dataset of a case, through the same assembly as a real one."""
    entries = dict(_by_path(case))
    dataset = assemble(
        name="case",
        spec=parse(Spec, case.dataset, f"case `{case.name}`"),
        pictures=sorted(_pictures(case), key=lambda picture: picture.path),
        orphans=tuple(
            Sidecar(path=path, suffix=PurePosixPath(path).suffix, text=text)
            for path, text in case.orphans.items()
        ),
        locked=case.locked,
        known_tags=case.known_tags,
        aliases=case.aliases,
        labels={
            path: parse(PictureLabels, entry["labelled"], path)
            for path, entry in entries.items()
            if "labelled" in entry
        },
    )
    return replace(
        dataset,
        tested_on=case.tested_on,
        planned=None
        if case.planned is None
        else parse(PlannedRun, {**FLAWLESS_RUN, **case.planned}, f"case `{case.name}`"),
        base=replace(dataset.base, strong=(*dataset.base.strong, *case.strong)),
        pictures=tuple(
            _with_sight(picture, entries[picture.path]["seen"])
            if "seen" in entries[picture.path]
            else picture
            for picture in dataset.pictures
        ),
    )


def _with_sight(picture: Picture, told: Mapping[str, Any]) -> Picture:
    """The picture as a classifier saw it, whose word counts less than a person's."""
    seen = Seen(classifier="by hand", **{key: _sight(value) for key, value in told.items()})
    best: dict[str, Any] = {}
    for axis in AXES:
        known = getattr(picture, axis)
        labelled = known if known and known.source == "labelled" else None
        best[axis] = preferred(labelled, getattr(seen, axis), None if labelled else known)
    return replace(picture, seen=seen, **best)


def _sight(value: Any) -> Any:  # noqa: ANN401 - a label, a quantity or a box
    if not isinstance(value, str):
        return tuple(value) if isinstance(value, list) else value
    label, _, p = value.removesuffix("?").partition("@")
    return Evidence(label=label, source="seen", p=float(p or 0.97), abstained=value[-1] == "?")


def judge(code: str, case: Case) -> Report:
    """What the rule says of a case."""
    dataset = build(case)
    settings = replace(
        dataset.spec.lint, select=(code,), profile="strict", thresholds={code: case.options}
    )
    return lint(dataset, settings, tool="test", today=dt.date(2026, 1, 1))


def fixed_texts(case: Case, report: Report) -> dict[str, str]:
    """Caption file -> text after the fixes of all findings."""
    texts = {
        sidecar.path: sidecar.text or ""
        for picture in (*build(case).pictures,)
        for sidecar in picture.sidecars
    } | dict(case.orphans)
    fixes = [fix for finding in report.findings for fix in finding.fixes]
    return {fix.target or fix.path: fix.apply(texts[fix.path]) for fix in fixes}


def _by_path(case: Case) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in case.pictures:
        for n in range(1, int(entry.get("times", 1)) + 1):
            yield str(entry["path"]).replace("{n}", str(n)), entry


def _pictures(case: Case) -> Iterator[FoundPicture]:
    for entry in case.pictures:
        for n in range(1, int(entry.get("times", 1)) + 1):
            yield _picture(entry, n)


def _picture(entry: Mapping[str, Any], n: int) -> FoundPicture:
    unknown = set(entry) - KEYS
    assert not unknown, f"unknown keys in a case: {unknown}"
    path = str(entry["path"]).replace("{n}", str(n))
    stem = path.removesuffix(PurePosixPath(path).suffix)
    sidecars: dict[str, Any] = dict(entry.get("sidecars", {}))
    if "caption" in entry:
        sidecars[".txt"] = str(entry["caption"]).replace("{n}", str(n))
    return FoundPicture(
        path=path,
        sha256=entry.get("sha256", hashlib.sha256(path.encode()).hexdigest()),
        file=_facts(entry, path),
        sidecars=tuple(
            Sidecar(path=stem + suffix, suffix=suffix, text=said)
            if isinstance(said, str)
            else Sidecar(path=stem + suffix, suffix=suffix, **{"text": None, **said})
            for suffix, said in sidecars.items()
        ),
    )


def _facts(entry: Mapping[str, Any], path: str) -> FileFacts | None:
    if "file" in entry and entry["file"] is None:
        return None
    width, height = entry.get("size", (1024, 1024))
    flawless: dict[str, Any] = {
        "bytes": 100_000,
        "format": FORMATS.get(PurePosixPath(path).suffix, "PNG"),
        "width": width,
        "height": height,
        "mode": "RGB",
        "bits": 8,
        "alpha_share": 0.0,
        "pixels": hashlib.sha256(b"pixels" + path.encode()).hexdigest(),
        "phash": None,
    }
    return parse(FileFacts, {**flawless, **entry.get("file", {})}, path)
