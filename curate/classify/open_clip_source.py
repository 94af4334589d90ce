"""Any open_clip model: by name, with weights from its hub, a file or a folder.

Weights are data: a file that holds code is refused, and so is one that does not fit.
"""

import contextlib
import difflib
import json
import logging
import pickle
import socket
import urllib.parse
import urllib.request
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from curate import torchvision_operators  # noqa: F401  # isort: skip - before open_clip
import open_clip  # type: ignore[import-untyped]

from curate.classify.clip import Colour
from curate.classify.naming import one_line, plain
from curate.errors import UserError

OPTION = "--clip-model"
SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")
SECONDS = 5.0
DEFAULT_MEAN: Colour = open_clip.OPENAI_DATASET_MEAN
DEFAULT_STD: Colour = open_clip.OPENAI_DATASET_STD
# Weights that are worth having where a model is named without them, best first.
PREFERRED = ("datacomp_xl", "datacomp_l", "laion2b", "openai")
FOLDER_SCHEME, HUB_SCHEME = "local-dir:", "hf-hub:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a model comes from.

    Attributes:
        name: what open_clip calls its architecture.
        weights: the file.
        called: both, as part of an id.
        mean, std: how pixels become numbers, sRGB from 0 to 1.
        quick_gelu: whether the weights were trained with that activation.
    """

    name: str
    weights: Path
    called: str
    mean: Colour = DEFAULT_MEAN
    std: Colour = DEFAULT_STD
    quick_gelu: bool = False


def find_source(named: str) -> Source:
    """What `--clip-model` names.

    Raises:
        UserError: there is no such model or file, or the hub does not answer.
    """
    if Path(named).is_dir():
        named = f"{FOLDER_SCHEME}{named}"
    if named.startswith(FOLDER_SCHEME):
        return _in_folder(Path(named.removeprefix(FOLDER_SCHEME)))
    if named.startswith(HUB_SCHEME):
        return _on_hub(named)
    name, _, weights = named.partition(":")
    known = open_clip.list_models()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean `{close[0]}`?" if close else "; `python -c 'import open_clip; "
        hint += "" if close else "print(open_clip.list_models())'` lists them"
        raise UserError(f"{OPTION}: no open_clip model `{name}`{hint}")
    tags = open_clip.list_pretrained_tags_by_model(name)
    tag = weights or _best(tags)
    if tag in tags:
        return _tagged(name, tag)
    if not weights:
        raise UserError(f"{OPTION} {name}: name its weights, too: {name}:/path/file.safetensors")
    path = Path(weights).expanduser()
    if not path.is_file():
        raise UserError(
            f"{OPTION}: {weights} is no file and no weights of {name}; known are "
            f"{', '.join(tags) or 'none'}"
        )
    usual = open_clip.get_pretrained_cfg(name, tags[0]) if tags else {}
    return Source(
        name=name, weights=path, called=f"{plain(name)}:{plain(path.stem)}", **_pixels(usual)
    )


def _best(tags: list[str]) -> str:
    ranked = (tag for start in PREFERRED for tag in tags if tag.startswith(start))
    return next(ranked, tags[0] if tags else "")


def _pixels(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mean": tuple(config.get("mean") or DEFAULT_MEAN),
        "std": tuple(config.get("std") or DEFAULT_STD),
    }


def _in_folder(folder: Path) -> Source:
    place = folder / "open_clip_config.json"
    try:
        config = json.loads(place.read_bytes())
        pixels = _pixels(config.get("preprocess_cfg", {}))
        if "model_cfg" not in config:
            raise UserError(f"{place}: has no `model_cfg`; it is no config of open_clip")
    except OSError as error:
        raise UserError(f"{OPTION}: {place}: {error.strerror}") from error
    except (ValueError, AttributeError, TypeError) as error:
        raise UserError(f"{place}: is no config of open_clip: {one_line(error)}") from error
    files = sorted(path for suffix in SUFFIXES for path in folder.glob(f"*{suffix}"))
    files.sort(key=lambda path: (SUFFIXES.index(path.suffix), "open_clip" not in path.name))
    if not files:
        raise UserError(f"{OPTION}: {folder} holds no weights; wanted open_clip_model.safetensors")
    return Source(
        name=f"{FOLDER_SCHEME}{folder}",
        weights=files[0],
        called=plain(folder.resolve().name),
        **pixels,
    )


def _tagged(name: str, tag: str) -> Source:
    config = open_clip.get_pretrained_cfg(name, tag)
    with _asking_the_hub(f"{name}:{tag}", name):
        path = Path(open_clip.download_pretrained(config))
    return Source(
        name=name,
        weights=path,
        called=f"{plain(name)}:{plain(tag)}",
        quick_gelu=bool(config.get("quick_gelu")),
        **_pixels(config),
    )


def _on_hub(named: str) -> Source:
    with _asking_the_hub(named, "NAME"):
        repository = named.removeprefix(HUB_SCHEME)
        path = Path(open_clip.pretrained.download_pretrained_from_hf(repository))
        config = open_clip.pretrained.download_pretrained_from_hf(
            repository, "open_clip_config.json"
        )
    pixels = _pixels(json.loads(Path(config).read_bytes()).get("preprocess_cfg", {}))
    return Source(name=named, weights=path, called=plain(named), **pixels)


@contextlib.contextmanager
def _asking_the_hub(named: str, name: str) -> Iterator[None]:
    """Say in one line that the hub does not give what is not here, and the ways out."""
    with _hub() as answers:
        try:
            yield
        except Exception as error:
            why = f"does not give them ({one_line(error, 80)})" if answers else "does not answer"
            raise UserError(
                f"{OPTION} {named}: its weights are not here and the hub {why}; name a file, "
                f"{OPTION} {name}:/path/file.safetensors, or leave {OPTION} away for the embedded "
                "model"
            ) from error


@contextlib.contextmanager
def _hub() -> Iterator[bool]:
    """Let what is kept of the hub do where it does not answer; tells whether it does.

    Its client asks again and again, for most of a minute; one connection tells as much.
    """
    from huggingface_hub import constants  # noqa: PLC0415 - comes with open_clip

    before = constants.HF_HUB_OFFLINE
    answers = not before and _answers(constants.ENDPOINT)
    constants.HF_HUB_OFFLINE = not answers
    try:
        with _quiet():
            yield answers
    finally:
        constants.HF_HUB_OFFLINE = before


def _answers(endpoint: str) -> bool:
    place = urllib.parse.urlsplit(endpoint)
    if place.scheme in urllib.request.getproxies():  # only the proxy knows
        return True
    port = place.port or (80 if place.scheme == "http" else 443)
    try:
        socket.create_connection((place.hostname or "", port), SECONDS).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what open_clip logs and warns of: a fault is raised, the rest is noise."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def load_model(source: Source) -> tuple[Any, Any]:
    """The model and its tokenizer.

    Raises:
        UserError: the file is torn, holds code, or is of another architecture.
    """
    place = source.weights
    if place.suffix not in SUFFIXES:
        raise UserError(f"{OPTION}: {place}: wanted one of {', '.join(SUFFIXES)}")
    try:
        with _hub() if _needs_the_hub(source.name) else _quiet():
            model = open_clip.create_model(
                source.name,
                load_weights=False,
                pretrained_text=False,
                force_quick_gelu=source.quick_gelu,
            )
            tokenizer = open_clip.get_tokenizer(source.name)
    except Exception as error:
        raise UserError(
            f"{OPTION} {source.name}: cannot be built: {one_line(error, 80)}; a folder with "
            "open_clip_config.json, weights and tokenizer needs no hub"
        ) from error
    try:
        with _quiet():
            open_clip.load_checkpoint(model, str(place), weights_only=True)
    except (SafetensorError, EOFError) as error:
        raise UserError(f"{place}: is torn, or no weights: {one_line(error)}") from error
    except pickle.UnpicklingError as error:
        raise UserError(f"{place}: {CODE}") from error
    except OSError as error:
        raise UserError(f"{place}: {error.strerror or one_line(error)}") from error
    except Exception as error:
        raise UserError(f"{place}: {_misfit(error, source.name)}") from error
    return model, tokenizer


def _needs_the_hub(name: str) -> bool:
    """Whether a model reads texts as a model of the hub does, whose tokenizer is there."""
    if name.startswith((FOLDER_SCHEME, HUB_SCHEME)):
        return name.startswith(HUB_SCHEME)
    return "hf_tokenizer_name" in open_clip.get_model_config(name).get("text_cfg", {})


CODE = "holds code and not only weights, or is torn; it is not run: save it as safetensors"


def _misfit(error: Exception, name: str) -> str:
    said = one_line(error)
    if "PytorchStreamReader" in said or "central directory" in said:
        return f"is torn: {said}"
    if "TorchScript" in said or "weights_only" in said:
        return CODE
    return f"does not fit {name}, likely of another architecture: {said}"
