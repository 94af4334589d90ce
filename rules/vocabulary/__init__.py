"""Words that rules know: data files beside this module, extended by the user's dataset.yaml."""

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cache
from pathlib import Path

from rules.records import load_yaml, parse, record
from rules.spec import LintSettings, Tags

FOLDER = Path(__file__).parent


@record
class ExclusiveGroup:
    """Tags of which a picture can bear one at most.

    Attributes:
        unless: tags that make several of them possible (`looking back`, `multicolored hair`).
        allowed: pairs that go together all the same.
    """

    tags: Tags
    unless: Tags = ()
    allowed: tuple[Tags, ...] = ()


@record
class Words:
    """Tags by what they are for (`words.yaml`).

    Attributes:
        quality: praise of the picture, not content (`masterpiece`).
        ratings: `safe`, `sensitive` and their like; a caption bears one.
        praise, blame: quality tags that contradict each other.
        counts: how many are in the picture (`1girl`).
        meta: tags about the file (`highres`).
        emoticons: tags whose underscore belongs to them (`:d`, `^_^`).
        colours: names of colours.
        accessories: small things whose colour drifts.
        hair_colours: tags of hair colours.
        common: everyday words that no trigger should be.
        boilerplate: beginnings by which captioning programs betray themselves.
        mirrored: words that a mirrored picture makes wrong.
    """

    quality: Tags
    ratings: Tags
    praise: Tags
    blame: Tags
    counts: Tags
    meta: Tags
    emoticons: Tags
    colours: Tags
    accessories: Tags
    common: Tags
    boilerplate: tuple[str, ...]
    mirrored: Tags


@record
class Axes:
    """Tag -> label that it declares, on each axis (`axes.yaml`)."""

    framing: Mapping[str, str]
    view: Mapping[str, str]
    elevation: Mapping[str, str]
    pose: Mapping[str, str]
    expression: Mapping[str, str]


@record
class Vocabulary:
    """Everything of the above, with what the user added."""

    words: Words
    axes: Axes
    exclusive: Mapping[str, ExclusiveGroup]
    implies: Mapping[str, Tags] = field(default_factory=dict)

    def extended(self, settings: LintSettings) -> "Vocabulary":
        """With the groups and implications of a dataset.yaml; the user's replace ours by name."""
        groups = {name: ExclusiveGroup(tags=tags) for name, tags in settings.exclusive.items()}
        return replace(
            self,
            exclusive={**self.exclusive, **groups},
            implies={**self.implies, **settings.implies},
        )


@record
class _Exclusive:
    groups: Mapping[str, ExclusiveGroup]


@record
class _Implies:
    tags: Mapping[str, Tags]


@cache
def load_vocabulary() -> Vocabulary:
    """The words that come with the rules."""
    return Vocabulary(
        words=parse(Words, load_yaml(FOLDER / "words.yaml"), "words.yaml"),
        axes=parse(Axes, load_yaml(FOLDER / "axes.yaml"), "axes.yaml"),
        exclusive=parse(_Exclusive, load_yaml(FOLDER / "exclusive.yaml"), "exclusive.yaml").groups,
        implies=parse(_Implies, load_yaml(FOLDER / "implies.yaml"), "implies.yaml").tags,
    )
