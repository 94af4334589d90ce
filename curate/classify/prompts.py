"""Zero-shot: what a CLIP is asked, and how its likenesses become probabilities.

Shape legend: n pictures, d numbers of an embedding, k labels.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from curate.classify.classifier import Embeddings, unit
from curate.classify.judging import judge, softmax
from curate.classify.labels import HEADS
from rules.model import Seen
from rules.plain_yaml import load_yaml
from rules.records import RecordError, parse, record

FILE = Path(__file__).with_name("prompts.yaml")
Phrases = Annotated[tuple[str, ...], Field(min_length=1)]


@record
class HeadPrompts:
    """Label -> phrases of one head, and from which probability on it speaks."""

    threshold: Annotated[float, Field(ge=0, le=1)]
    labels: Mapping[str, Phrases]


@record
class Prompts:
    """The whole file."""

    templates: Phrases
    temperature: Annotated[float, Field(gt=0)]
    heads: Mapping[str, HeadPrompts]
    figures: Mapping[int, Phrases]


def load_prompts(path: Path = FILE) -> Prompts:
    """Read a file of prompts.

    Raises:
        RecordError: it is none, or lacks a label.
    """
    prompts = parse(Prompts, load_yaml(path, path.name), path.name)
    faults = [
        f"`heads.{name}`: wanted phrases for {', '.join(HEADS.get(name, ()))}"
        for name, head in prompts.heads.items()
        if set(head.labels) != set(HEADS.get(name, ()))
    ]
    if faults:
        raise RecordError(path.name, faults)
    return prompts


class ZeroShot:
    """Prompts in one model's words: a direction for each label."""

    def __init__(
        self,
        prompts: Prompts,
        encode: Callable[[Sequence[str]], Embeddings],
        scale: float,
    ) -> None:
        """Encode the prompts.

        Args:
            prompts: what is asked.
            encode: texts -> embeddings (n, d) of length 1.
            scale: what the model multiplies likenesses with.
        """

        def direction(phrases: Phrases) -> Embeddings:
            texts = [form.format(phrase) for form in prompts.templates for phrase in phrases]
            return np.asarray(unit(encode(texts).mean(axis=0, keepdims=True))[0])

        self._scale = scale / prompts.temperature
        self._thresholds = {name: head.threshold for name, head in prompts.heads.items()}
        self._labels = {
            name: np.stack([direction(head.labels[label]) for label in HEADS[name]])
            for name, head in prompts.heads.items()
        }
        self._counts = np.array(list(prompts.figures), np.float64)
        self._figures = np.stack([direction(phrases) for phrases in prompts.figures.values()])

    def see(self, embeddings_nd: Embeddings, classifier: str) -> list[Seen]:
        """What is seen in pictures with these embeddings of length 1."""
        if not len(embeddings_nd):
            return []
        counted_n1 = self._shares(embeddings_nd, self._figures) @ self._counts[:, None]
        return judge(
            classifier=classifier,
            probabilities={
                name: self._shares(embeddings_nd, table_kd)
                for name, table_kd in self._labels.items()
            },
            thresholds=self._thresholds,
            quantities={"figures": counted_n1},
        )

    def _shares(self, embeddings_nd: Embeddings, table_kd: Embeddings) -> NDArray[np.float64]:
        return softmax(self._scale * embeddings_nd @ table_kd.T)
