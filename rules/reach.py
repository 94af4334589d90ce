"""Which pictures of a folder a trainer comes across at all."""

from functools import lru_cache

from rules.model import Dataset, Picture, once_a_dataset

HIDDEN = ".*"


def lies_under(path: str, names: tuple[str, ...]) -> bool:
    """Whether a folder above the picture bears one of the names; `.*` stands for hidden ones."""
    return _bears(path.rpartition("/")[0], names)


@lru_cache(maxsize=4096)
def _bears(folders: str, names: tuple[str, ...]) -> bool:
    return any(
        folder.lower() in names or (folder.startswith(".") and HIDDEN in names)
        for folder in folders.split("/")
    )


def stem(picture: Picture) -> str:
    """The picture's path without its suffix: what its caption files begin with."""
    return picture.path[: -len(picture.suffix)] if picture.suffix else picture.path


@once_a_dataset
def within_reach(dataset: Dataset) -> tuple[Picture, ...]:
    """The pictures in folders that the trainer looks into, whether or not it uses them.

    What lies in a folder that it leaves out was put there to be left alone.
    """
    handling = dataset.trainer.pictures
    return tuple(
        picture
        for picture in dataset.pictures
        if (handling.recursive or "/" not in picture.path)
        and not lies_under(picture.path, handling.skipped_folders)
    )


@once_a_dataset
def within_reach_and_read(dataset: Dataset) -> tuple[Picture, ...]:
    """Those of them whose suffix the trainer reads; IMG003 speaks of the others."""
    suffixes = dataset.trainer.pictures.suffixes
    return tuple(picture for picture in within_reach(dataset) if picture.suffix in suffixes)
