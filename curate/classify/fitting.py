"""Fitting heads to embeddings of pictures whose labels are known.

Shape legend: n pictures, d numbers of an embedding, k labels, r directions, c classes.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from curate.classify.heads import Familiar, Floats, Linear
from curate.classify.judging import softmax

Labels = NDArray[np.integer]
STEPS = 200
# Directions of a smaller share of the largest spread hold noise, which whitening would blow up.
LEAST_SPREAD = 1e-4


def standard(embeddings_nd: Floats) -> tuple[Floats, Floats]:
    """Mean and spread of each number, shapes (d,); a number that never varies keeps its size."""
    spread_d = embeddings_nd.std(axis=0)
    return (
        np.asarray(embeddings_nd.mean(axis=0), np.float32),
        np.asarray(np.where(spread_d > 0, spread_d, 1.0), np.float32),
    )


def fit_linear(
    standard_nd: Floats,
    labels_n: Labels,
    num_labels: int,
    *,
    penalty: float = 1.0,
    pull: Linear | None = None,
) -> Linear:
    """Multinomial logistic regression.

    Args:
        standard_nd: standardised embeddings.
        labels_n: 0 to num_labels - 1; a label that does not occur becomes improbable.
        num_labels: how many labels the head has.
        penalty: of half the squared weights, against the summed loss; biases are free.
        pull: where few pictures leave the weights; nowhere (zero) by default. Biases are pulled
            there, too.
    """
    x_nd = np.asarray(standard_nd, np.float64)
    n, d = x_nd.shape
    centre = np.zeros((num_labels, d + 1))
    held = np.full(d + 1, penalty)
    if pull is None:
        held[d] = 0.0
    else:
        centre = np.concatenate([pull.weight, pull.bias[:, None]], axis=1).astype(np.float64)
    target_nk = np.eye(num_labels)[labels_n]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        table = flat.reshape(num_labels, d + 1)
        p_nk = softmax(x_nd @ table[:, :d].T + table[:, d])
        surprise = float(-np.log(np.maximum(p_nk[np.arange(n), labels_n], 1e-300)).sum())
        away = table - centre
        off_nk = p_nk - target_nk
        slope = np.concatenate([off_nk.T @ x_nd, off_nk.sum(axis=0)[:, None]], axis=1)
        return surprise + 0.5 * float((held * away**2).sum()), (slope + held * away).ravel()

    found = minimize(loss, centre.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    table = found.x.reshape(num_labels, d + 1).astype(np.float32)
    return Linear(weight=table[:, :d], bias=table[:, d])


def fit_quantity(
    standard_nd: Floats, values_nv: NDArray[np.floating], *, penalty: float = 1.0
) -> Linear:
    """Ridge regression; the bias is free.

    Args:
        standard_nd: standardised embeddings.
        values_nv: what to predict, (n, values).
        penalty: of the squared weights.
    """
    x_nd = np.asarray(standard_nd, np.float64)
    centre_d, middle_v = x_nd.mean(axis=0), values_nv.mean(axis=0)
    x_nd = x_nd - centre_d
    square_dd = x_nd.T @ x_nd + penalty * np.eye(x_nd.shape[1])
    weight_vd = np.linalg.solve(square_dd, x_nd.T @ (values_nv - middle_v)).T
    bias_v = middle_v - weight_vd @ centre_d
    return Linear(weight=weight_vd.astype(np.float32), bias=bias_v.astype(np.float32))


def fit_familiar(standard_nd: Floats, classes_n: Labels, *, directions: int = 64) -> Familiar:
    """Where known pictures lie: one shared covariance, and the middle of each class.

    Source: Lee, Lee, Lee and Shin, A Simple Unified Framework for Detecting Out-of-Distribution
    Samples, 2018.

    Args:
        standard_nd: standardised embeddings.
        classes_n: the class of each, whatever parts the pictures into heaps.
        directions: how many of the most varied directions count.
    """
    names, place_n = np.unique(classes_n, return_inverse=True)
    x_nd = np.asarray(standard_nd, np.float64)
    means_cd = np.stack([x_nd[place_n == c].mean(axis=0) for c in range(len(names))])
    within_nd = x_nd - means_cd[place_n]
    spread, turn_dd = np.linalg.eigh(within_nd.T @ within_nd / len(x_nd))
    most = np.flatnonzero(spread > LEAST_SPREAD * spread[-1])[::-1][:directions]
    whiten_dr = turn_dd[:, most] / np.sqrt(spread[most])
    return Familiar(
        whiten=whiten_dr.astype(np.float32), means=(means_cd @ whiten_dr).astype(np.float32)
    )
