"""Bases by a name: `base: mini` in place of the paths of five files.

A base's folder holds its files and `base.yaml`, which names them and says what no tensor tells:
how many rows a text is filled up to, the scale of positions, the sha256.
"""

from pathlib import Path
from typing import Any

from curate.errors import UserError
from rules.plain_yaml import load_yaml

FOLDER = Path(__file__).with_name("bases")
BASE = "base.yaml"
# Names of `base.yaml` that are places.
PLACES = ("transformer", "text_encoder", "vae", "qwen_tokenizer", "t5_tokenizer")


def with_named_base(plain: Any, path: Path) -> Any:  # noqa: ANN401 - any of YAML
    """A configuration whose `base` is a word, with what that word stands for.

    Args:
        plain: as read.
        path: of the file; a folder that is named counts from its place.

    Raises:
        UserError: there is no such base.
    """
    if not isinstance(plain, dict) or not isinstance(plain.get("base"), str):
        return plain
    return {**plain, "base": named_base(plain["base"], path)}


def named_base(name: str, path: Path) -> dict[str, Any]:
    """The files of a base that ships, or that lies in a folder; see `with_named_base`."""
    shipped = FOLDER / name
    folder = shipped if shipped.is_dir() else path.resolve().parent / name
    file = folder / BASE
    if not file.is_file():
        known = ", ".join(sorted(found.parent.name for found in FOLDER.glob(f"*/{BASE}")))
        raise UserError(
            f"{path}: `base`: {name} is no folder with a {BASE}; bases that ship: "
            f"{known or 'none yet, `make mini` makes one'}"
        )
    plain = load_yaml(file)
    if not isinstance(plain, dict):
        raise UserError(f"{file}: is not the names of a base's files")
    places = {key: str(folder / str(plain[key])) for key in PLACES if key in plain}
    return {**plain, **places}
