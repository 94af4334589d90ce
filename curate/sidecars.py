"""Reading caption files: bytes to text, or to the place and likely cause where they are no text."""

import os

from curate.folder import ListedFile, suffix_of
from rules.model import Sidecar

# Ten times what any encoder reads; a longer file is no caption.
CAPTION_BYTES = 32 * 1024
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
KANA = range(0x3041, 0x30FF)


def read_sidecar(file: ListedFile) -> tuple[Sidecar, str | None]:
    """A caption file, and a note where it was not read whole."""
    suffix = suffix_of(file.path)
    try:
        handle = os.open(file.real, os.O_RDONLY)
        try:
            raw = os.read(handle, CAPTION_BYTES)
        finally:
            os.close(handle)
    except OSError as error:
        unreadable = Sidecar(path=file.path, suffix=suffix, text=None, encoding="unreadable")
        return unreadable, f"`{file.path}` cannot be read: {error.strerror}"
    note: str | None = None
    if file.size > CAPTION_BYTES:
        note = f"`{file.path}` is {file.size:,} bytes; only the first {CAPTION_BYTES:,} were read"
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = file.size > CAPTION_BYTES and error.end == len(raw)
        if not cut:
            encoding = likely_encoding(raw)
            sidecar = Sidecar(
                path=file.path,
                suffix=suffix,
                text=None,
                encoding=encoding,
                error_offset=error.start,
            )
            return sidecar, note
        text = raw[: error.start].decode("utf-8")
    return Sidecar(path=file.path, suffix=suffix, text=text), note


def likely_encoding(raw: bytes) -> str:
    """What bytes that are no UTF-8 most likely are; `unreadable` where they are nothing known."""
    guess = _guessed_encoding(raw)
    # No western letter has some of the codes that half-width katakana have.
    for encoding in (guess, "cp932") if guess == "cp1252" else (guess,):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "unreadable"


def _guessed_encoding(raw: bytes) -> str:
    if raw.startswith(UTF16_MARKS):
        return "utf-16"
    if raw[1::2].count(0) > len(raw) // 4:
        return "utf-16-le"
    if raw[::2].count(0) > len(raw) // 4:
        return "utf-16-be"
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        return "cp1252"
    # Western letters decode as half-width katakana too; real Japanese has kana of full width.
    return "cp932" if any(ord(character) in KANA for character in text) else "cp1252"
