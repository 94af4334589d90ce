"""Tags that say something to `curate approve`: `approve`, `reject:reason`, `label:pose=upright`."""

from collections.abc import Iterable

APPROVE = "approve"
REJECT = "reject"
LABEL = "label:"
# What people said of a picture before its bytes changed.
WAS = "was:"


def is_said(tag: str) -> bool:
    """Whether a tag is a decision or a label."""
    return is_decision(tag) or tag.startswith(LABEL)


def is_decision(tag: str) -> bool:
    """Whether a tag approves or rejects."""
    return tag in {APPROVE, REJECT} or tag.startswith(f"{REJECT}:")


def decision_of(tags: Iterable[str]) -> str | None:
    """The decision among tags; a rejection outweighs an approval, the last one counts."""
    said = [tag for tag in tags if is_decision(tag)]
    rejections = [tag for tag in said if tag != APPROVE]
    return next(reversed(rejections or said), None)


def reason_of(tag: str) -> str:
    """The reason of a rejection, empty where none is given."""
    return tag.partition(":")[2].strip()


def label_of(tag: str) -> tuple[str, str] | None:
    """Attribute and label of `label:pose=upright`, None for any other tag."""
    attribute, equals, label = tag.removeprefix(LABEL).partition("=")
    if not tag.startswith(LABEL) or not equals:
        return None
    return attribute.strip(), label.strip()
