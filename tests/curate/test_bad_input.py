"""Whatever lies in a folder: a report or an error that names it, never a traceback or a hang."""

import contextlib
import datetime as dt
import errno
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support import bad_input
from support.bad_input import CAPTION, Item, plant_everything, sound_folder
from support.command import SCRIPT, Ran, curate, curate_process, run
from support.folders import dataset as folder_of
from support.folders import draw

from curate.captions import SlotTable, parse_caption
from curate.session import open_dataset
from curate.store import FACTS, INDEX, Store
from rules.engine import RuleCrash, lint
from rules.finding_profiles import known_trainers, load_base
from rules.model import FileFacts
from rules.plain_yaml import load_yaml_text
from rules.records import RecordError, parse
from rules.registry import all_rules, option_docs
from rules.spec import LintSettings, Spec
from rules.vocabulary import load_vocabulary

LONGEST = 20  # seconds that no single item may take, on any machine
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SCHEMAS = Path(__file__).parent.parent / "schemas"
JUDGE = ("--format", "json", "--fail-on", "never")
MEASURER = "file/1"
# So that hardly any rule is skipped.
EVERYTHING_DECLARED = """
subject:
  trigger: tk
  absorb: [smile, x0]
  prose_only: [sea]
  structure: [x1]
  handed: {x2: left}
  outfits: {one: [x3, outdoors], two: [x4]}
trainer: {profile: sd-scripts, shuffle: true, flip: true}
caption:
  {prefix: [masterpiece], slots: [quality, trigger, general], sentences: 1, artists: ["@x5"]}
wanted: {framing: [face], view: [back], elevation: [below], pose: {upright: 0.5}}
sources: {"0/**": {generator: A, family: anima, steps: [drawn]}, "1/**": {generator: B}}
captions_locked: .
lint: {vocabulary: tags.csv}
"""
LARGE = 60  # pictures
BEHIND = 2_000_000  # bytes


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """Fail where something hangs, instead of hanging with it."""

    def ring(_number: int, _frame: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(3 * LONGEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every evil picture, file and caption in one folder, measured."""
    folder = plant_everything(tmp_path_factory.mktemp("evil") / "everything")
    assert curate("index", str(folder)).code == 0
    return folder


def heard(item: Item, ran: Ran) -> list[tuple[str, str]]:
    """What should have been said of an item and was not."""
    report = json.loads(ran.out) if ran.code == 0 else {"notes": [], "findings": []}
    findings = [(finding["code"], finding["paths"]) for finding in report["findings"]]
    return [
        (kind, text)
        for kind, text in item.said
        if not (kind == "error" and text in ran.err)
        and not (kind == "note" and any(text in note for note in report["notes"]))
        and not any(kind == code and text in paths for code, paths in findings)
    ]


def test_there_are_enough_evils() -> None:
    names = [item.name for item in bad_input.ITEMS]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("item", bad_input.ITEMS, ids=str)
def test_every_evil_is_named_and_nothing_breaks(item: Item, tmp_path: Path) -> None:
    folder = sound_folder(tmp_path)
    item.plant(folder)
    trainer = () if item.trainer == "builtin" else ("--trainer", item.trainer)
    start = time.monotonic()
    ran = curate("lint", str(folder), *JUDGE, *trainer)
    assert time.monotonic() - start < LONGEST
    assert "Traceback" not in ran.err
    assert not CONTROL.search(ran.err)
    assert ran.code == (0 if item.judged else 2), ran.err
    assert heard(item, ran) == []


@pytest.mark.parametrize("item", bad_input.ITEMS, ids=str)
def test_init_writes_what_lint_reads_or_leaves_all_as_it_is(item: Item, tmp_path: Path) -> None:
    folder = sound_folder(tmp_path)
    item.plant(folder)
    before = os.path.lexists(folder / "dataset.yaml")
    ran = curate("init", str(folder))
    assert "Traceback" not in ran.err
    assert not CONTROL.search(ran.err + ran.out)
    assert ran.code == (2 if before or not item.judged else 0), ran.err
    if ran.code == 0:
        again = curate("lint", str(folder), *JUDGE)
        assert again.code == 0, again.err


@pytest.mark.parametrize("trainer", known_trainers())
def test_every_trainer_can_be_judged_on_everything(trainer: str, everything: Path) -> None:
    ran = curate("lint", str(everything), *JUDGE, "--trainer", trainer, "--profile", "strict")
    assert ran.code == 0, ran.err
    assert ran.err == ""


def test_text_moves_no_cursor(everything: Path) -> None:
    ran = curate("lint", str(everything))
    assert ran.code == 1
    assert not CONTROL.search(ran.out)


def test_github_gets_one_annotation_a_line(everything: Path) -> None:
    ran = curate("lint", str(everything), "--format", "github")
    assert not CONTROL.search(ran.out)
    assert all(re.match(r"::(error|warning|notice) ", line) for line in ran.out.splitlines())
    assert not any(line.startswith("::error file=x::") for line in ran.out.splitlines())


def test_sarif_stays_valid(everything: Path) -> None:
    ran = curate("lint", str(everything), "--format", "sarif")
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(json.loads(ran.out))


def test_a_terminal_without_unicode_gets_escapes(everything: Path) -> None:
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = curate_process("lint", str(everything), env=plain)
    assert ran.code == 1
    assert ran.out.isascii()
    assert ran.err == ""


@pytest.mark.parametrize("number", [-1, 0, 10**9])
def test_no_threshold_makes_a_rule_crash(number: int, tmp_path: Path) -> None:
    """Whatever number an option is given, a rule judges or abstains."""
    captions = {
        f"{n % 3}/p{n}": f"{CAPTION}, x{n % 7}, y_{n % 3}. She smiles at the sea."
        for n in range(30)
    }
    folder = folder_of(tmp_path, captions, (8, 8))
    (folder / "dataset.yaml").write_text(EVERYTHING_DECLARED)
    (folder / "tags.csv").write_text("smile,0,9,happy\n")
    dataset = open_dataset(str(folder)).dataset
    crashes = []
    for rule in all_rules():
        numbers = {
            name: type(default)(number)
            for name, default, _ in option_docs(rule.options)
            if type(default) in {int, float}
        }
        wanted = LintSettings(select=(rule.code,), thresholds={rule.code: numbers})
        try:
            lint(dataset, wanted, tool="test", today=dt.date(2026, 1, 1))
        except RuleCrash as crash:
            crashes.append(str(crash))
        except RecordError:
            continue  # the option says itself that it takes no such number
    assert crashes == []


LIES: tuple[tuple[str, object], ...] = (
    *(("width", value) for value in (0, -5, 10**9, 10**400)),
    *(("phash", value) for value in ("zz", "", "f" * 64)),
    *(("orientation", value) for value in (0, 99, -1)),
    *(("frames", value) for value in (0, -3, 10**30)),
    *(("alpha_share", value) for value in (7.5, -1.0)),
    *(("bits", value) for value in (0, -8)),
    *(("bytes", value) for value in (-1, 10**30)),
    *((key, "") for key in ("format", "mode", "pixels", "error", "generator", "icc")),
    *(
        (key, "\x1b[2J\n::error::x")
        for key in ("format", "mode", "error", "model", "prompt", "icc")
    ),
    ("hidden_colour", [999, -5, 0]),
    ("phash_mirrored", None),
)


@pytest.mark.parametrize(("key", "value"), LIES)
def test_facts_that_lie_make_no_rule_crash(key: str, value: object, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a": CAPTION, "b": CAPTION})
    assert curate("index", str(folder)).code == 0
    path = folder / ".curate" / FACTS
    first, *others = path.read_text().splitlines()
    line = json.loads(first)
    line["facts"][key] = value
    path.write_text("\n".join((json.dumps(line, separators=(",", ":")), *others)))
    for form in ("text", "github"):
        ran = curate("lint", str(folder), "--format", form, "--profile", "strict")
        assert ran.code in {1, 2}
        assert "crashed" not in ran.err
        assert "Traceback" not in ran.err
        assert not CONTROL.search(ran.out + ran.err)
        assert ("facts.jsonl: line 1" in ran.err) == (ran.code == 2)


# Folders that cannot be judged, or hardly.


@pytest.mark.parametrize("command", ["lint", "index", "init"])
def test_a_folder_that_is_none_is_named(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    for name, said in (
        ("file", "is a file"),
        ("empty", "no pictures"),
        ("missing", "no such folder"),
        ("loop", "no such folder"),
        ("mi\x1b[31m\nssing", "no such folder"),
    ):
        ran = curate(command, str(tmp_path / name))
        assert ran.code == 2
        assert said in ran.err
        assert not CONTROL.search(ran.err)
        assert len(ran.err.splitlines()) == 1


def test_a_folder_whose_name_is_no_utf8_is_judged_in_every_format(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\x1b[31m"))
    sound_folder(folder)
    for form in ("text", "json", "sarif", "github"):
        ran = curate_process("lint", str(folder), "--format", form, "--fail-on", "never")
        assert ran.code == 0, ran.err
        assert not CONTROL.search(ran.out)
    report = tmp_path / "report.json"
    assert curate("lint", str(folder), *JUDGE, "--output-file", str(report)).code == 0
    assert json.loads(report.read_text())["dataset"] == "caf\\xe9\x1b[31m"


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A sound folder that its owner may read and not write."""
    folder = sound_folder(tmp_path / "set")
    (folder / "closed").mkdir(mode=0)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    (folder / "closed").chmod(0o755)


def _bound_by_modes(*arguments: str, home: Path) -> Ran:
    """Run as somebody whom permission bits bind: they do not bind root with all its powers."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    command: tuple[str, ...] = (str(SCRIPT), *arguments)
    if os.getuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("this is root, and there is no setpriv to give its powers away")
        command = (setpriv, "--bounding-set=-dac_override,-dac_read_search", *command)
    return run(command, env=environment)


def test_a_folder_that_cannot_be_written_is_judged_without_a_place_for_facts(locked: Path) -> None:
    ran = _bound_by_modes("lint", str(locked), *JUDGE, home=locked)
    assert ran.code == 0, ran.err
    notes = "\n".join(json.loads(ran.out)["notes"])
    assert f"could not be kept in `{locked}/.curate`: Permission denied" in notes
    assert "`closed/` was left out: Permission denied" in notes
    index = _bound_by_modes("index", str(locked), home=locked)
    assert index.code == 2
    assert "--cache-dir" in index.err
    init = _bound_by_modes("init", str(locked), home=locked)
    assert init.code == 2
    assert "dataset.yaml: Permission denied" in init.err
    assert sorted(path.name for path in locked.iterdir()) == ["closed", "good.png", "good.txt"]


def test_a_folder_that_cannot_be_written_has_its_facts_in_the_users_cache(
    locked: Path, tmp_path: Path
) -> None:
    assert _bound_by_modes("index", str(locked), home=tmp_path).code == 0
    ran = _bound_by_modes("lint", str(locked), *JUDGE, "--no-measure", home=tmp_path)
    assert ran.code == 0, ran.err


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    folder = sound_folder(tmp_path / "set")
    draw(folder / "secret.png").chmod(0)
    (folder / "secret.txt").write_text(CAPTION)
    (folder / "good.txt").chmod(0)
    ran = _bound_by_modes("lint", str(folder), *JUDGE, home=tmp_path)
    assert ran.code == 0, ran.err
    notes = "\n".join(json.loads(ran.out)["notes"])
    assert "`secret.png` cannot be read: Permission denied" in notes
    assert "`good.txt` cannot be read: Permission denied" in notes
    (folder / "dataset.yaml").write_text("base: anima-base-v1.0")
    (folder / "dataset.yaml").chmod(0)
    again = _bound_by_modes("lint", str(folder), home=tmp_path)
    assert again.code == 2
    assert "dataset.yaml: cannot be read: Permission denied" in again.err


@contextlib.contextmanager
def _mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A small file system of its own in memory."""
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if not done or done.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_read_only_disk_has_its_facts_elsewhere(tmp_path: Path) -> None:
    with _mounted(tmp_path / "disk", "size=2m") as disk:
        folder = sound_folder(disk / "set")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        home = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        ran = curate_process("index", str(folder), env=home)
        assert ran.code == 0, ran.err
        assert str(tmp_path / "cache") in ran.out
        again = curate_process("lint", str(folder), *JUDGE, "--no-measure", env=home)
        assert again.code == 0, again.err


def test_a_full_disk_costs_the_facts_and_nothing_else(tmp_path: Path) -> None:
    with _mounted(tmp_path / "disk", "size=300k") as disk:
        folder = sound_folder(disk / "set")
        assert curate("index", str(folder)).code == 0
        facts = (folder / ".curate" / FACTS).read_bytes()
        draw(folder / "new.png", (8, 8))
        with contextlib.suppress(OSError), (disk / "ballast").open("wb", 0) as ballast:
            while True:
                ballast.write(bytes(512))
        ran = curate("lint", str(folder), *JUDGE)
        assert ran.code == 0, ran.err
        assert any("No space left" in note for note in json.loads(ran.out)["notes"])
        index = curate("index", str(folder))
        assert index.code == 2
        init = curate("init", str(folder))
        assert init.code == 2
        assert "dataset.yaml: No space left" in init.err
        output = curate("lint", str(folder), "--output-file", str(disk / "report.txt"))
        assert output.code == 2
        assert "report.txt: No space left" in output.err
        assert (folder / ".curate" / FACTS).read_bytes() == facts
        assert not (folder / "dataset.yaml").exists()
        assert not list(disk.rglob(".curate.*"))


def test_a_bound_on_file_sizes_is_a_full_disk_too(tmp_path: Path) -> None:
    folder = sound_folder(tmp_path)
    for n in range(30):
        draw(folder / f"p{n}.png", (8, 8))

    def bound() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    ran = curate_process("index", str(folder), preexec_fn=bound)
    assert ran.code == 2
    assert os.strerror(errno.EFBIG) in ran.err
    assert not (folder / ".curate" / FACTS).exists()
    assert curate("index", str(folder)).code == 0


# Processes that stop, or do not.


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures that take long to decode and little to make: 2 MB of nothing follow each."""
    folder = tmp_path_factory.mktemp("large")
    picture = Image.linear_gradient("L").resize((1800, 1800)).convert("RGB")
    for n in range(LARGE):
        path = folder / f"p{n}.png"
        picture.save(path) if n == 0 else shutil.copy(folder / "p0.png", path)
    for n in range(LARGE):
        os.truncate(folder / f"p{n}.png", BEHIND + n)
    return folder


def _measuring(folder: Path, cache: Path) -> "subprocess.Popen[str]":
    """`curate index` in the middle of its work."""
    process = subprocess.Popen(
        [SCRIPT, "index", folder, "--cache-dir", cache],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(100 * LONGEST):
        if process.poll() is not None or _bytes_read(process.pid) > 20 * BEHIND:
            break
        time.sleep(0.01)
    assert process.poll() is None, "it was done before it could be stopped"
    return process


def _bytes_read(pid: int) -> int:
    return int(re.findall(r"rchar: (\d+)", Path(f"/proc/{pid}/io").read_text())[0])


def test_an_interrupted_index_keeps_what_was_measured(large: Path, tmp_path: Path) -> None:
    process = _measuring(large, tmp_path)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "interrupted; what was measured is kept"
    kept = len((tmp_path / FACTS).read_bytes().splitlines())
    assert 0 < kept < LARGE
    again = curate_process("index", str(large), "--cache-dir", str(tmp_path))
    assert f"{LARGE} pictures, {LARGE - kept} measured" in again.out


def test_a_killed_index_can_be_run_again(large: Path, tmp_path: Path) -> None:
    process = _measuring(large, tmp_path)
    process.kill()
    process.communicate(timeout=LONGEST)
    again = curate_process("index", str(large), "--cache-dir", str(tmp_path))
    assert again.code == 0, again.err
    assert f"{LARGE} pictures" in again.out


def test_two_processes_index_one_folder(large: Path, tmp_path: Path) -> None:
    both = [_measuring(large, tmp_path) for _ in range(2)]
    for process in both:
        _, err = process.communicate(timeout=3 * LONGEST)
        assert process.returncode == 0
        assert err == ""
    ran = curate_process("index", str(large), "--cache-dir", str(tmp_path))
    assert f"{LARGE} pictures, 0 measured" in ran.out


def test_who_stops_early_takes_nothing_from_who_is_done(tmp_path: Path) -> None:
    store = Store(tmp_path)
    facts = {digit * 64: FileFacts(bytes=int(digit, 16)) for digit in "0123"}
    store.save(MEASURER, facts, {}, whole=False)
    store.save(MEASURER, {"4" * 64: FileFacts(bytes=4)}, {}, whole=False)
    assert store.facts(MEASURER).keys() == {digit * 64 for digit in "01234"}


def test_a_reader_that_goes_away_ends_it_quietly(everything: Path) -> None:
    with subprocess.Popen(
        [SCRIPT, "lint", everything, "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # Closed before a line is written, for what a pipe holds would hide that nobody reads.
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(LONGEST) == 141


@pytest.mark.parametrize(
    ("streams", "code"), [(">&-", 1), ("2>&-", 1), (">&- 2>&-", 1), (">/dev/full", 2)]
)
def test_streams_that_take_nothing_cause_no_traceback(
    streams: str, code: int, tmp_path: Path
) -> None:
    folder = sound_folder(tmp_path)
    ran = run(("sh", "-c", f'"$0" lint "$1" {streams}', str(SCRIPT), str(folder)))
    assert ran.code == code
    assert "Traceback" not in ran.err


def test_a_report_goes_into_a_device_or_through_a_link_without_replacing_it(
    tmp_path: Path,
) -> None:
    folder = sound_folder(tmp_path / "set")
    link, target = tmp_path / "link.txt", tmp_path / "target.txt"
    link.symlink_to(target)
    for output in (link, Path("/dev/null")):
        assert curate("lint", str(folder), "--output-file", str(output)).code == 1
    assert link.is_symlink()
    assert "RES001" in target.read_text()
    assert Path("/dev/null").is_char_device()


def test_100_000_files_are_judged(tmp_path: Path) -> None:
    for f in range(50):
        inner = tmp_path / f"{f}"
        inner.mkdir()
        picture, caption = draw(inner / "0.png", (8, 8)), inner / "0.txt"
        caption.touch()
        for n in range(1, 1000):
            os.link(picture, inner / f"{n}.png")
            os.link(caption, inner / f"{n}.txt")
    start = time.monotonic()
    ran = curate("lint", str(tmp_path), "--fail-on", "never")
    assert ran.code == 0, ran.err
    assert "50,000 pictures" in ran.out
    assert time.monotonic() - start < 3 * LONGEST


# Text of any kind.

WORDS = load_vocabulary()
SLOTS = SlotTable(Spec(), load_base("anima-base-v1.0"), WORDS)
PIECES = [
    *".!?,\n\r\t ()[]{}|:_\\\"'<>\0\ufeff\u202e。、",
    *"aAtI1é🎤",
    " the ",
    "She is ",
    "1girl",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_every_caption_parses_into_slices_of_itself(text: str) -> None:
    caption = parse_caption(text, "a.txt", SLOTS)
    at = 0
    for token in caption.tokens:
        assert caption.text[token.start : token.end] == token.text
        assert token.text == token.text.strip() != ""
        assert token.start >= at
        at = token.end


@pytest.mark.parametrize(
    "piece", ["." * 9, ". ", " ", ",", "(", "_", "a_", ". \n", "a, The ", "?!\t"]
)
def test_captions_parse_in_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece)) + "x"
        times = []
        for _ in range(3):
            start = time.perf_counter()
            parse_caption(text, "a.txt", SlotTable(Spec(), load_base("anima-base-v1.0"), WORDS))
            times.append(time.perf_counter() - start)
        return min(times)

    # 16 times the text takes 16 times as long, or 256 times where the time grows as its square.
    assert seconds(320_000) < 70 * max(seconds(20_000), 0.0005)


YAML_PIECES = [
    *"[]{}:,-?&*!|>'\"#%@`~=<\n\t ",
    *"a 1 1:1 .inf 0x &a *a !!int 2026-01-01 true null <<: !!python/object:x".split(),
    *("- ", "? ", "---\n", "...\n", "\ufeff", "\0"),
    *("subject:\n  trigger: ", "lint: {thresholds: ", "wanted: {view: ", "trainer: "),
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(YAML_PIECES)).map("".join)))
def test_every_yaml_is_a_spec_or_a_record_error(text: str) -> None:
    with contextlib.suppress(RecordError):
        parse(Spec, load_yaml_text(text, "dataset.yaml"), "dataset.yaml")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
FIELDS = st.sampled_from(["bytes", "width", "mode", "hidden_colour", "phash", "error", "colour"])
LINES = st.one_of(
    st.binary(max_size=80),
    st.dictionaries(FIELDS, JSON_VALUES).map(
        lambda facts: json.dumps(
            {"measurer": "file/1", "sha256": "0", "facts": {"bytes": 1, **facts}},
            separators=(",", ":"),
        ).encode()
    ),
)


@settings(deadline=None)
@given(st.lists(LINES, max_size=4))
def test_every_line_of_facts_is_a_fact_or_a_record_error(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "facts"
    folder.mkdir(exist_ok=True)
    (folder / FACTS).write_bytes(b"\n".join(lines))
    (folder / INDEX).write_bytes(b"\n".join(lines))
    store = Store(folder)
    assert isinstance(store.seen(), dict)
    with contextlib.suppress(RecordError):
        for facts in store.facts(MEASURER).values():
            assert isinstance(facts, FileFacts)
