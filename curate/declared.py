"""What a caption declares of a picture's framing, view, elevation, pose and expression.

A tag is people's word: it declares what it says and no more, so `standing` declares no pose.
"""

from collections.abc import Mapping
from dataclasses import replace

from rules.model import Evidence, Picture
from rules.vocabulary import Axes

# Where several tags speak, the most particular label counts.
PRECEDENCE = ("lie", "sit", "kneel", "run", "walk", "posed", "upright")


def declare(picture: Picture, axes: Axes) -> Picture:
    """The picture with declared evidence wherever nothing better is known."""
    if picture.caption is None:
        return picture
    tags = picture.caption.tags
    return replace(
        picture,
        framing=picture.framing or _first(tags, axes.framing),
        view=picture.view or _first(tags, axes.view),
        elevation=picture.elevation or _first(tags, axes.elevation),
        pose=picture.pose or _most_particular(tags, axes.pose),
        expression=picture.expression or _first(tags, axes.expression),
    )


def _first(tags: tuple[str, ...], labels: Mapping[str, str]) -> Evidence | None:
    for tag in tags:
        if tag in labels:
            return Evidence(label=labels[tag], source="declared")
    return None


def _most_particular(tags: tuple[str, ...], labels: Mapping[str, str]) -> Evidence | None:
    said = {labels[tag] for tag in tags if tag in labels}
    label = next((label for label in PRECEDENCE if label in said), None)
    return Evidence(label=label, source="declared") if label else None
