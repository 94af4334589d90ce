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
