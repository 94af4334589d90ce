"""Canaries: whether LoRA, speed LoRA, strength, weights and seeds do what everybody assumes.

A failure stops every verdict: a matrix whose LoRA did not load would look like a plateau.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from curate.errors import UserError
from evaluate.spec.checkpoints import Lora
from evaluate.spec.plan import Digests, Recipe
from rules.records import parse_json, record, to_plain, write_atomically

CANARIES = "canaries.json"
# Mean absolute difference of pixels, 0 to 1, that a LoRA has to make.
LEAST = 4 / 255
WEIGHTS = (1.0, 1.6)
Outcome = Literal["passed", "failed", "warned", "not_asked"]
Drawing = Callable[[Recipe], Image.Image]


@record
class Canary:
    """One check.

    Attributes:
        id: V1 to V6.
        verdict: `warned` says what to know, `failed` stops the run.
        difference: mean absolute difference of pixels, 0 to 1.
    """

    id: str
    verdict: Outcome
    says: str
    difference: float | None = None


@record
class Canaries:
    """All of a plan's.

    Attributes:
        plan: its hash.
        noise: by how much the same recipe differs from itself; 0 where it is exact.
    """

    plan: str
    noise: float
    found: tuple[Canary, ...]


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of pixels, 0 to 1."""
    left, right = (np.asarray(picture.convert("RGB"), np.float64) for picture in (one, other))
    return float(np.abs(left - right).mean() / 255)


def sing(  # noqa: PLR0913 - all by keyword
    *,
    plan: str,
    recipe: Recipe,
    lora: Lora,
    shallower: Sequence[Lora],
    digests: Digests,
    drawing: Drawing,
    weights: bool,
) -> Canaries:
    """Draw and compare.

    Args:
        plan: hash of the plan.
        recipe: of a cell with LoRA and trigger.
        lora: of that cell, the deepest.
        shallower: the others, which have to do something at least.
        digests: of the base.
        drawing: draws a recipe, a strength of 0 included.
        weights: whether prompts with weights are in the plan.
    """
    whole = drawing(recipe)
    noise = difference(whole, drawing(recipe))
    found = (
        *_lora(recipe, lora, shallower, drawing, whole, noise),
        _turbo(recipe, digests, drawing, whole, noise),
        _repeats(noise),
        _weights(recipe, drawing, noise, weights=weights),
        _base(lora, digests),
    )
    return Canaries(plan=plan, noise=noise, found=found)


def sing_base(*, plan: str, recipe: Recipe, digests: Digests, drawing: Drawing) -> Canaries:
    """What can be asked where there is no LoRA: the speed LoRA, and whether pictures repeat."""
    whole = drawing(recipe)
    noise = difference(whole, drawing(recipe))
    found = (_turbo(recipe, digests, drawing, whole, noise), _repeats(noise))
    return Canaries(plan=plan, noise=noise, found=found)


def _repeats(noise: float) -> Canary:
    return Canary(
        id="V4",
        verdict="passed" if noise == 0 else "warned",
        says="one recipe, one picture" if noise == 0 else "the same recipe draws differently",
        difference=noise,
    )


def _lora(  # noqa: PLR0913, PLR0917 - what `sing` knows
    recipe: Recipe,
    lora: Lora,
    shallower: Sequence[Lora],
    drawing: Drawing,
    whole: Image.Image,
    noise: float,
) -> Iterator[Canary]:
    others = tuple(one for one in recipe.loras if one[0] != lora.sha256)
    without = drawing(replace(recipe, loras=others))
    at_zero = drawing(replace(recipe, loras=(*others, (lora.sha256, 0.0))))
    moved, zero = difference(whole, at_zero), difference(at_zero, without)
    acts = moved > max(LEAST, noise)
    yield Canary(
        id="V1",
        verdict="passed" if acts else "failed",
        says=f"{lora.label} changes the picture"
        if acts
        else f"inert_lora: {lora.label} changes {moved * 255:.2f} of 255 levels; it did not load, "
        f"or learned nothing",
        difference=moved,
    )
    for one in shallower:
        other = drawing(replace(recipe, loras=(*others, (one.sha256, 1.0))))
        yield _shallow(one, difference(other, without), noise)
    same = zero <= noise
    yield Canary(
        id="V2",
        verdict="passed" if same else "failed",
        says="strength 0 is the base" if same else "strength 0 is not the base",
        difference=zero,
    )


