"""Prompts from dataset.yaml and its captions: K, N, KT, and the arms without a trigger."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Literal

from evaluate.spec.cells import Arm
from rules.model import Caption, Dataset
from rules.records import record
from rules.spec import Subject


@record
class Wording:
    """What prompts of a character are built from.

    Attributes:
        prefix: quality tags.
        count: the captions' most frequent count tag (`1girl`).
        trigger: None where the dataset has none.
        captions: tags and sentences of every trained caption that has sentences.
        bare: every trained caption whole, without the trigger.
        assist: tags of the format KT.
        handed: feature -> side.
    """

    prefix: tuple[str, ...] = ()
    count: str | None = None
    trigger: str | None = None
    captions: tuple[tuple[frozenset[str], str], ...] = ()
    bare: tuple[str, ...] = ()
    assist: tuple[str, ...] = ()
    handed: Mapping[str, Literal["left", "right"]] = field(default_factory=dict)


def wording_of(dataset: Dataset, assist: Iterable[str] = ()) -> Wording:
    """The wording of a dataset; `assist` in place of the features that only sentences name."""
    subject: Subject = dataset.spec.subject
    counts = Counter(
        token.tag
        for _, caption in dataset.captioned
        for token in caption.tokens
        if token.slot == "count"
    )
    told = (caption for _, caption in dataset.captioned if caption.sentences)
    return Wording(
        prefix=dataset.spec.caption.prefix,
        count=counts.most_common(1)[0][0] if counts else None,
        trigger=subject.trigger,
        captions=tuple((frozenset(caption.tags), _sentences(caption)) for caption in told),
        bare=tuple(_bare(caption, subject) for _, caption in dataset.captioned),
        assist=tuple(assist) or subject.prose_only,
        handed=subject.handed,
    )


def _sentences(caption: Caption) -> str:
    return " ".join(f"{sentence.rstrip('.')}." for sentence in caption.sentences)


def _bare(caption: Caption, subject: Subject) -> str:
    """A caption as of anybody: the trigger's tag is left out, and sentences speak of her."""
    trigger = subject.trigger or ""
    tags = ", ".join(tag for tag in caption.tags if tag != trigger)
    sentences = _sentences(caption)
    if trigger:
        called = rf"(?<!\w){re.escape(trigger)}(?!\w)"
        sentences = re.sub(called, "she", sentences, flags=re.IGNORECASE)
    return f"{tags}. {sentences}" if sentences else tags


def tags_of(scene: str) -> tuple[str, ...]:
    """The tags of a text, which commas part."""
    return tuple(part.strip() for part in scene.split(",") if part.strip())


def prompt(wording: Wording, scene: str, form: str = "K", *, trigger: bool = True) -> str:
    """A prompt.

    Args:
        wording: of the dataset.
        scene: tags of composition.
        form: N adds the sentences of the trained caption that shares most tags with the scene,
            KT the assisting tags.
        trigger: whether the trigger is in it.
    """
    said = tags_of(scene)
    words = [*wording.prefix, wording.count, wording.trigger if trigger else None, *said]
    if form == "KT":
        words += [tag for tag in wording.assist if tag not in said]
    text = ", ".join(word for word in words if word)
    sentences = nearest_sentences(wording, said) if form == "N" else ""
    return f"{text}. {sentences}" if sentences else text


def nearest_sentences(wording: Wording, said: tuple[str, ...]) -> str:
    """Sentences of the caption that shares most tags with a scene; the first of those alike."""
    wanted = {tag.lower() for tag in said}
    if not wording.captions:
        return ""
    return max(wording.captions, key=lambda caption: len(caption[0] & wanted))[1]


def weighted(words: str, weight: float) -> str:
    """Words with the mark of a weight, which 1 does not need."""
    return words if weight == 1.0 else f"({words}:{weight:g})"


def has_trigger(arm: Arm) -> bool:
    """Whether an arm's prompts call her."""
    return arm in {"base_trigger", "lora"}


def has_lora(arm: Arm) -> bool:
    """Whether an arm loads the LoRA."""
    return arm in {"lora_no_trigger", "lora"}
