"""Ids of classifiers, and which are there, without loading any.

An id covers everything that decides what is seen, so that facts are never mixed up.
"""

import hashlib
import json
import os
import re
from pathlib import Path

EMBEDDED = "embedded"
VERSION = 1
EMBEDDED_FAMILY = f"{EMBEDDED}:{VERSION}"
# What ships with the project: an open_clip config, its weights in 16 bits, and its heads.
FOLDER = Path(__file__).with_name("embedded")
HEADER_BYTES = 2**20
CONFIG, WEIGHTS, HEADS = "config.json", "model.safetensors", "heads.safetensors"


def is_there(folder: Path | None = None) -> bool:
    """Whether the embedded model's files are part of this installation."""
    place = folder or FOLDER
    return all((place / name).is_file() for name in (CONFIG, WEIGHTS, HEADS))


def embedded_id(heads: Path | None = None, folder: Path | None = None) -> str:
    """The embedded model's id under some heads; small files say it, for heads name their weights.

    Raises:
        OSError: a file is missing.
    """
    place = folder or FOLDER
    contents = (place / CONFIG).read_bytes(), (heads or place / HEADS).read_bytes()
    return f"{EMBEDDED_FAMILY}:{digest(*contents)}"


def fitted_to(heads: Path) -> str | None:
    """The sha256 of the weights that some heads read; None where the file does not say.

    The start of a safetensors file is JSON with its length before it.
    """
    try:
        with heads.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, HEADER_BYTES)))
            return str(json.loads(header["__metadata__"]["card"])["backbone"])
    except (OSError, ValueError, KeyError, TypeError):  # loading it will say more
        return None


def own_heads(folder: Path, name: str) -> Path | None:
    """Heads that `curate calibrate` fitted for a classifier of this family.

    Args:
        folder: where facts are kept; heads of the user's own lie in their configuration, too.
        name: the id without its hash.
    """
    own = (heads_place(folder, name), heads_place(user_folder(), name))
    return next((path for path in own if path.is_file()), None)


def heads_place(folder: Path, name: str) -> Path:
    """Where the heads of a family lie in a folder."""
    return folder / "heads" / f"{plain(name)}.safetensors"


def user_folder() -> Path:
    """Where heads lie that serve every dataset of a user."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path("~/.config").expanduser()) / "lora-curate"


def family(classifier: str) -> str:
    """An id without its hash: what a classifier is called whatever its version."""
    return classifier.rpartition(":")[0]


def digest(*contents: bytes) -> str:
    """Twelve hex digits that stand for some contents."""
    whole = hashlib.sha256()
    for content in contents:
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()[:12]


def file_sha256(path: Path) -> str:
    """Hash of a file's content.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plain(name: str) -> str:
    """A name that can be part of an id: letters, digits and a few signs."""
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip("-") or "unnamed"


def one_line(error: BaseException, length: int = 160) -> str:
    """The start of an error's text."""
    return (" ".join(str(error).split()) or type(error).__name__)[:length]
