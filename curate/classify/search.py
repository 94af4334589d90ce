"""Search by words: pictures whose embeddings lie nearest to a text's.

Shape legend: n pictures, d numbers of an embedding.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from curate.classify.classifier import Embeddings, unit
from curate.classify.clip import ClipModel
from curate.classify.embeddings import load_embeddings
from curate.store import Store

TEMPLATES = ("{}", "an anime picture of {}")


def search(
    clip: ClipModel, store: Store, classifier: str, text: str, *, limit: int = 20
) -> list[tuple[str, float]]:
    """sha256 and likeness of the pictures that a text fits best, best first.

    Args:
        clip: the model that made the embeddings.
        store: where they are kept.
        classifier: under whose id.
        text: what is looked for.
        limit: how many at most.
    """
    return rank(load_embeddings(store, classifier), text_embedding(clip, text), limit=limit)


def text_embedding(clip: ClipModel, text: str, templates: Sequence[str] = TEMPLATES) -> Embeddings:
    """The mean direction of a text in several templates, shape (d,), of length 1."""
    texts = [template.format(text) for template in templates]
    return np.asarray(unit(clip.encode_texts(texts).mean(axis=0, keepdims=True))[0])


def rank(
    embeddings: Mapping[str, Embeddings], wanted: Embeddings, *, limit: int | None = None
) -> list[tuple[str, float]]:
    """Name and cosine of the embeddings nearest to one, all of length 1; ties by name.

    Args:
        embeddings: name -> (d,).
        wanted: (d,).
        limit: how many at most; None for all of them.
    """
    if not embeddings:
        return []
    names = sorted(embeddings)
    likeness_n = np.stack([embeddings[name] for name in names]) @ wanted
    order = np.argsort(-likeness_n, kind="stable")[:limit]
    return [(names[place], round(float(likeness_n[place]), 6)) for place in order]
