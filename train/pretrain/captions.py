"""What a picture is called in one of its exposures: some of its words, in the base's layout."""

import random

from train.pretrain.figures import Words
from train.pretrain.recipe import WordsPlan

QUALITY = ("masterpiece", "best quality", "safe")
COUNT = "1girl"
CONSONANTS, VOWELS = "bcdfghjklmnprstvwyz", "aeiou"


def caption_of(words: Words, plan: WordsPlan, seed: int) -> str:
    """A caption that depends on nothing but its arguments."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    if dice.random() < plan.empty:
        return ""
    front = [*(QUALITY if dice.random() < plan.quality else ()), COUNT]
    if dice.random() < plan.name:
        front.append(_invented(dice))
    way = dice.random()
    tags, prose = [*words.structure, *words.general], " ".join(words.prose)
    if way < plan.only_prose:
        tags = []
    elif way < plan.only_prose + plan.only_tags:
        prose = ""
    if dice.random() < plan.thinned:
        kept = dice.uniform(plan.fewest, 1.0)
        tags = [tag for tag in tags if dice.random() < kept]
    return whole_caption([*front, *tags], prose)


def whole_caption(tags: list[str], prose: str) -> str:
    """Tags, then sentences, as the demonstration sets write them."""
    return f"{', '.join(tags)}. {prose}" if prose else ", ".join(tags)


def full_caption(words: Words) -> str:
    """All that can be said."""
    tags = [*QUALITY, COUNT, *words.structure, *words.general]
    return whole_caption(tags, " ".join(words.prose))


def _invented(dice: random.Random) -> str:
    """A word of two to four syllables, as names of characters are."""
    syllables = (dice.choice(CONSONANTS) + dice.choice(VOWELS) for _ in range(dice.randint(2, 4)))
    return "".join(syllables) + dice.choice(("", "", "n"))
