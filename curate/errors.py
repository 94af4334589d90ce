"""What goes wrong through no fault of the program, and how it is said."""

import sys
from collections.abc import Mapping

import click

from curate.formats.place import visible
from rules.engine import RuleCrash
from rules.records import RecordError

# What is imported -> the extras of pyproject.toml that bring it.
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "accelerate": ("train",),
    "diffusers": ("train",),
    "fiftyone": ("browse",),
    "httpx": ("evaluate",),
    "matplotlib": ("browse",),
    "numba": ("figures",),
    "onnxruntime": ("tagger",),
    "open_clip": ("classify",),
    "pandas": ("evaluate",),
    "peft": ("train",),
    "pyarrow": ("evaluate",),
    "safetensors": ("classify", "tagger", "train"),
    "scipy": ("classify", "evaluate"),
    "skimage": ("evaluate",),
    "sklearn": ("evaluate",),
    "tenacity": ("evaluate",),
    "threadpoolctl": ("classify",),
    "torch": ("classify", "train"),
    "torchvision": ("classify", "train"),
    "transformers": ("train",),
    "umap": ("browse",),
}


class UserError(Exception):
    """A mistake that the user can mend: what was found, where, what was wanted, the way out."""


def as_message(error: Exception) -> str | None:
    """What to print for an error that is the user's or the machine's; None for a bug of ours."""
    if isinstance(error, RecordError):
        lines = [f"{error.place}: {fault}" for fault in error.faults]
    elif isinstance(error, UserError):
        lines = [str(error)]
    elif isinstance(error, RuleCrash):
        lines = [f"{error}; nothing was judged. This is a bug: please report it"]
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        lines = [f"{place}{error.strerror or error}"]
    elif isinstance(error, ModuleNotFoundError) and (module := _top(error)) in EXTRAS:
        ways = " or ".join(f"`pip install 'lora-curate[{extra}]'`" for extra in EXTRAS[module])
        lines = [f"{module} is not installed; {ways} brings it"]
    else:
        return None
    return "\n".join(f"error: {visible(line)}" for line in lines)


def _top(error: ModuleNotFoundError) -> str:
    return (error.name or "").partition(".")[0]


def run_tool(command: click.Command, program: str) -> None:
    """Run a command of `python -m ...`; a user's mistake is told in one line and ends it with 2."""
    try:
        command.main(standalone_mode=False, prog_name=program)
    except click.Abort:
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except Exception as error:
        said = as_message(error)
        if said is None:
            raise
        click.echo(said, err=True)
        sys.exit(2)
