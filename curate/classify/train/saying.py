"""What a person might say of a training picture, in tags or in a sentence."""

from typing import Any

import numpy as np

from curate.classify.train.scene import Scene
from curate.figures.library import load
from curate.figures.truth import elevation_of

WHO = ("a girl", "an anime girl", "1girl", "a girl")


def say(words: dict[str, Any], scene: Scene, rng: np.random.Generator) -> str:
    """Describe a scene as it was cropped and mirrored; never the same twice."""
    table = load("words")
    view, framing = table["view"][scene.view], table["framing"][scene.framing]
    elevation = table["elevation"][elevation_of(scene.elevation)]
    body = scene.framing in {"cowboy", "full"}
    if rng.random() < 0.5:
        tags = ["1girl", framing["tag"], *view["tags"], *elevation["tags"]]
        tags += words["pose"][0] if body else []
        tags += words["expression"][0] if scene.face_in_sight else []
        looks = [*words["hair"], *words["clothes"][0], *words["backdrop"]]
        tags += [tag for tag in looks if rng.random() < 0.6]
        kept = [tag for tag in tags[1:] if rng.random() < 0.85]
        rng.shuffle(kept)
        return ", ".join([tags[0], *kept])
    who = WHO[int(rng.integers(len(WHO)))]
    seen = _one(view["prose"], rng)
    said = [f"{who} {seen}"]
    if rng.random() < 0.6:
        said.append(_one(elevation["prose"], rng))
    if rng.random() < 0.5:
        said.append(framing["prose"])
    if body and rng.random() < 0.6:
        said.append(f"she {words['pose'][1]}")
    if scene.face_in_sight and rng.random() < 0.4:
        said.append(f"with {words['expression'][1]}")
    if rng.random() < 0.5:
        said.append(_one(words["hair"], rng))
    if rng.random() < 0.5:
        said.append(words["clothes"][1])
    return ", ".join(part for part in said if part)


def _one(choices: list[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
