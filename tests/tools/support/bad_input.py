"""Folders as nobody should hand them in: one function per evil, planted beside a sound picture.

Nothing of it is committed as a file. Every item says what must be heard of it: a finding, a note
or an error that names the file.
"""

import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from support.folders import draw

CAPTION = "masterpiece, 1girl, tk, smile, outdoors"
MEGABYTES_10 = 10_000_000
RIGHT_TO_LEFT = "\u202e"


@dataclass(frozen=True)
class Item:
    """One evil.

    Attributes:
        name: a few words.
        plant: puts it into a folder that holds `good.png` and its caption.
        said: (kind, text): kind is a rule's code, and text the path of its finding; or `note` or
            `error`, and text a part of it. All must be heard.
        judged: whether a report can be written at all; exit code 2 where not.
        trainer: under which it matters.
    """

    name: str
    plant: Callable[[Path], object]
    said: tuple[tuple[str, str], ...]
    judged: bool = True
    trainer: str = "builtin"

    def __str__(self) -> str:
        return self.name


def sound_folder(folder: Path) -> Path:
    """One picture that nothing is wrong with, and its caption."""
    draw(folder / "good.png")
    (folder / "good.txt").write_text(CAPTION)
    return folder


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG with its check sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, rows: bytes, *extra: bytes, interlaced: bool = False) -> bytes:
    """A PNG whose header may promise what its rows do not hold."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, int(interlaced))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *extra,
            png_chunk(b"IDAT", zlib.compress(rows)),
            png_chunk(b"IEND", b""),
        )
    )


def _noise(mode: str = "RGB", side: int = 64) -> Image.Image:
    return Image.effect_noise((side, side), 80).convert(mode)


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def _bytes(name: str, content: bytes, caption: str | None = CAPTION) -> Callable[[Path], None]:
    """Plant a picture of these bytes, with a caption unless it is None."""

    def plant(folder: Path) -> None:
        (folder / name).write_bytes(content)
        if caption is not None:
            (folder / name).with_suffix(".txt").write_text(caption)

    return plant


def _drawn(name: str, make: Callable[[], bytes]) -> Callable[[Path], None]:
    """The same with bytes that are made only where they are needed."""

    def plant(folder: Path) -> None:
        _bytes(name, make())(folder)

    return plant


def _caption(content: bytes, suffix: str = ".txt") -> Callable[[Path], None]:
    """Plant a sound picture `bad.png` whose caption file has these bytes."""

    def plant(folder: Path) -> None:
        draw(folder / "bad.png")
        (folder / f"bad{suffix}").write_bytes(content)

    return plant


def _spec(content: bytes | str) -> Callable[[Path], None]:
    """Plant a dataset.yaml."""
    raw = content.encode() if isinstance(content, str) else content

    def plant(folder: Path) -> None:
        (folder / "dataset.yaml").write_bytes(raw)

    return plant


def _cache(name: str, content: bytes) -> Callable[[Path], None]:
    """Plant a file in .curate."""

    def plant(folder: Path) -> None:
        (folder / ".curate").mkdir()
        (folder / ".curate" / name).write_bytes(content)

    return plant


def _fact(sha256: str = "0" * 64, **facts: object) -> bytes:
    line = {"measurer": "file/1", "sha256": sha256, "facts": {"bytes": 10, **facts}}
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _text_chunks(**texts: str) -> bytes:
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    return _saved(_noise(), "PNG", pnginfo=info)


def _oriented(kind: int, value: bytes, behind: bytes = b"") -> bytes:
    """A JPEG whose EXIF says its orientation as a value of any kind (3: a number, 2: text)."""
    entry = struct.pack("<HHHI", 1, 0x0112, kind, 1) + value.ljust(4, b"\0")
    exif = b"Exif\0\0II*\0\x08\0\0\0" + entry + bytes(4) + behind
    return _saved(_noise(), "JPEG", exif=exif)


def _animated() -> bytes:
    return _saved(_noise("P"), "GIF", save_all=True, append_images=[_noise("P")])


def _sixteen_bits() -> bytes:
    return _saved(Image.new("I;16", (64, 64), 40_000), "PNG")


def _clear_corner() -> bytes:
    picture = _noise("RGBA")
    picture.paste((255, 0, 255, 0), (0, 0, 32, 32))
    return _saved(picture, "PNG")


def _lab_profile() -> bytes:
    return _saved(
        _noise(),
        "PNG",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    )


def _long_loop(folder: Path) -> None:
    for number in range(60):
        (folder / f"l{number}.png").symlink_to(f"l{number + 1}.png")
    (folder / "l60.png").symlink_to("l0.png")


def _deep(folder: Path) -> None:
    inner = folder.joinpath(*["d"] * 300)
    inner.mkdir(parents=True)
    (inner / "cut.png").write_bytes(b"")


def _bytes_name(folder: Path) -> None:
    name = os.fsencode(folder) + b"/caf\xe9"
    with open(name + b".png", "wb") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(b"")
    with open(name + b".txt", "wb") as file:  # noqa: PTH123 - the same
        file.write(CAPTION.encode())


PICTURES = (
    Item("an empty picture", _bytes("bad.png", b""), (("IMG001", "bad.png"),)),
    Item(
        "a truncated PNG",
        _drawn("bad.png", lambda: _saved(_noise(), "PNG")[:3000]),
        (("IMG001", "bad.png"),),
    ),
    Item(
        "a truncated JPEG",
        _drawn("bad.jpg", lambda: _saved(_noise(), "JPEG")[:1500]),
        (("IMG001", "bad.jpg"),),
    ),
    Item(
        "a truncated WebP",
        _drawn("bad.webp", lambda: _saved(_noise(), "WEBP")[:900]),
        (("IMG001", "bad.webp"),),
    ),
    Item("a picture of nulls", _bytes("bad.png", bytes(5000)), (("IMG001", "bad.png"),)),
    Item(
        "a web page named as a picture",
        _bytes("bad.jpg", b"<!doctype html><script>alert(1)</script>"),
        (("IMG001", "bad.jpg"),),
    ),
    Item(
        "PostScript named as a picture",
        _bytes("bad.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n"),
        (("IMG001", "bad.png"),),
    ),
    Item(
        "a JPEG named as a PNG",
        _drawn("bad.png", lambda: _saved(_noise(), "JPEG")),
        (("IMG002", "bad.png"),),
    ),
    Item(
        "a header of 60000x60000",
        _bytes("bad.png", png_of(60_000, 60_000, bytes(1000))),
        (("IMG001", "bad.png"),),
    ),
    Item(
        "a header of 60000x60000 in a BMP",
        _bytes(
            "bad.bmp",
            b"BM"
            + struct.pack("<IIIIiiHHIIiiII", 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0),
        ),
        (("IMG001", "bad.bmp"),),
    ),
    Item(
        "a picture of 2x60000 pixels",
        _drawn("bad.png", lambda: _saved(Image.new("RGB", (2, 60_000)), "PNG")),
        (("RES001", "bad.png"),),
    ),
    Item(
        "a picture of one pixel",
        _drawn("bad.png", lambda: _saved(Image.new("RGB", (1, 1)), "PNG")),
        (("RES001", "bad.png"),),
    ),
    Item("a PNG without pixels", _bytes("bad.png", png_of(0, 0, b"")), (("IMG001", "bad.png"),)),
    Item("an animated GIF", _drawn("bad.gif", _animated), (("IMG003", "bad.gif"),)),
    Item(
        "an animated GIF named as a PNG",
        _drawn("bad.png", _animated),
        (("IMG006", "bad.png"), ("IMG002", "bad.png")),
    ),
    Item(
        "CMYK", _drawn("bad.jpg", lambda: _saved(_noise("CMYK"), "JPEG")), (("IMG007", "bad.jpg"),)
    ),
    Item("16 bits a channel", _drawn("bad.png", _sixteen_bits), (("IMG007", "bad.png"),)),
    Item(
        "a rotated EXIF",
        _drawn("bad.jpg", lambda: _oriented(3, b"\6")),
        (("IMG004", "bad.jpg"),),
        trainer="sd-scripts",
    ),
    Item(
        "an EXIF orientation of text",
        _drawn("bad.jpg", lambda: _oriented(2, b"up")),
        (("RES001", "bad.jpg"),),
    ),
    Item(
        "an EXIF orientation of a fraction",
        _drawn("bad.jpg", lambda: _oriented(5, struct.pack("<I", 26), struct.pack("<II", 6, 1))),
        (("IMG004", "bad.jpg"),),
        trainer="sd-scripts",
    ),
    Item(
        "an EXIF of garbage",
        _drawn("bad.jpg", lambda: _saved(_noise(), "JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 900)),
        (("RES001", "bad.jpg"),),
    ),
    Item("alpha over a hidden colour", _drawn("bad.png", _clear_corner), (("IMG005", "bad.png"),)),
    Item("a foreign colour profile", _drawn("bad.png", _lab_profile), (("IMG007", "bad.png"),)),
    Item(
        "a broken colour profile",
        _drawn("bad.png", lambda: _saved(_noise(), "PNG", icc_profile=b"no profile" * 9)),
        (("IMG007", "bad.png"),),
    ),
    Item(
        "a text chunk that unpacks to a gigabyte",
        _bytes(
            "bad.png",
            png_of(
                8,
                8,
                bytes(200),
                png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(50_000_000), 9)),
            ),
        ),
        (("IMG001", "bad.png"),),
    ),
    Item(
        "a prompt of a thousand brackets",
        _drawn("bad.png", lambda: _text_chunks(prompt="[" * 100_000)),
        (("IMG010", "bad.png"),),
    ),
    Item(
        "a prompt with half a surrogate",
        _drawn(
            "bad.png",
            lambda: _text_chunks(prompt='{"1": {"inputs": {"ckpt_name": "\\ud800\\u001b[31m"}}}'),
        ),
        (("IMG010", "bad.png"),),
    ),
    Item(
        "a prompt with a number of a million digits",
        _drawn("bad.png", lambda: _text_chunks(prompt=f'{{"1": {"9" * 900_000}}}')),
        (("IMG010", "bad.png"),),
    ),
    Item(
        "a prompt that would colour the terminal",
        _drawn(
            "bad.png",
            lambda: _text_chunks(parameters="\x1b]0;owned\x07\x1b[2J\nModel: \x1b[31m::error::x"),
        ),
        (("IMG010", "bad.png"),),
    ),
)


def _link(name: str, target: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).symlink_to(target)


def _outside(folder: Path) -> None:
    draw(folder.parent / "outside.png")
    (folder / "bad.png").symlink_to(folder.parent / "outside.png")


def _folder_link(folder: Path) -> None:
    (folder / "again").symlink_to(folder)


def _caption_folder(folder: Path) -> None:
    draw(folder / "bad.png")
    (folder / "bad.txt").mkdir()


def _named(stem: str) -> Callable[[Path], None]:
    """An empty picture and a sound caption under a name."""

    def plant(folder: Path) -> None:
        (folder / f"{stem}.png").write_bytes(b"")
        (folder / f"{stem}.txt").write_text(CAPTION)

    return plant


def _fifo(name: str) -> Callable[[Path], None]:
    return lambda folder: os.mkfifo(folder / name)


def _sparse(name: str, size: int) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        with (folder / name).open("wb") as file:
            file.truncate(size)

    return plant


LONG = "n" * 246
FILES = (
    Item("a link to itself", _link("bad.png", "bad.png"), (("note", "`bad.png`"),)),
    Item("a ring of links", _long_loop, (("note", "`l0.png`"), ("note", "`l60.png`"))),
    Item(
        "a broken link",
        _link("bad.png", "nowhere.png"),
        (("note", "`bad.png` was left out: the link leads nowhere"),),
    ),
    Item(
        "a link out of the folder",
        _outside,
        (("note", "`bad.png` was left out: the link leads out"),),
    ),
    Item(
        "a caption that links to secrets",
        _link("good.caption", "/etc/passwd"),
        (("note", "`good.caption` was left out: the link leads out"),),
    ),
    Item(
        "a picture that links to a device", _link("bad.png", "/dev/zero"), (("note", "`bad.png`"),)
    ),
    Item("a folder that links to itself", _folder_link, (("note", "`again`"),)),
    Item("a pipe named as a picture", _fifo("bad.png"), (("note", "`bad.png`"),)),
    Item("a pipe named as a caption", _fifo("bad.txt"), (("note", "`bad.txt`"),)),
    Item(
        "a folder named as a caption",
        _caption_folder,
        (("note", "`bad.txt`"), ("CAP001", "bad.png")),
    ),
    Item(
        "a folder named as a picture",
        lambda folder: (folder / "bad.png").mkdir(),
        (("note", "`bad.png`"),),
    ),
    Item("a name with a new line", _named("a\nb"), (("IMG001", "a\nb.png"),)),
    Item(
        "a name that is a workflow command",
        _named("\n::error file=x::owned"),
        (("IMG001", "\n::error file=x::owned.png"),),
    ),
    Item(
        "a name that colours the terminal",
        _named("a\x1b[31mb\x9b2J"),
        (("IMG001", "a\x1b[31mb\x9b2J.png"),),
    ),
    Item("a name of emoji", _named("👩‍🎤"), (("IMG001", "👩‍🎤.png"),)),
    Item(
        "a name from right to left",
        _named(f"a{RIGHT_TO_LEFT}gnp"),
        (("IMG001", f"a{RIGHT_TO_LEFT}gnp.png"),),
    ),
    Item("a name of 250 bytes", _named(LONG), (("IMG001", f"{LONG}.png"),)),
    Item("a name that is no UTF-8", _bytes_name, (("IMG001", "caf\\xe9.png"),)),
    Item(
        "a name with quotes and commas",
        _named("a`,\"' $(x)%0A"),
        (("IMG001", "a`,\"' $(x)%0A.png"),),
    ),
    Item("300 folders deep", _deep, (("IMG001", "d/" * 300 + "cut.png"),)),
    Item(
        "a folder of a googol repeats",
        lambda folder: draw(folder / ("9" * 200 + "_tk") / "bad.png"),
        (("CAP001", "9" * 200 + "_tk/bad.png"),),
    ),
    Item("a terabyte of nothing", _sparse("bad.png", 2**40), (("IMG001", "bad.png"),)),
)


def _json(name: str, content: bytes, code: str) -> Item:
    return Item(
        name, _caption(content, ".json"), ((code, "bad.json"),), trainer="anima-lora-toolkit"
    )


DOTS = b"." * MEGABYTES_10
CAPTIONS = (
    Item("an empty caption", _caption(b""), (("CAP002", "bad.txt"),)),
    Item("a caption of commas", _caption(b",,, , ,,\n"), (("CAP002", "bad.txt"),)),
    Item("UTF-16 with its mark", _caption(CAPTION.encode("utf-16")), (("CAP007", "bad.txt"),)),
    Item(
        "UTF-16 LE without a mark",
        _caption(f"{CAPTION}, é".encode("utf-16-le")),
        (("CAP007", "bad.txt"),),
    ),
    Item(
        "UTF-16 BE without a mark",
        _caption(f"{CAPTION}, é".encode("utf-16-be")),
        (("CAP007", "bad.txt"),),
    ),
    Item(
        "plain letters in UTF-16 without a mark",
        _caption(CAPTION.encode("utf-16-le")),
        (("CAP009", "bad.txt"),),
    ),
    Item("cp1252", _caption("1girl, café, “smile”".encode("cp1252")), (("CAP007", "bad.txt"),)),
    Item("Shift-JIS", _caption("1girl, けいちゃん".encode("cp932")), (("CAP007", "bad.txt"),)),
    Item(
        "a byte order mark", _caption(b"\xef\xbb\xbf" + CAPTION.encode()), (("CAP008", "bad.txt"),)
    ),
    Item("a NUL", _caption(b"1girl, tk\x00, smile"), (("CAP009", "bad.txt"),)),
    Item("ANSI escapes", _caption(b"1girl, \x1b[31mtk\x1b[2J, \x9b"), (("CAP007", "bad.txt"),)),
    Item(
        "ANSI escapes in UTF-8",
        _caption("1girl, \x1b[31mtk, \x9b2J".encode()),
        (("CAP009", "bad.txt"),),
    ),
    Item(
        "a script", _caption(b"1girl, <script>alert(1)</script>, my_tag"), (("TAG001", "bad.txt"),)
    ),
    Item(
        "a workflow command",
        _caption(b"1girl, tk\n::error file=x::owned\n"),
        (("CAP011", "bad.txt"),),
    ),
    Item(
        "bidirectional overrides",
        _caption(f"1girl, {RIGHT_TO_LEFT}kt".encode()),
        (("CAP009", "bad.txt"),),
    ),
    Item("10 MB on one line", _caption(b"tag, " * (MEGABYTES_10 // 5)), (("note", "`bad.txt`"),)),
    Item("10 MB of dots", _caption(DOTS), (("note", "`bad.txt`"),)),
    Item("10 MB of brackets", _caption(b"(" * MEGABYTES_10), (("note", "`bad.txt`"),)),
    Item("10 MB of braces", _caption(b"{a|" * (MEGABYTES_10 // 3)), (("note", "`bad.txt`"),)),
    Item("10 MB of spaces", _caption(b" " * MEGABYTES_10), (("note", "`bad.txt`"),)),
    Item("10 MB of underscores", _caption(b"_" * MEGABYTES_10), (("note", "`bad.txt`"),)),
    Item(
        "a character cut at the bound",
        _caption(("a" + "é" * 20_000).encode()),
        (("note", "`bad.txt`"),),
    ),
    _json("broken JSON", b'{"tags": [', "CAP006"),
    _json("JSON with a key twice", b'{"tags": ["a"], "tags": ["b"]}', "CAP006"),
    _json(
        "JSON with half a surrogate", b'{"\\ud800": "\\ud801", "nl": "\\ud802 smiles"}', "CAP006"
    ),
    _json("JSON with a number of a million digits", b'{"nl": ' + b"9" * 30_000, "CAP006"),
    _json("deep JSON", b"[" * 30_000, "CAP006"),
    _json("a list in JSON", b'["1girl", "tk"]', "CAP006"),
    _json("JSON of another shape", b'{"tags": {"a": [[1, null]]}, "nl": 7}', "CAP002"),
    _json("JSON of nothing", b"{}", "CAP002"),
    _json("JSON null", b"null", "CAP006"),
    _json("JSON in UTF-16", '{"nl": "é"}'.encode("utf-16"), "CAP007"),
)


def _wide_alias_bomb() -> str:
    levels = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    return "\n".join(("a0: &a0 [x, x, x, x, x, x, x, x, x]", *levels))


def _vocabulary(content: bytes) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        (folder / "tags.csv").write_bytes(content)
        _spec("lint: {vocabulary: tags.csv}")(folder)

    return plant


def _error(name: str, content: bytes | str, *told: str) -> Item:
    said = tuple(("error", text) for text in ("dataset.yaml", *told))
    return Item(name, _spec(content), said, judged=False)


SPECS = (
    _error("broken YAML", "subject: {trigger: [", "line 2"),
    _error("YAML with tabs", "subject:\n\ttrigger: tk\n", "line 2"),
    _error("a key twice", "subject: {trigger: a}\nsubject: {trigger: b}\n", "line 2", "`subject`"),
    _error("an alias", "subject: &a {trigger: tk}\nheld_out: *a\n", "alias"),
    _error("a bomb of aliases", _wide_alias_bomb(), "alias"),
    _error("a deep YAML", "a: " + "[" * 5000, "deep"),
    _error("a deep YAML of blocks", "\n".join("  " * n + "a:" for n in range(400)), "deep"),
    _error("a Python object", "subject: !!python/object/apply:os.system ['true']", "tag"),
    _error("a tag of its own", "subject: {trigger: !!binary aGk=}", "tag"),
    _error("a tag that does not fit", "resolution: !!timestamp soon", "tag"),
    _error("a list at the top", "- subject\n", "found"),
    _error("a number at the top", "7", "found 7"),
    _error("two documents", "base: a\n---\nbase: b\n", "document"),
    _error("a YAML in UTF-16", "base: anima".encode("utf-16"), "UTF-8"),
    _error("a YAML in Shift-JIS", "subject: {trigger: けい}".encode("cp932"), "UTF-8"),
    _error("a YAML with NUL", b"base: \x00", "not YAML"),
    _error("a YAML of 10 MB", b"# " + b"x" * MEGABYTES_10, "bytes"),
    _error("a YAML of a million values", "held_out: [" + "a," * 1_000_000 + "]", "values"),
    _error(
        "50,000 unknown keys",
        "\n".join(f"key{n}: {n}" for n in range(50_000)),
        "`key0`",
        "first 50",
    ),
    _error("a number of a million digits", "resolution: " + "9" * 1_000_000, "characters"),
    _error("a number to the base of 60", "resolution: " + "1:" * 1_000_000 + "1", "characters"),
    _error("a fraction beyond all floats", "resolution: " + "1:" * 2000 + "1.5", "cannot be read"),
    _error("a day that is none", "resolution: 2026-99-99", 'found "2026-99-99"'),
    _error("infinity", "wanted: {pose: {upright: .inf}}", "`wanted.pose.upright`"),
    _error("not a number", "wanted: {pose: {upright: .nan}}", "`wanted.pose.upright`"),
    _error("an unknown key", "subjekt: {trigger: tk}", "`subjekt`", "did you mean `subject`?"),
    _error("a wrong type", "resolution: big", "`resolution`", 'found "big"'),
    _error(
        "several faults at once",
        "resolution: big\nsubject: {triger: tk}\nheld_out: 7\n",
        "`resolution`",
        "`subject.triger`",
        "`held_out`",
    ),
    _error("a key that colours the terminal", '"\\e[31m\\n::error::x": 1', "unknown key"),
    _error("an unknown base", "base: sdxl", "no base profile `sdxl`"),
    _error("a base that is a path", "base: ../trainers/builtin", "no base profile"),
    _error("an unknown trainer", "trainer: {profile: kohya}", "no trainer profile `kohya`"),
    _error("an unknown rule", "lint: {select: [XYZ]}", "`XYZ`"),
    _error("a threshold of an unknown rule", "lint: {thresholds: {XYZ001: {a: 1}}}", "XYZ001"),
    _error(
        "an unknown option",
        "lint: {thresholds: {RES001: {nothing: 1}}}",
        "`lint.thresholds.RES001.nothing`",
    ),
    _error(
        "a wrong option", "lint: {thresholds: {DUP002: {distance: far}}}", "`lint.thresholds.DUP002"
    ),
    _error(
        "a suppression without a reason",
        "lint: {suppressions: [{rule: RES001}]}",
        "`lint.suppressions.0.reason`",
    ),
    _error(
        "a suppression until a day that is none",
        "lint: {suppressions: [{rule: RES001, reason: x, expires: '2026-02-31'}]}",
        "`lint.suppressions.0.expires`",
    ),
    _error("a vocabulary that is missing", "lint: {vocabulary: no.csv}", "no.csv"),
    _error("a vocabulary that is a device", "lint: {vocabulary: /dev/zero}", "/dev/zero"),
    Item(
        "a vocabulary of another shape",
        _vocabulary(b"tag,category,count\na,b,c\n"),
        (("error", "tags.csv"),),
        judged=False,
    ),
    Item(
        "a vocabulary in Shift-JIS",
        _vocabulary("けい,0,1".encode("cp932")),
        (("error", "tags.csv"),),
        judged=False,
    ),
    Item(
        "a vocabulary of one endless cell",
        _vocabulary(b'"' + b"x" * MEGABYTES_10),
        (("error", "tags.csv"),),
        judged=False,
    ),
    _error("locked captions that are missing", "captions_locked: nowhere", "`captions_locked`"),
    Item(
        "a pipe named dataset.yaml",
        _fifo("dataset.yaml"),
        (("error", "dataset.yaml"),),
        judged=False,
    ),
    Item(
        "a folder named dataset.yaml",
        lambda folder: (folder / "dataset.yaml").mkdir(),
        (("error", "dataset.yaml"),),
        judged=False,
    ),
    Item(
        "a dataset.yaml that links nowhere",
        _link("dataset.yaml", "gone.yaml"),
        (("error", "dataset.yaml"),),
        judged=False,
    ),
)

# Settings that are odd and allowed: they must be judged, whatever comes of it.
ODD_SPECS = (
    Item("an empty dataset.yaml", _spec(""), (("RES001", "good.png"),)),
    Item("a dataset.yaml of null", _spec("null"), (("RES001", "good.png"),)),
    Item(
        "an absurd glob",
        _spec(f"held_out: ['{'**/' * 60}x', '{'*g*o' * 60}']"),
        (("RES001", "good.png"),),
    ),
    Item(
        "a suppression with an absurd glob",
        _spec(f"lint: {{suppressions: [{{rule: RES001, reason: x, glob: '{'*o**' * 99}x'}}]}}"),
        (("RES001", "good.png"), ("note", "matches nothing")),
    ),
    Item("a trigger of a full stop", _spec("subject: {trigger: '.'}"), (("RES001", "good.png"),)),
    Item("an empty trigger", _spec("subject: {trigger: ''}"), (("RES001", "good.png"),)),
    Item(
        "features of nothing",
        _spec(
            "subject: {absorb: ['', '_'], structure: [' '], prose_only: ['.'], handed: {'': left},"
            " outfits: {'': [], x: ['']}}"
        ),
        (("RES001", "good.png"),),
    ),
    Item(
        "tags that imply each other",
        _spec("lint: {implies: {a: [b], b: [c, a], smile: smile}}"),
        (("RES001", "good.png"),),
    ),
    Item(
        "a group of nothing",
        _spec("lint: {exclusive: {x: [], y: ['', '']}, intended: [[]]}"),
        (("RES001", "good.png"),),
    ),
)

STORES = (
    Item(
        "a torn line of facts",
        _cache("facts.jsonl", _fact()[:50]),
        (("error", "facts.jsonl"), ("error", "line 1")),
        judged=False,
    ),
    Item(
        "facts with NaN",
        _cache("facts.jsonl", _fact() + _fact("1" * 64, alpha_share=float("nan"))),
        (("error", "facts.jsonl"), ("error", "line 2")),
        judged=False,
    ),
    Item(
        "facts of wrong types",
        _cache("facts.jsonl", _fact(width="wide")),
        (("error", "facts.jsonl"), ("error", "line 1")),
        judged=False,
    ),
    Item(
        "facts that no picture can have",
        _cache("facts.jsonl", _fact(width=-5) + _fact("1" * 64, phash="zz")),
        (("error", "line 1: `facts.width`"), ("error", "line 2: `facts.phash`")),
        judged=False,
    ),
    Item(
        "facts with an unknown key",
        _cache("facts.jsonl", _fact(colour=3)),
        (("error", "facts.jsonl"), ("error", "line 1")),
        judged=False,
    ),
    Item(
        "facts after a merge",
        _cache("facts.jsonl", b"<<<<<<< ours\n" + _fact() + b"=======\n"),
        (("error", "facts.jsonl"), ("error", "line 1"), ("error", "line 3")),
        judged=False,
    ),
    Item(
        "facts that were written by another tool",
        _cache("facts.jsonl", _fact().replace(b":", b": ")),
        (("error", "facts.jsonl"), ("error", "line 1")),
        judged=False,
    ),
    Item(
        "facts of garbage",
        _cache("facts.jsonl", os.urandom(5000)),
        (("error", "facts.jsonl"),),
        judged=False,
    ),
    Item(
        "a torn index", _cache("index.jsonl", b'{"path":"good.png","si'), (("RES001", "good.png"),)
    ),
    Item("an index of garbage", _cache("index.jsonl", os.urandom(5000)), (("RES001", "good.png"),)),
    Item(
        "an index of another shape",
        _cache("index.jsonl", b'{"path":7}\n[]\n'),
        (("RES001", "good.png"),),
    ),
    Item(
        "a file named .curate",
        lambda folder: (folder / ".curate").write_bytes(b""),
        (("error", ".curate"),),
        judged=False,
    ),
)

ITEMS = (*PICTURES, *FILES, *CAPTIONS, *SPECS, *ODD_SPECS, *STORES)


def plant_everything(folder: Path) -> Path:
    """All pictures, files and captions at once, each in a folder of its own."""
    sound_folder(folder)
    for number, item in enumerate((*PICTURES, *FILES, *CAPTIONS)):
        inner = folder / f"{number}"
        inner.mkdir()
        item.plant(sound_folder(inner))
    return folder
