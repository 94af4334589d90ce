"""Which cells a spec asks for: the matrix, and the questions beside it."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from curate.errors import UserError
from evaluate.spec.cells import ARMS, Arm, Cell, Part
from evaluate.spec.checkpoints import Lora
from evaluate.spec.prompts import Wording, has_lora, has_trigger, prompt, weighted
from evaluate.spec.spec import EvalSpec

NEUTRAL, PRIOR, UNRELATED = "neutral", "prior", "unrelated"


def asked_cells(
    spec: EvalSpec, loras: tuple[Lora, ...], wording: Wording, extra: tuple[tuple[str, int], ...]
) -> Iterator[Cell]:
    """Every cell; some of them may be the same picture.

    Raises:
        UserError: a checkpoint is asked for that is none.
    """
    yield from _matrix_cells(spec, loras, wording, extra)
    probed = [lora for lora in loras if lora.label in spec.probes.checkpoints]
    if unknown := set(spec.probes.checkpoints) - {lora.label for lora in loras}:
        raise UserError(f"`probes.checkpoints`: {', '.join(sorted(unknown))} is no checkpoint")
    for lora in probed or list(loras)[-1:]:
        yield from _angle_cells(spec, lora, wording)
        yield from _token_cells(spec, lora, wording)
        yield from _leak_cells(spec, lora, wording)
    yield from _pose_cells(spec, loras, wording)
    yield from _caption_cells(spec, wording)
    yield from _prior_cells(spec, wording)


def _matrix_cells(
    spec: EvalSpec, loras: tuple[Lora, ...], wording: Wording, extra: tuple[tuple[str, int], ...]
) -> Iterator[Cell]:
    matrix = spec.matrix
    for tags in matrix.scenes.values():
        _check_formats(wording, tags, matrix.formats)
    for form, (scene, tags) in itertools.product(matrix.formats, matrix.scenes.items()):
        for arm in matrix.baselines:
            text = prompt(wording, tags, form, trigger=has_trigger(arm))
            # What is compared with a base needs the base's picture of the same seed.
            for seed in dict.fromkeys((*matrix.seeds, *(seed for _, seed in extra))):
                yield Cell(arm=arm, format=form, scene=scene, seed=seed, prompt=text)
        text = prompt(wording, tags, form)
        for lora in loras:
            added = [seed for label, seed in extra if label == lora.label]
            for seed in dict.fromkeys((*matrix.seeds, *added)):
                yield _of(lora, "matrix", "lora", form, scene, seed, text)


def _check_formats(wording: Wording, tags: str, formats: tuple[str, ...]) -> None:
    """Two formats of one prompt would count one picture twice, and grade it better than it is."""
    asked: dict[str, str] = {}
    for form in formats:
        twin = asked.setdefault(prompt(wording, tags, form), form)
        if twin != form:
            raise UserError(
                f"`matrix.formats`: {form} asks for the same as {twin}: N needs captions with "
                f"sentences, KT needs `matrix.assist`; take {form} out"
            )


def _of(  # noqa: PLR0913, PLR0917 - the coordinates of a cell
    lora: Lora, part: Part, arm: Arm, form: str, scene: str, seed: int, text: str
) -> Cell:
    return Cell(
        part=part, arm=arm, checkpoint=lora.label, epoch=lora.epoch, format=form, scene=scene,
        seed=seed, prompt=text,
    )  # fmt: skip


def _angle_cells(spec: EvalSpec, lora: Lora, wording: Wording) -> Iterator[Cell]:
    probes = spec.probes
    for (name, angle), seed in itertools.product(probes.angles.items(), probes.seeds):
        asked = {w: prompt(wording, weighted(angle.words, w)) for w in probes.weights}
        for weight, text in asked.items():
            cell = _of(lora, "angle", "lora", "K", name, seed, text)
            yield replace(cell, angle=name, weight=weight)
        plain = prompt(wording, angle.words)
        bare = prompt(wording, angle.words, trigger=False)
        if probes.controls:
            for arm in ARMS:
                text = plain if has_trigger(arm) else bare
                cell = _of(lora, "control", arm, "K", name, seed, text)
                if not has_lora(arm):
                    cell = replace(cell, checkpoint=None, epoch=None)
                yield replace(cell, angle=name)
        for strength in probes.strengths:
            cell = _of(lora, "strength", "lora", "K", name, seed, plain)
            yield replace(cell, angle=name, strength=strength)


def _token_cells(spec: EvalSpec, lora: Lora, wording: Wording) -> Iterator[Cell]:
    neutral = spec.probes.neutral or ""
    for seed in spec.probes.seeds if spec.probes.tokens else ():
        yield _of(lora, "token", "lora", "K", NEUTRAL, seed, prompt(wording, neutral))
        for token in spec.probes.tokens:
            text = prompt(wording, f"{neutral}, {token}")
            yield replace(_of(lora, "token", "lora", "K", NEUTRAL, seed, text), token=token)


def _leak_cells(spec: EvalSpec, lora: Lora, wording: Wording) -> Iterator[Cell]:
    for (number, words), seed in itertools.product(
        enumerate(spec.probes.unrelated, 1), spec.probes.seeds
    ):
        text = ", ".join((*wording.prefix, words))
        scene = f"{UNRELATED} {number}"
        yield Cell(part="leak", arm="base", scene=scene, seed=seed, prompt=text)
        yield _of(lora, "leak", "lora_no_trigger", "K", scene, seed, text)


def _pose_cells(spec: EvalSpec, loras: tuple[Lora, ...], wording: Wording) -> Iterator[Cell]:
    neutral = spec.probes.neutral
    if neutral is None:
        return
    bare, called = prompt(wording, neutral, trigger=False), prompt(wording, neutral)
    for seed in spec.probes.seeds:
        yield Cell(part="pose", arm="base", scene=NEUTRAL, seed=seed, prompt=bare)
        for lora in loras:
            yield _of(lora, "pose", "lora", "K", NEUTRAL, seed, called)


def _caption_cells(spec: EvalSpec, wording: Wording) -> Iterator[Cell]:
    """What the base draws of the set's own captions: spread over them, each with its own seed."""
    wanted = min(spec.probes.captions, len(wording.bare))
    for number in range(wanted):
        text = wording.bare[number * len(wording.bare) // wanted]
        yield Cell(part="caption", arm="base", scene=f"caption {number}", seed=number, prompt=text)


def _prior_cells(spec: EvalSpec, wording: Wording) -> Iterator[Cell]:
    for (name, attribute), seed in itertools.product(spec.attributes.items(), spec.probes.seeds):
        if attribute.described:
            words = f"{attribute.described}, {spec.probes.prior_scene}"
            text = prompt(wording, words, trigger=False)
            yield Cell(part="prior", arm="base", scene=PRIOR, seed=seed, feature=name, prompt=text)
