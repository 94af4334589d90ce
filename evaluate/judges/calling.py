"""Judges by their settings."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from evaluate.judges.judge import Judge, Task
from evaluate.judges.spending import Purse
from evaluate.spec import judges as settings
from evaluate.spec.spec import EvalSpec
from evaluate.vectors import save_vectors


def judges_of(spec: EvalSpec, task: Task, purse: Purse) -> Iterator[Judge]:
    """Every judge of a spec, in its order.

    Args:
        spec: with absolute paths.
        task: what is judged.
        purse: that all of them are paid from.

    Raises:
        UserError: one of them cannot be asked.
    """
    cache = Path(spec.cache)
    for one in spec.judges:
        if isinstance(one, settings.VisionJudge):
            from evaluate.judges.vision import Vision

            yield Vision(one, task, cache=cache, folder=spec.folder, purse=purse)
        elif isinstance(one, settings.CommandJudge):
            from evaluate.judges.command import Program

            yield Program(one, task, cache=cache)
        elif isinstance(one, settings.ClassifierJudge):
            from evaluate.judges.classifier import ClassifierLooks, load_classifier

            classifier = load_classifier(one, cache)
            yield ClassifierLooks(classifier, partial(save_vectors, spec.folder, classifier.id))
        elif isinstance(one, settings.ColourJudge):
            from evaluate.judges.colour import Colours

            yield Colours(one)
        else:
            from evaluate.judges.fixed import Written

            yield Written(one.kind, Path(one.answers))
