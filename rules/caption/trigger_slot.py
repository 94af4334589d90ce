"""The slot of a tag that holds the trigger among other words."""

from dataclasses import replace

from rules.model import Caption, Dataset
from rules.terms import normal
from rules.trigger.standing import trigger_index


def with_trigger_slot(dataset: Dataset, caption: Caption) -> Caption:
    """The caption in which `tk girl` stands in the trigger's slot where no tag is `tk`.

    The rules about the trigger take it for the trigger too, so their fixes and those of the
    layout agree on its place.
    """
    trigger = normal(dataset.spec.subject.trigger or "")
    if not trigger or trigger in caption.tags:
        return caption
    tags = tuple(token for token in caption.tokens if token.slot != "prose")
    index = trigger_index(replace(caption, tokens=tags), trigger)
    if index is None or tags[index].slot != "general":
        return caption
    holder = tags[index]
    tokens = (t._replace(slot="trigger") if t is holder else t for t in caption.tokens)
    return replace(caption, tokens=tuple(tokens))
