"""What reads files of strangers, as functions of bytes that may raise nothing but known errors."""

import contextlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from curate.approvals import load_approvals
from curate.baseline import Baseline, KnownSet, load_baseline, save_baseline
from curate.captions import SlotTable
from curate.errors import UserError
from curate.feeding import choose_sidecar, feed_caption
from curate.fix.journal import last_journal, place_of
from curate.fix.write import undo
from curate.labels import load_labels
from curate.manifest import drift, read_manifest
from curate.sidecars import likely_encoding
from curate.store import FACTS, INDEX, Store
from rules.engine import parse_options, select_rules
from rules.finding_profiles import known_trainers, load_base, load_trainer
from rules.model import Sidecar
from rules.plain_yaml import load_yaml_text
from rules.records import RecordError, parse
from rules.spec import Spec, TrainerChoice
from rules.violation import Severity
from rules.vocabulary import load_vocabulary

KNOWN = (RecordError, UserError)
TRAINERS = tuple(load_trainer(TrainerChoice(profile=name)) for name in known_trainers())
SPEC = parse(
    Spec,
    {"subject": {"trigger": "tk", "structure": ["braid"]}, "caption": {"artists": ["@a b"]}},
    "spec",
)
SHA = "0" * 64


def captions(raw: bytes) -> None:
    """A caption file through every trainer; tokens must lie where they say."""
    slots = SlotTable(SPEC, load_base(SPEC.base), load_vocabulary())
    try:
        text: str | None = raw.decode()
    except UnicodeDecodeError:
        text = None
        encoding = likely_encoding(raw)
        assert encoding == "unreadable" or raw.decode(encoding) is not None
    for trainer in TRAINERS:
        for suffix in trainer.captions.suffixes:
            sidecar = Sidecar(path=f"a{suffix}", suffix=suffix, text=text)
            assert choose_sidecar((sidecar,), trainer.captions) is sidecar
            caption = feed_caption(sidecar, trainer.captions, slots)
            for token in caption.tokens if caption else ():
                assert caption is not None
                if token.slot != "prose":
                    assert caption.text[token.start : token.start + len(token.text)] == token.text


def spec(raw: bytes) -> None:
    """A dataset.yaml, up to the options of every rule."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    read = parse(Spec, load_yaml_text(text, "dataset.yaml") or {}, "dataset.yaml")
    parse_options(select_rules(read.lint), read.lint)
    load_trainer(read.trainer_choice)


def facts(raw: bytes) -> None:
    """A facts.jsonl, measured and seen, read and written; and the memory of files beside it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FACTS).write_bytes(raw)
        (Path(folder) / INDEX).write_bytes(raw)
        store = Store(Path(folder))
        store.seen()
        for classifier in store.classifiers():
            with contextlib.suppress(*KNOWN):
                store.save_sights(classifier, store.sights(classifier))
        store.save("file/1", store.facts("file/1"), {}, whole=False)


def journal(raw: bytes) -> None:
    """A journal of fixes, believed as far as an undo that writes believes it."""
    with tempfile.TemporaryDirectory() as name:
        root, outside = Path(name) / "set", Path(name) / "outside.txt"
        folder = root / ".curate" / "fixes"
        folder.mkdir(parents=True)
        outside.write_bytes(b"mine")
        (root / "a.txt").write_bytes(b"now")
        (folder / "0001.json").write_bytes(raw)
        try:
            path, read = last_journal(folder)
            for entry in read.entries:
                place_of(root, entry, path)
            undo(root, root / ".curate", write=True)
        finally:
            assert outside.read_bytes() == b"mine"
            assert sorted(p.name for p in Path(name).iterdir()) == ["outside.txt", "set"]


