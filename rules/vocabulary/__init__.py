"""Words that rules know: data files beside this module, extended by the user's dataset.yaml."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import cache
from pathlib import Path

from rules.plain_yaml import load_yaml
from rules.records import parse, record
from rules.spec import LintSettings, Tags

FOLDER = Path(__file__).parent


@record
class ExclusiveGroup:
    """Tags of which a picture can bear one at most.

    Attributes:
        unless: tags that make several of them possible (`looking back`, `multicolored hair`).
        allowed: tags that go together all the same, any two of each line.
        per_figure: whether each figure may bear another one, so that nothing is said of pictures
            with several; false for what is true of the whole picture (`day`).
    """

    tags: Tags
    unless: Tags = ()
    allowed: tuple[Tags, ...] = ()
    per_figure: bool = True


@record
class Words:
    """Tags by what they are for (`words.yaml`).

    Attributes:
        quality: praise of the picture, not content (`masterpiece`).
        ratings: `safe`, `sensitive` and their like; a caption bears one.
        praise, blame: quality tags that contradict each other.
        counts: how many are in the picture (`1girl`).
        loose_counts: those of them that no layout pins to the front (`solo`).
        meta: tags about the file (`highres`).
        emoticons: tags whose underscore belongs to them (`:d`, `^_^`).
        colours: names of colours.
        accessories: small things whose colour drifts.
        common: everyday words that no trigger should be.
        refusals: beginnings of what captioning programs say instead of a caption.
        openings: beginnings of what they say before one.
        mirrored: words that a mirrored picture makes wrong.
        several: tags of more than one figure or panel (`multiple views`).
    """

    quality: Tags
    ratings: Tags
    praise: Tags
    blame: Tags
    counts: Tags
    loose_counts: Tags
    meta: Tags
    emoticons: Tags
    colours: Tags
    accessories: Tags
    common: Tags
    refusals: tuple[str, ...]
    openings: tuple[str, ...]
    mirrored: Tags
    several: Tags


@record
class Axes:
    """Tag -> label that it declares, on each axis (`axes.yaml`)."""

    framing: Mapping[str, str]
    view: Mapping[str, str]
    elevation: Mapping[str, str]
    pose: Mapping[str, str]
    expression: Mapping[str, str]


@record
class ProsePhrases:
    """What sentences declare, and the words that let a phrase count (`prose.yaml`).

    Attributes:
        view, elevation, framing: label -> phrases of the camera.
        does: pose -> verbs that need the character as their subject.
        holds: pose -> how she holds herself, which needs no subject.
        does_not_before: words behind a verb that make it mean something else.
        she, he, they: what the character is called.
        others: who else does something or is seen.
        negations: words that take a phrase back.
        verbs: those that end the subject of a sentence.
        camera_before: what may stand before a phrase of the camera.
        skipped: words that phrases are written without.
    """

    view: Mapping[str, Tags]
    elevation: Mapping[str, Tags]
    framing: Mapping[str, Tags]
    does: Mapping[str, Tags]
    holds: Mapping[str, Tags]
    does_not_before: Tags
    she: Tags
    he: Tags
    they: Tags
    others: Tags
    negations: Tags
    verbs: Tags
    camera_before: Tags
    skipped: Tags


@record
class Nature:
    """Tags that say something of an axis: by their whole name, or by any of their words."""

    tags: Tags
    words: Tags


@record
class Entails:
    """What goes together by nature (`entails.yaml`).

    Attributes:
        leaves_open: axis -> tag that narrows it -> the labels that it allows.
        by_nature: axis -> tags that say something of it or are only seen on some side.
    """

    leaves_open: Mapping[str, Mapping[str, Tags]]
    by_nature: Mapping[str, Nature]

    def names(self, tag: str, axis: str) -> bool:
        """Whether a tag has to do with an axis by nature."""
        nature = self.by_nature.get(axis)
        return nature is not None and (
            tag in nature.tags or not set(nature.words).isdisjoint(tag.split())
        )


@record
class Vocabulary:
    """Everything of the above, with what the user added.

    Attributes:
        excluded_expressions: tag -> expressions with which it cannot be meant.
        implies: tag -> tags that it says already; an empty entry says that it implies nothing.
        tag_words: words of which well-known tags are made (`tag_words.yaml`).
    """

    words: Words
    axes: Axes
    prose: ProsePhrases
    entails: Entails
    exclusive: Mapping[str, ExclusiveGroup]
    excluded_expressions: Mapping[str, Tags] = field(default_factory=dict)
    implies: Mapping[str, Tags] = field(default_factory=dict)
    tag_words: frozenset[str] = frozenset()

    def extended(self, settings: LintSettings) -> "Vocabulary":
        """With the groups and implications of a dataset.yaml; the user's replace ours by name."""
        groups = {n: ExclusiveGroup(tags=_plain(tags)) for n, tags in settings.exclusive.items()}
        implied = {_plain([tag])[0]: _plain(tags) for tag, tags in settings.implies.items()}
        return replace(
            self,
            exclusive={**self.exclusive, **groups},
            implies={**self.implies, **implied},
        )


def _plain(tags: Iterable[str]) -> Tags:
    """Tags as captions are compared: people write underscores and capitals too."""
    return tuple(" ".join(tag.lower().replace("_", " ").split()) for tag in tags)


@record
class _Exclusive:
    groups: Mapping[str, ExclusiveGroup]


@record
class _Expressions:
    excludes: Mapping[str, Tags]


@record
class _Implies:
    tags: Mapping[str, Tags]


@record
class _TagWords:
    words: Tags


@cache
def load_vocabulary() -> Vocabulary:
    """The words that come with the rules."""
    return Vocabulary(
        words=parse(Words, load_yaml(FOLDER / "words.yaml"), "words.yaml"),
        axes=parse(Axes, load_yaml(FOLDER / "axes.yaml"), "axes.yaml"),
        prose=parse(ProsePhrases, load_yaml(FOLDER / "prose.yaml"), "prose.yaml"),
        entails=parse(Entails, load_yaml(FOLDER / "entails.yaml"), "entails.yaml"),
        exclusive=parse(_Exclusive, load_yaml(FOLDER / "exclusive.yaml"), "exclusive.yaml").groups,
        excluded_expressions=parse(
            _Expressions, load_yaml(FOLDER / "expressions.yaml"), "expressions.yaml"
        ).excludes,
        implies=parse(_Implies, load_yaml(FOLDER / "implies.yaml"), "implies.yaml").tags,
        tag_words=frozenset(
            parse(_TagWords, load_yaml(FOLDER / "tag_words.yaml"), "tag_words.yaml").words
        ),
    )
