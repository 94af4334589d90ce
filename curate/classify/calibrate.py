"""Fitting heads, temperatures and thresholds to a model, and saying how far they can be trusted.

Heads are fitted to drawn figures and then, where a person labelled enough pictures, moved
towards what these show. Shape legend: n pictures, d numbers of an embedding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from curate.classify.calibration import NEVER, fit_temperature, negative_log_likelihood
from curate.classify.drawn import UNKNOWN, Known
from curate.classify.fitting import fit_linear, fit_quantity, standard
from curate.classify.heads import Floats, HeadCard, Heads, HeadsCard, Linear
from curate.classify.judging import softmax
from curate.classify.labels import HEADS
from curate.classify.reliability import Labels, Reliability, folds, reliability, threshold_for

# From how many labelled pictures on a head may follow them.
ENOUGH = 30
DRAWN, OWN = "drawn", "yours"
PENALTIES = (3.0, 30.0, 300.0)
# Of the user's own labelled pictures, how many shall not be too unlike anything known.
KEPT_FAMILIAR = 0.95


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pictures:
    """Embeddings (n, d) as `encode_image` gives them, and what their pictures show."""

    embeddings: Floats
    known: Known

    def of(self, head: str) -> tuple[Floats, Labels]:
        """Those whose label of a head is known."""
        labels_n = self.known.labels[head]
        told = labels_n != UNKNOWN
        return self.embeddings[told], labels_n[told]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is promised and how it is tested: share right where a head speaks, and folds."""

    target: float = 0.95
    folds: int = 5


def fit_heads(backbone: str, learn: Pictures, test: Pictures, plan: Plan) -> Heads:
    """Heads from drawn figures alone.

    Args:
        backbone: sha256 of the weights.
        learn: what the maps are fitted to.
        test: figures drawn otherwise, which temperatures and thresholds are fitted to.
        plan: what is promised.
    """
    mean, scale = standard(learn.embeddings)
    empty = HeadsCard(backbone=backbone, heads={})
    heads = Heads(card=empty, mean=mean, scale=scale, heads={})
    cards: dict[str, HeadCard] = {}
    maps: dict[str, Linear] = {}
    for head, labels in HEADS.items():
        x_nd, y_n = learn.of(head)
        other_nd, other_n = test.of(head)
        if len(np.unique(y_n)) < 2 or not len(other_n):  # noqa: PLR2004 - nothing to part
            continue
        x_nd, other_nd = heads.standardise(x_nd), heads.standardise(other_nd)
        tried = [fit_linear(x_nd, y_n, len(labels), penalty=penalty) for penalty in PENALTIES]
        maps[head] = min(tried, key=lambda m: _surprise(m(other_nd), other_n))
        cards[head] = _card(head, maps[head](other_nd), other_n, plan)
    quantities = {
        name: fit_quantity(heads.standardise(learn.embeddings), values, penalty=PENALTIES[1])
        for name, values in learn.known.quantities.items()
    }
    card = replace(empty, heads=cards, note=f"{len(learn.embeddings):,} drawn figures")
    return replace(heads, card=card, heads=maps, quantities=quantities)


def _surprise(logits_nk: Floats, labels_n: Labels) -> float:
    return negative_log_likelihood(logits_nk, labels_n, fit_temperature(logits_nk, labels_n))


def _card(head: str, logits_nk: Floats, labels_n: Labels, plan: Plan) -> HeadCard:
    temperature = fit_temperature(logits_nk, labels_n)
    p_nk = softmax(logits_nk / temperature)
    correct_n = p_nk.argmax(axis=1) == labels_n
    threshold = threshold_for(p_nk.max(axis=1), correct_n, plan.target)
    return HeadCard(labels=HEADS[head], temperature=temperature, threshold=threshold)


def rate_heads(heads: Heads, pictures: Pictures, whose: str, plan: Plan) -> list[Reliability]:
    """How good heads are on pictures that they were not fitted to."""
    table = []
    for head in heads.heads:
        embeddings_nd, labels_n = pictures.of(head)
        if len(labels_n):
            logits_nk = heads.logits(embeddings_nd)[head]
            table.append(
                reliability(
                    head, whose, logits_nk, labels_n, target=plan.target, num_folds=plan.folds
                )
            )
    return table


def adapt_heads(heads: Heads, own: Pictures, plan: Plan) -> tuple[Heads, list[Reliability]]:
    """Heads that follow a person's labels where there are enough, and their table.

    A head moves only where moving it makes pictures that it was not fitted to less surprising.
    """
    maps, cards = dict(heads.heads), dict(heads.card.heads)
    table = []
    for head in heads.heads:
        embeddings_nd, labels_n = own.of(head)
        if not len(labels_n):
            continue
        x_nd = heads.standardise(embeddings_nd)
        logits_nk = maps[head](x_nd)
        if len(labels_n) >= ENOUGH:
            start = _tempered(maps[head], cards[head].temperature)
            moves = [_moved(start, x_nd, labels_n, plan, penalty) for penalty in PENALTIES]
            moved_nk, moved = min(moves, key=lambda move: _surprise(move[0], labels_n))
            if _surprise(moved_nk, labels_n) < _surprise(logits_nk, labels_n):
                logits_nk, maps[head] = moved_nk, moved
            cards[head] = _card(head, logits_nk, labels_n, plan)
        table.append(
            reliability(head, OWN, logits_nk, labels_n, target=plan.target, num_folds=plan.folds)
        )
    count = int(np.any([own.known.labels[head] != UNKNOWN for head in HEADS], axis=0).sum())
    card = replace(
        heads.card,
        heads=cards,
        tested_on=count,
        farthest=_farthest(heads, own, count),
        note=f"{heads.card.note}, {count:,} labelled pictures".lstrip(", "),
    )
    return replace(heads, card=card, heads=maps), table


def _tempered(linear: Linear, temperature: float) -> Linear:
    return Linear(weight=linear.weight / temperature, bias=linear.bias / temperature)


def _moved(
    start: Linear, x_nd: Floats, labels_n: Labels, plan: Plan, penalty: float
) -> tuple[Floats, Linear]:
    """Logits (n, k) of pictures by heads that did not see them, and the head that saw all."""
    num_labels = len(start.bias)

    def fit(x: Floats, y: Labels) -> Linear:
        return fit_linear(x, y, num_labels, penalty=penalty, pull=start)

    logits_nk = np.zeros((len(labels_n), num_labels), np.float32)
    for others, mine in folds(len(labels_n), plan.folds):
        logits_nk[mine] = fit(x_nd[others], labels_n[others])(x_nd[mine])
    return logits_nk, fit(x_nd, labels_n)


def _farthest(heads: Heads, own: Pictures, count: int) -> float | None:
    """How unlike a picture may be: what a person labelled enough of is no stranger any more."""
    farthest = heads.card.farthest
    if heads.familiar is None or farthest is None or count < ENOUGH:
        return farthest
    distances_n = heads.familiar.distances(heads.standardise(own.embeddings))
    return max(farthest, float(np.quantile(distances_n, KEPT_FAMILIAR)))


def never_speaking(heads: Heads) -> Mapping[str, HeadCard]:
    """Heads that keep no promise, and so say nothing."""
    return {name: card for name, card in heads.card.heads.items() if card.threshold >= NEVER}
