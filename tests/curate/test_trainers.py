"""One folder with faults that each trainer takes differently, judged for four of them."""

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from curate.judging import judge
from curate.session import open_dataset
from rules.records import parse
from rules.report import Report
from rules.spec import LintSettings

TAGS = "tk, 1girl, solo"
FAMILIES = ("CAP", "IMG", "DUP", "TAG001", "TAG002", "TAG004", "TAG008", "TRG")
SHIFT_JIS = f"{TAGS}, 笑顔、ひらがな".encode("cp932")
FILES: Mapping[str, bytes] = {
    "good0.txt": f"{TAGS}, standing".encode(),
    "good1.txt": f"{TAGS}, sitting, looking back".encode(),
    "good2.txt": f"{TAGS}, walking. She walks along a river.".encode(),
    "bom.txt": b"\xef\xbb\xbf" + f"{TAGS}, jumping".encode(),
    "rival.txt": f"{TAGS}, bowing".encode(),
    "rival.json": json.dumps({"character": {"name": "tk"}, "tags": ["waving"]}).encode(),
    "broken.txt": f"{TAGS}, clapping".encode(),
    "broken.json": b'{"tags": ["tk", ',
    "rejected/old.txt": f"{TAGS}, bad hands".encode(),
    "sides.txt": f"{TAGS}, pointing. Her right hand points to the left.".encode(),
    "prose.txt": f"{TAGS}, leaning. She leans, tired, and smiles.".encode(),
    "lines.txt": f"{TAGS}, stretching\nShe stretches after a long day.".encode(),
    "choice.txt": f"{TAGS}, {{grin|pout}}, kneeling".encode(),
    "weight.txt": f"{TAGS}, (blue ribbon:1.2), saluting".encode(),
    "clear.txt": f"{TAGS}, curtsey".encode(),
    "turned.txt": f"{TAGS}, yawning".encode(),
    "moving.txt": f"{TAGS}, dancing".encode(),
    "other.caption": f"{TAGS}, cheering".encode(),
    "empty.txt": b"",
    "shift.txt": SHIFT_JIS,
}
PICTURES = ("missing.png", "rejected/old.png", "turned.jpg", "moving.gif")

# (severity, code, file) -> words of the message.
Expected = dict[tuple[str, str, str], str]
EVERYWHERE: Expected = {
    ("error", "CAP002", "empty.txt"): "no tag and no sentence",
    ("error", "CAP007", "shift.txt"): "likely cp932",
    ("warning", "CAP012", "choice.txt"): "`{grin|pout}`",
    ("warning", "IMG006", "moving.gif"): "2 frames",
}
UNREAD_GIF: Expected = {("error", "IMG003", "moving.gif"): "`.gif` is none of the 5 suffixes"}
NO_WEIGHTS: Expected = {("warning", "CAP012", "weight.txt"): "(blue ribbon:1.2)"}
ONLY_TXT: Expected = {("error", "CAP004", "other.caption"): "reads `.txt`, not `.caption`"}
FIRST_LINE: Expected = {("warning", "CAP011", "lines.txt"): "1 of 2 lines not fed"}
BOM_STAYS: Expected = {("error", "CAP008", "bom.txt"): "glued to the first tag, `tk`"}
AS_STORED: Expected = {("error", "IMG004", "turned.jpg"): "orientation 6"}
ALPHA_DROPPED: Expected = {("warning", "IMG005", "clear.png"): "what lies beneath, #c81414"}
ALPHA_FILLED: Expected = {("info", "IMG005", "clear.png"): "fills them with a colour of its own"}
PREDICTED: dict[str, Expected] = {
    "builtin": EVERYWHERE
    | UNREAD_GIF
    | NO_WEIGHTS
    | ONLY_TXT
    | FIRST_LINE
    | ALPHA_FILLED
    | {
        ("error", "CAP001", "missing.png"): "builtin stops",
        ("error", "CAP002", "empty.txt"): "builtin stops",
        ("error", "CAP007", "shift.txt"): "builtin stops",
        ("warning", "CAP008", "bom.txt"): "builtin takes it off",
    },
    "anima-lora-toolkit": EVERYWHERE
    | UNREAD_GIF
    | BOM_STAYS
    | AS_STORED
    | ALPHA_DROPPED
    | {
        ("error", "CAP001", "missing.png"): "leaves the picture out",
        ("error", "CAP002", "empty.txt"): "trains it on empty text",
        ("error", "CAP005", "rival.json"): "reads `rival.json` and ignores `rival.txt`",
        ("error", "CAP006", "rival.json"): "`character.name`; the trigger `tk` is lost",
        # What is fed of that file lacks the trigger, whatever the reason.
        ("error", "TRG001", "rival.json"): "is the trigger `tk`",
        ("error", "CAP005", "broken.json"): "reads `broken.json` and ignores `broken.txt`",
        ("error", "CAP006", "broken.json"): "trains the picture on empty text",
        ("error", "CAP007", "shift.txt"): "crashes when it reads it",
        ("error", "CAP016", "prose.txt"): "2 commas inside sentences",
        ("error", "IMG009", "rejected/old.png"): "trains like any other folder",
        ("error", "TAG008", "sides.txt"): "a mirrored picture makes wrong: `right` and `left`",
        # All that is fed but rival, broken and empty.
        ("error", "TRG002", "13 files"): "the trigger of 13 of 16 captions is shuffled away",
        ("info", "CAP012", "weight.txt"): "which anima-lora-toolkit takes out",
    },
    "sd-scripts": EVERYWHERE
    | UNREAD_GIF
    | NO_WEIGHTS
    | ONLY_TXT
    | FIRST_LINE
    | BOM_STAYS
    | AS_STORED
    | ALPHA_DROPPED
    | {
        ("warning", "CAP001", "missing.png"): "trains it on `tk girl`, the class token",
        ("error", "CAP002", "empty.txt"): "sd-scripts stops",
        ("error", "CAP007", "shift.txt"): "crashes when it reads it",
    },
    "diffusion-pipe": EVERYWHERE
    | NO_WEIGHTS
    | ONLY_TXT
    | BOM_STAYS
    | AS_STORED
    | ALPHA_FILLED
    | {
        ("error", "CAP001", "missing.png"): "leaves the picture out",
        ("error", "CAP002", "empty.txt"): "trains it on empty text",
        ("error", "CAP007", "shift.txt"): "crashes when it reads it",
        ("warning", "IMG007", "moving.gif"): "256 colours",
    },
}


