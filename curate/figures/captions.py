"""Captions from the truth: comma tags first, then two sentences; nothing that is not in sight."""

from collections.abc import Iterable, Sequence
from dataclasses import field

import numpy as np

from curate.figures.face import expressions
from curate.figures.library import load
from curate.figures.poses import variant_of
from curate.figures.truth import Truth
from rules.records import record

TRUE_FRONT = 40.0
ENOUGH = 20
GAZE = 0.3
SHUT = 0.2


@record
class CaptionPlan:
    """What a set's captions hold.

    Args:
        prefix: Quality tags.
        trigger: The word that stands for the character; None for a stranger.
        structure: Tag to the part that must be in sight for it.
        prose: Part that must be in sight to what a sentence says of it.
        omit: Tags that are never written.
        hair: Whether hair and eyes are described (strangers need it).
        detail: How often each lesser tag of an outfit is written, 0 to 1.
    """

    prefix: tuple[str, ...] = ("masterpiece", "best quality", "safe")
    trigger: str | None = None
    structure: dict[str, str] = field(default_factory=dict)
    prose: dict[str, str] = field(default_factory=dict)
    omit: tuple[str, ...] = ()
    hair: bool = False
    detail: float = 1.0


def _face_in_sight(truth: Truth) -> bool:
    box = truth.face_box
    return box is not None and truth.parts.get("face", 0) > 0.15 * (truth.parts.get("hair", 0) + 1)


def outfit_words(
    truth: Truth, rng: np.random.Generator | None = None, detail: float = 1.0
) -> tuple[list[str], str]:
    """Give the tags of what is worn and in sight, and a noun phrase."""
    words = load("words")
    outfit = truth.figure.character.outfits[truth.outfit]
    row = words["outfit"][outfit.kind]
    colours = {
        "main": outfit.main,
        "second": outfit.second,
        "accent": outfit.accent,
        "legs": outfit.legs,
    }
    lesser = [
        tag.format(**colours)
        for part, tag in row["seen"].items()
        if truth.parts.get(part, 0) >= ENOUGH
    ]
    if outfit.legs is not None and truth.parts.get("legwear", 0) >= ENOUGH:
        lesser.append(words["legwear"][outfit.legwear].format(**colours))
    kept = [tag for tag in lesser if rng is None or rng.random() < detail]
    tags = [tag.format(**colours) for tag in row["tags"]]
    phrase = row["prose" if truth.framing in {"full", "cowboy"} else "above"]
    return [*tags, *kept], phrase.format(**colours)


def general_tags(truth: Truth, plan: CaptionPlan, rng: np.random.Generator) -> list[str]:
    """Give the tags of framing, view, stance, face, clothes and place, as far as they are true."""
    words = load("words")
    figure = truth.figure
    tags = [words["framing"][truth.framing]["tag"]]
    tags += words["view"][truth.view]["tags"]
    if truth.framing in {"face", "bust"} and truth.view.startswith("side"):
        tags.append("profile")
    tags += words["elevation"][truth.elevation]["tags"]
    if truth.framing in {"full", "cowboy"}:
        tags += variant_of(figure.pose.name, figure.pose.variant).tags
    if _face_in_sight(truth):
        if expressions()[truth.expression].open < SHUT:
            pass
        elif abs(figure.gaze) < GAZE and abs(truth.head_azimuth) < TRUE_FRONT:
            tags.append("looking at viewer")
            if truth.view.startswith("back"):
                tags.append("looking back")
        elif abs(figure.gaze) >= GAZE:
            tags.append("looking to the side")
        tags += load("expressions")[truth.expression]["tags"]
    tags += outfit_words(truth, rng, plan.detail)[0]
    tags += words["backdrop"][figure.backdrop.kind]
    return list(dict.fromkeys(tags))


def hair_tags(truth: Truth) -> list[str]:
    """Describe the hair and eyes of a stranger."""
    words, hair = load("words")["hair"], truth.figure.character.hair
    tags = [f"{hair.colour} hair", *words["back"][hair.back]["tags"]]
    if _face_in_sight(truth):
        tags += [
            f"{truth.figure.character.face.eye_colour} eyes",
            *words["bangs"][hair.bangs]["tags"],
        ]
    if truth.figure.character.hair.half_braid and truth.parts.get("braid", 0) > 0:
        tags.append("braid")
    if truth.parts.get("ahoge", 0) > 0:
        tags.append("ahoge")
    return tags


def _sentence(parts: Iterable[str]) -> str:
    text = " ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}."


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def sentences(truth: Truth, plan: CaptionPlan, rng: np.random.Generator) -> tuple[str, str]:
    """Say in one sentence how she stands and is seen, and in another what she looks like."""
    words = load("words")
    view = _pick(words["view"][truth.view]["prose"], rng)
    elevation = _pick(words["elevation"][truth.elevation]["prose"], rng)
    pose = variant_of(truth.figure.pose.name, truth.figure.pose.variant).prose
    if truth.framing in {"full", "cowboy"}:
        first = _sentence([f"she {pose},", f"{view}{',' if elevation else ''}", elevation])
    else:
        what = words["framing"][truth.framing]["prose"]
        first = _sentence([f"{what} of her", f"{view}{',' if elevation else ''}", elevation])
    return first, _looks(truth, plan, rng)


def _said(truth: Truth, part: str, text: str) -> str | None:
    """Fill a phrase about a feature: `{side}` becomes the viewer's side on which it is seen."""
    if truth.parts.get(part, 0) < ENOUGH:
        return None
    feature = truth.features.get(part)
    side = feature.viewer_side if feature is not None else None
    place = "in the middle of the picture" if side == "middle" else f"on the viewer's {side}"
    return text.format(side=place)


def _looks(truth: Truth, plan: CaptionPlan, rng: np.random.Generator) -> str:
    phrases = [said for part, text in plan.prose.items() if (said := _said(truth, part, text))]
    wear = f"she wears {outfit_words(truth)[1]}"
    face = f"she shows {load('expressions')[truth.expression]['sentence']}"
    if not phrases:
        return _sentence([wear, f"and {face[4:]}" if _face_in_sight(truth) else ""])
    lead = phrases[0]
    more = face if _face_in_sight(truth) and truth.framing in {"face", "bust"} else wear
    if rng.random() < 0.5:
        return _sentence([f"{lead}, and {more}"])
    return _sentence([f"{more}, and {lead}"])


def caption(truth: Truth, plan: CaptionPlan, rng: np.random.Generator) -> str:
    """Write a caption in the slots quality, count, trigger, structure, general, prose."""
    tags: list[str] = [*plan.prefix, "1girl"]
    if plan.trigger is not None:
        tags.append(plan.trigger)
    tags += [tag for tag, part in plan.structure.items() if truth.parts.get(part, 0) >= ENOUGH]
    tags += hair_tags(truth) if plan.hair else []
    tags += general_tags(truth, plan, rng)
    kept = [tag for tag in dict.fromkeys(tags) if tag not in plan.omit]
    return f"{', '.join(kept)}. {' '.join(sentences(truth, plan, rng))}"