def manifest(raw: bytes) -> None:
    """Manifest, approvals, labels and baseline: whatever else lies in a folder to be read."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "a.txt").write_bytes(b"now")
        readers: dict[str, Callable[[], object]] = {
            "manifest.json": lambda: list(drift(root, read_manifest(root))),
            "approvals.yaml": lambda: load_approvals(root),
            "labels.json": lambda: load_labels(root),
            "baseline.json": lambda: load_baseline(root / "baseline.json"),
        }
        for file, read in readers.items():
            (root / file).write_bytes(raw)
            with contextlib.suppress(*KNOWN):
                read()
            (root / file).unlink()


def _baseline() -> bytes:
    sets = {"0" * 16: KnownSet(code="CON006", severity=Severity.WARNING, count=3, rate=0.5)}
    pictures = {SHA: {"TAG001": (Severity.ERROR,)}}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "baseline.json"
        save_baseline(path, Baseline(version=1, tool="t", pictures=pictures, sets=sets))
        return path.read_bytes()


def _json(**value: object) -> bytes:
    return json.dumps(value).encode()


TARGETS: dict[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]] = {
    "captions": (
        captions,
        (
            b"masterpiece, 1girl, tk, blue_hair, (smile:1.2), {a|b}. She stands by the sea.",
            b"\xef\xbb\xbftk, 1girl\r\nsecond line\r\n",
            "tk，1girl。 She waves, smiling... and Mr. A nods! 渋谷".encode(),
            b'{"tags": ["tk", 3, null], "character": {"name": "tk"}, "nl": "She sits."}',
            "café".encode("cp1252"),
            "少女".encode("cp932"),
            "tk".encode("utf-16"),
            b"((((tk)))), [a:b:.5], \\(series\\), :d, ^_^, score_7_up, @a b,,,, ...",
            b"a\0b, \x1b[31m, \xe2\x80\xae, \xf0\x9f\x90\x88",
        ),
    ),
    "spec": (
        spec,
        (
            b"subject: {trigger: tk, absorb: [a, b], outfits: {x: [y]}, handed: {r: left}}\n",
            b"lint: {select: [RES], thresholds: {RES001: {min_area: 0.2}}}\n",
            b"lint: {suppressions: [{rule: TAG, glob: '**', reason: r, expires: 2026-01-01}]}\n",
            b"trainer: {profile: sd-scripts, shuffle: true}\nwanted: {pose: {upright: .2}}\n",
            b'sources: {"a/*": {generator: g, family: f}}\nresolution: 768\n',
            b"a: &a [1, *a]\n",
            b"!!python/object/apply:os.system [id]\n",
            b"a: 1:1:1:1\nb: 0x_\nc: .inf\nd: 1e999\n",
            b"{" * 40,
            b"int: {}\nlint: {str: 1, function-a: 2}\n",
        ),
    ),
    "facts": (
        facts,
        (
            b'{"measurer":"file/1","sha256":"' + SHA.encode() + b'","facts":{"bytes":10}}\n',
            b'{"measurer":"other","sha256":"a","facts":{}}\n<<<<<<< ours\n',
            b'{"measurer":"file/1","sha256":"a","facts":{"bytes":1,"phash":"0123456789abcdef"}}',
            b"\xff\n\n[]\nnull\n",
            (
                b'{"measurer":"embedded:1:a","sha256":"b","facts":{"view":{"label":"back","p":1}}}\n'
                b'{"measurer":"tagger:t","sha256":"b","facts":{"figure_box":[0,0.1,1,0.9]}}\n'
            ),
            b'{"path":"a.png","size":3,"mtime_ns":1,"sha256":"' + SHA.encode() + b'"}\n',
            b'{"measurer":"tagger:t",\xde"sha256":"b","facts":{}}\n',
        ),
    ),
    "journal": (
        journal,
        (
            _json(
                version=1,
                tool="t",
                entries=[{"path": "a.txt", "before": "b2xk", "after": "0" * 64}],
            ),
            _json(
                version=1,
                tool="t",
                entries=[{"path": "../outside.txt", "before": None, "after": SHA}],
            ),
            _json(
                version=1,
                tool="t",
                entries=[{"path": "b%00.txt", "before": "%", "after": SHA}],
            ),
            b'{"version":1,"tool":"t","entries":[]}',
        ),
    ),
    "manifest": (
        manifest,
        (
            _json(
                version=1,
                tool="t",
                dataset="d",
                trainer="builtin",
                dataset_yaml=None,
                report=SHA,
                overridden=[],
                pictures=[{"path": "a.png", "sha256": SHA, "caption": "a.txt"}],
            ),
            b"default: approve\npictures:\n  a.png: {decision: reject, reason: small}\n",
            b'{"a.png": {"framing": "full", "pose": "upright", "expression": "smile"}}',
            _baseline(),
        ),
    ),
}


def holds(target: str, raw: bytes) -> None:
    """Run one target; only errors that name the fault may come of it."""
    try:
        TARGETS[target][0](raw)
    except KNOWN:
        return
