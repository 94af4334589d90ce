"""Which pictures a trainer would take if only their captions were right, and what it reads."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rules.model import Dataset, Picture, Sidecar, once_a_dataset
from rules.reach import within_reach_and_read

BOM = "\ufeff"
JSON = ".json"
LINE_END = re.compile(r"[\r\n]")


class FedFile(NamedTuple):
    """The part of a caption file that a trainer reads.

    Attributes:
        text: behind any byte order mark; of a JSON file what is joined from it.
        start: offset of the text in the file, None where it is no slice of it.
    """

    picture: Picture
    sidecar: Sidecar
    text: str
    start: int | None


@once_a_dataset
def in_need_of_captions(dataset: Dataset) -> tuple[Picture, ...]:
    """The pictures that the trainer finds, reads and can decode."""
    return tuple(
        picture
        for picture in within_reach_and_read(dataset)
        if picture.file is None or picture.file.error is None
    )


def text_suffix(dataset: Dataset) -> str:
    """The suffix under which a plain caption is written for the trainer."""
    suffixes = dataset.trainer.captions.suffixes
    return next((suffix for suffix in suffixes if suffix != JSON), suffixes[0])


@once_a_dataset
def fed_files(dataset: Dataset) -> tuple[FedFile, ...]:
    """The caption files that the trainer reads, as far as they can be decoded."""
    return tuple(_fed_files(dataset))


def _fed_files(dataset: Dataset) -> Iterator[FedFile]:
    first_only = dataset.trainer.captions.lines == "first"
    for picture in in_need_of_captions(dataset):
        sidecar = picture.fed_sidecar
        if sidecar is None or sidecar.text is None or picture.caption is None:
            continue
        if sidecar.suffix == JSON:
            yield FedFile(picture, sidecar, picture.caption.text, None)
            continue
        text = sidecar.text.lstrip(BOM)
        start = len(sidecar.text) - len(text)
        if first_only:
            text = LINE_END.split(text, maxsplit=1)[0]
        yield FedFile(picture, sidecar, text.rstrip("\r\n"), start)


def is_cut_into_words(dataset: Dataset, picture: Picture) -> bool:
    """Whether the trainer makes a tag of every word, for want of a comma."""
    sidecar = picture.fed_sidecar
    if sidecar is None or sidecar.suffix == JSON or dataset.trainer.captions.commaless == "kept":
        return False
    return "," not in (sidecar.text or "")


def unread_sidecars(picture: Picture) -> tuple[Sidecar, ...]:
    """The caption files that say something about a picture for which the trainer reads none.

    JSON counts only where nothing else does: beside a trainer that reads none it is more often
    metadata than a caption.
    """
    if picture.fed_sidecar is not None:
        return ()
    speaking = [s for s in picture.sidecars if s.text is None or s.text.strip(BOM + " \t\r\n")]
    plain = [s for s in speaking if s.suffix != JSON]
    return tuple(plain or speaking)
