"""What classifiers tell of a picture: heads with their labels in order, and measured quantities."""

from collections.abc import Mapping

HEADS: Mapping[str, tuple[str, ...]] = {
    "framing": ("face", "bust", "cowboy", "full"),
    "view": (
        "front",
        "three_quarter_left",
        "three_quarter_right",
        "side_left",
        "side_right",
        "back",
        "back_left",
        "back_right",
    ),
    "elevation": ("below", "eye", "above"),
    "pose": ("upright", "posed", "walk", "run", "sit", "kneel", "lie"),
    "expression": (
        "neutral",
        "smile",
        "open_smile",
        "closed_eyes",
        "angry",
        "surprised",
        "sad",
    ),
    "mouth": ("open", "closed"),
    "upright": ("upright", "not upright"),
}
# Name -> how many numbers; all but the count of figures are shares of the picture's sides.
QUANTITIES: Mapping[str, int] = {"head_height": 1, "figures": 1, "figure_box": 4}
# What cannot be seen: head -> the head that says so, and by which of its labels. Nobody's legs
# show in a bust, nobody's smile from behind.
HIDDEN: Mapping[str, tuple[str, frozenset[str]]] = {
    "pose": ("framing", frozenset({"face", "bust"})),
    "upright": ("framing", frozenset({"face", "bust"})),
    "expression": ("view", frozenset({"back", "back_left", "back_right"})),
    "mouth": ("view", frozenset({"back", "back_left", "back_right"})),
}
# What several labels are called together, where one of them is not sure but all of them are.
VIEW_GROUPS: Mapping[str, tuple[str, ...]] = {
    "front": ("front", "three_quarter_left", "three_quarter_right"),
    "side": ("side_left", "side_right"),
    "back": ("back", "back_left", "back_right"),
}
# For each view the place of its group.
GROUP_OF_VIEW: tuple[int, ...] = tuple(
    next(place for place, labels in enumerate(VIEW_GROUPS.values()) if view in labels)
    for view in HEADS["view"]
)
# Labels of those who cannot tell left from right, as taggers and captions.
GROUPS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "view": {
        "side": frozenset({"side_left", "side_right"}),
        "three_quarter": frozenset({"three_quarter_left", "three_quarter_right"}),
        "diagonal": frozenset(
            {"three_quarter_left", "three_quarter_right", "back_left", "back_right"}
        ),
    }
}


def mirrored_labels(head: str) -> tuple[int, ...]:
    """For each label of a head the place of what it is called in the mirrored picture."""
    swapped = {"_left": "_right", "_right": "_left"}
    labels = HEADS[head]
    return tuple(
        labels.index(
            next(
                (label.removesuffix(a) + b for a, b in swapped.items() if label.endswith(a)), label
            )
        )
        for label in labels
    )
