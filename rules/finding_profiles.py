"""Where profiles are found: beside the rules, by their ids, or in the dataset's own folder."""

import difflib
from pathlib import Path
from typing import NamedTuple

from rules.plain_yaml import load_yaml
from rules.profiles import Base, Trainer
from rules.records import RecordError, parse
from rules.spec import Spec, TrainerChoice

FOLDER = Path(__file__).parent
# How a profile in the dataset's folder is told from one that ships.
OWN = ".yaml"


def known_trainers() -> tuple[str, ...]:
    """The ids of the trainer profiles."""
    return _known("trainers")


def known_bases() -> tuple[str, ...]:
    """The ids of the base profiles."""
    return _known("bases")


class Profiles(NamedTuple):
    """By what a dataset is judged."""

    trainer: Trainer
    base: Base


def profiles_of(spec: Spec, folder: Path | None = None) -> Profiles:
    """The profiles that a dataset names; `folder` is the dataset's own.

    Raises:
        RecordError: there is none of that name, or a file of the folder cannot be understood.
    """
    return Profiles(load_trainer(spec.trainer_choice, folder), load_base(spec.base, folder))


def load_trainer(choice: TrainerChoice, folder: Path | None = None) -> Trainer:
    """A trainer profile with the user's settings; RecordError names the known ids."""
    path = _path("trainers", choice.profile, folder)
    return parse(Trainer, load_yaml(path, path.name), path.name).with_choice(choice)


def load_base(base_id: str, folder: Path | None = None) -> Base:
    """A base profile; RecordError names the known ids."""
    path = _path("bases", base_id, folder)
    return parse(Base, load_yaml(path, path.name), path.name)


def _known(kind: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (FOLDER / kind).glob("*.yaml")))


def _path(kind: str, profile_id: str, folder: Path | None) -> Path:
    known = _known(kind)
    if profile_id in known:
        return FOLDER / kind / f"{profile_id}.yaml"
    what = f"no {kind.removesuffix('s')} profile `{profile_id}`"
    if profile_id.endswith(OWN) and folder is not None:
        path = folder / profile_id
        # Its faults quote it: whoever may write dataset.yaml must not read other files by it.
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path
        hint = "a file is looked for in the dataset's folder, and nowhere else"
    elif close := difflib.get_close_matches(profile_id, known, n=1):
        hint = f"did you mean `{close[0]}`?"
    else:
        hint = f"known are {', '.join(known)}, and files in the dataset's folder (`my-own{OWN}`)"
    raise RecordError("dataset.yaml", [f"{what}; {hint}"])