def _draw(path: Path) -> None:
    """A picture of noise of its own; what its name says is wrong with it is wrong."""
    noise = random.Random(path.name)  # noqa: S311 - no secret
    image = Image.frombytes("RGB", (8, 8), noise.randbytes(192)).resize((64, 64))
    exif = Image.Exif()
    if path.stem == "turned":
        exif[0x0112] = 6
    if path.stem == "clear":
        image = image.convert("RGBA")
        image.paste((200, 20, 20, 0), (0, 0, 32, 32))
    if path.suffix == ".gif":
        image.save(path, save_all=True, append_images=[image.rotate(180)])
    else:
        image.save(path, exif=exif)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trainers") / "5_tk girl"
    (root / "rejected").mkdir(parents=True)
    for name, content in FILES.items():
        (root / name).write_bytes(content)
    pictures = {Path(name).with_suffix(".png").as_posix() for name in FILES}
    drawn = {Path(name).stem for name in PICTURES}
    for name in (*PICTURES, *(n for n in pictures if Path(n).stem not in drawn)):
        _draw(root / name)
    return root


def _lint(folder: Path, trainer: str, **changes: object) -> Report:
    if changes:
        choice = json.dumps({"profile": trainer, **changes})
        (folder / "dataset.yaml").write_text(f"trainer: {choice}\nsubject: {{trigger: tk}}\n")
    try:
        session = open_dataset(str(folder), trainer=trainer)
    finally:
        (folder / "dataset.yaml").unlink(missing_ok=True)
    return judge(session, parse(LintSettings, {"select": list(FAMILIES)}, "settings"))


def _said(report: Report) -> Expected:
    return {
        (
            f.severity.value,
            f.code,
            f.paths[0] if len(f.paths) == 1 else f"{len(f.paths)} files",
        ): f.message
        for f in report.findings
    }


@pytest.mark.parametrize("trainer", PREDICTED)
def test_each_trainer_is_told_what_its_source_makes_of_the_folder(
    folder: Path, trainer: str
) -> None:
    report, predicted = _lint(folder, trainer), PREDICTED[trainer]
    said = _said(report)
    assert sorted(said) == sorted(predicted)
    assert len(report.findings) == len(predicted)
    for finding, words in predicted.items():
        assert words in said[finding]


@pytest.mark.parametrize(
    ("trainer", "skipped"),
    [
        ("builtin", {"CAP016", "TAG008"}),
        ("anima-lora-toolkit", set()),
        ("sd-scripts", {"CAP016", "TAG008"}),
        ("diffusion-pipe", {"CAP016", "TAG008"}),
    ],
)
def test_what_a_trainer_never_does_is_skipped_and_said(
    folder: Path, trainer: str, skipped: set[str]
) -> None:
    report = _lint(folder, trainer)
    assert {s.code for s in report.skipped} & {"CAP016", "TAG008"} == skipped


def test_settings_of_the_users_own_change_what_is_wrong(folder: Path) -> None:
    said = _said(_lint(folder, "sd-scripts", flip=True, shuffle=True, keep_tokens=1))
    assert "2 commas" in said["error", "CAP016", "prose.txt"]
    assert ("error", "TAG008", "sides.txt") in said
    assert not any(code == "TRG002" for _, code, _ in said)
    said = _said(_lint(folder, "anima-lora-toolkit", flip=False, shuffle=False))
    assert not {code for _, code, _ in said} & {"CAP016", "TAG008", "TRG002"}
    said = _said(_lint(folder, "sd-scripts", caption_suffix="caption"))
    assert ("error", "CAP004", "other.caption") not in said
    assert ("error", "CAP004", "good0.txt") in said


@pytest.mark.parametrize(
    ("trainer", "repeats"), [("builtin", 5), ("sd-scripts", 5), ("anima-lora-toolkit", 1)]
)
def test_repeats_of_the_folder_count_where_the_trainer_reads_them(
    folder: Path, trainer: str, repeats: int
) -> None:
    session = open_dataset(str(folder), trainer=trainer)
    assert {picture.repeats for picture in session.dataset.fed} == {repeats}
    assert ("5 repeats, from the folder's name" in session.notes[0]) == (repeats > 1)
    assert f"trainer `{trainer}`" in session.notes[0]


def test_advice_for_a_trainer_is_a_setting_that_works(folder: Path) -> None:
    advice = {f.code: f.advice for f in _lint(folder, "anima-lora-toolkit").findings}
    assert "{profile: anima-lora-toolkit, flip: false}" in advice["TAG008"]
    assert "{profile: anima-lora-toolkit, keep_tokens: 1}" in advice["TRG002"]
    assert "(`quality`, `count`, `character`, " in advice["CAP006"]
    assert "`rejected/` out of" in advice["IMG009"]
    assert "without a byte order mark" in advice["CAP008"]
