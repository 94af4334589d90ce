"""How often the tests of contamination cry wolf on sets without any, and how much they miss.

Prints Markdown tables; exits 1 where false alarms are more frequent than the rules state. A set is
drawn with tags, framings, angles, views and stances that do not depend on each other; for power,
one dependency is put in.
"""

import argparse
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rules.contamination.contaminated_tag import Options as ContaminatedTag
from rules.contamination.contaminated_tag import contaminated_tag
from rules.contamination.saturated_tag import Options as SaturatedTag
from rules.contamination.saturated_tag import saturated_tag
from rules.contamination.skewed_trigger import Options as SkewedTrigger
from rules.contamination.skewed_trigger import skewed_trigger
from rules.finding_profiles import load_base, load_trainer
from rules.model import Caption, Dataset, Evidence, Picture, Token
from rules.spec import Spec, TrainerChoice, WantedLabels
from rules.violation import Said, Violation
from rules.vocabulary import load_vocabulary

LEVEL = 0.05
SIZES = (20, 70, 300)
TAGS = {f"thing {letter}": share for letter, share in zip("abcdefgh", range(2, 10), strict=True)}
SHARES: dict[str, dict[str, float]] = {
    "framing": {"bust": 0.4, "full": 0.6},
    "view": {"front": 0.4, "three_quarter_left": 0.3, "side_left": 0.2, "back": 0.1},
    "elevation": {"eye": 0.8, "below": 0.2},
    "pose": {"upright": 0.2, "posed": 0.5, "walk": 0.3},
    "expression": {"neutral": 0.4, "smile": 0.6},
}
WANTED = WantedLabels(pose={"upright": 0.2}, elevation={"below": None, "eye": None})
EMPTY = Dataset(
    name="drawn",
    spec=Spec(wanted=WANTED),
    trainer=load_trainer(TrainerChoice()),
    base=load_base("anima-base-v1.0"),
    vocabulary=load_vocabulary(),
    pictures=(),
)
Change = Callable[[dict[str, str], set[str], random.Random], None]


def drawn(size: int, dice: random.Random, change: Change) -> Dataset:
    """A set of labelled pictures with captions."""
    return replace(EMPTY, pictures=tuple(_picture(n, dice, change) for n in range(size)))


def _picture(number: int, dice: random.Random, change: Change) -> Picture:
    labels = {
        axis: dice.choices(list(shares), list(shares.values()))[0]
        for axis, shares in SHARES.items()
    }
    tags = {tag for tag, share in TAGS.items() if dice.random() < share / 10}
    if labels["framing"] == "full":
        tags |= {"standing"} if labels["pose"] != "walk" and dice.random() < 0.8 else set()
    change(labels, tags, dice)
    caption = Caption(
        path=f"{number}.txt",
        text=", ".join(tags),
        tokens=tuple(Token(tag, tag, "general", 0) for tag in sorted(tags)),
        tags=tuple(sorted(tags)),
        sentences=(),
    )
    evidence: dict[str, Any] = {
        axis: Evidence(label=label, source="labelled") for axis, label in labels.items()
    }
    return Picture(path=f"{number}.png", suffix=".png", caption=caption, **evidence)


def nothing(labels: dict[str, str], tags: set[str], dice: random.Random) -> None:
    """A set without any dependency."""


def tilted(share: float) -> Change:
    """One tag brings a low angle in a share of its pictures."""

    def change(labels: dict[str, str], tags: set[str], dice: random.Random) -> None:
        if "thing d" in tags and dice.random() < share:
            labels["elevation"] = "below"

    return change


def posed(share: float) -> Change:
    """All but a share of the upright pictures pose."""

    def change(labels: dict[str, str], _: set[str], dice: random.Random) -> None:
        if labels["pose"] == "upright" and dice.random() >= share:
            labels["pose"] = "posed"

    return change


CHECKS: dict[str, Callable[[Dataset], Said]] = {
    "CON001": lambda data: contaminated_tag(data, ContaminatedTag()),
    "CON002": lambda data: saturated_tag(data, SaturatedTag()),
    "CON003": lambda data: skewed_trigger(data, SkewedTrigger()),
}


def rate(code: str, size: int, change: Change, runs: int) -> float:
    """Share of the drawn sets of which a rule says anything."""
    dice = random.Random(size)  # noqa: S311 - no secret
    check = CHECKS[code]
    return (
        sum(
            any(isinstance(said, Violation) for said in check(drawn(size, dice, change)))
            for _ in range(runs)
        )
        / runs
    )


def say(line: str) -> None:
    """A line of a table, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Print the tables; 1 where a false-alarm rate is over the level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="sets per figure")
    runs = parser.parse_args().runs
    # Twice the standard error of a rate at the level.
    limit = LEVEL + 2 * (LEVEL * (1 - LEVEL) / runs) ** 0.5
    failed = False
    say(f"False alarms, of {runs} sets without a dependency (level {LEVEL})\n")
    say("| pictures | " + " | ".join(CHECKS) + " |\n| ---: | ---: | ---: | ---: |")
    for size in SIZES:
        rates = [rate(code, size, nothing, runs) for code in CHECKS]
        failed |= max(rates) > limit
        say(f"| {size} | " + " | ".join(f"{found:.3f}" for found in rates) + " |")
    say("\nPower of CON001: a tag in 5 of 10 captions brings a low angle in this share\n")
    _power("CON001", {share: tilted(share) for share in (0.25, 0.5, 0.75, 1.0)}, runs // 4)
    say("\nPower of CON003 where 20% upright are wanted: of those, this share is left\n")
    _power("CON003", {share: posed(share) for share in (0.75, 0.5, 0.25, 0.0)}, runs // 4)
    return int(failed)


def _power(code: str, changes: dict[float, Change], runs: int) -> None:
    say("| pictures | " + " | ".join(f"{share:.0%}" for share in changes) + " |")
    say("| ---: |" + " ---: |" * len(changes))
    for size in SIZES:
        rates = [rate(code, size, change, runs) for change in changes.values()]
        say(f"| {size} | " + " | ".join(f"{found:.2f}" for found in rates) + " |")


if __name__ == "__main__":
    sys.exit(main())