def _shallow(lora: Lora, moved: float, noise: float) -> Canary:
    """An early checkpoint may do little; one that does nothing at all did not load."""
    verdict: Outcome = "passed"
    says = f"{lora.label} changes the picture"
    if moved <= noise:
        verdict, says = "failed", f"inert_lora: {lora.label} changes nothing; it did not load"
    elif moved <= LEAST:
        verdict, says = "warned", f"{lora.label} changes {moved * 255:.2f} of 255 levels only"
    return Canary(id="V1", verdict=verdict, says=says, difference=moved)


def _turbo(
    recipe: Recipe, digests: Digests, drawing: Drawing, whole: Image.Image, noise: float
) -> Canary:
    if digests.turbo is None:
        return Canary(id="V3", verdict="not_asked", says="no speed LoRA is named")
    left = tuple(one for one in recipe.loras if one[0] != digests.turbo[0])
    moved = difference(whole, drawing(replace(recipe, loras=left)))
    acts = moved > noise
    return Canary(
        id="V3",
        verdict="passed" if acts else "failed",
        says="the speed LoRA acts" if acts else "the speed LoRA did not load: it changes nothing",
        difference=moved,
    )


def _weights(recipe: Recipe, drawing: Drawing, noise: float, *, weights: bool) -> Canary:
    if not weights:
        return Canary(id="V5", verdict="not_asked", says="no prompt of the plan has a weight")
    prompts = weighted_prompts(recipe.prompt)
    one, other = (drawing(replace(recipe, prompt=prompt)) for prompt in prompts)
    moved = difference(one, other)
    acts = moved > noise
    return Canary(
        id="V5",
        verdict="passed" if acts else "failed",
        says="prompt weights act" if acts else "prompt weights do nothing: a sweep of them is void",
        difference=moved,
    )


def weighted_prompts(prompt: str) -> tuple[str, str]:
    """A prompt with its last words at both weights."""
    before, comma, last = prompt.rpartition(", ")
    plain, strong = (f"{before}{comma}({last}:{weight:g})" for weight in WEIGHTS)
    return plain, strong


def _base(lora: Lora, digests: Digests) -> Canary:
    if lora.base is None:
        return Canary(id="V6", verdict="warned", says=f"{lora.label} does not name its base")
    same = lora.base == digests.base
    return Canary(
        id="V6",
        verdict="passed" if same else "warned",
        says="the LoRA's base is loaded"
        if same
        else f"cross_base: {lora.label} was trained on {lora.base[:12]}, drawn on "
        f"{digests.base[:12]}; most of such LoRAs miss their character",
    )


def check(canaries: Canaries) -> None:
    """Stop where one failed.

    Raises:
        UserError: naming each.
    """
    failed = [f"{one.id}: {one.says}" for one in canaries.found if one.verdict == "failed"]
    if failed:
        raise UserError(f"{'; '.join(failed)}; there will be no verdicts")


def keep(folder: Path, canaries: Canaries) -> None:
    """Write them down; raises OSError."""
    text = json.dumps(to_plain(canaries), ensure_ascii=False, indent=1)
    write_atomically(folder / CANARIES, f"{text}\n".encode())


def read(folder: Path) -> Canaries | None:
    """Those of a run; None where none were drawn. Raises RecordError."""
    path = folder / CANARIES
    return parse_json(Canaries, path.read_bytes(), str(path)) if path.exists() else None
