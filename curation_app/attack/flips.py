"""Wrong labels: at random, from one class to another, or where classes touch."""

from __future__ import annotations

import numpy as np


def plant_flips(codes: np.ndarray, n_classes: int, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Give a share of the labelled rows another class at random.

    Parameters
    ----------
    codes
        (n,) class codes, -1 = missing; missing labels stay missing.
    n_classes
        Number of classes; with fewer than two nothing can be flipped.
    share
        Share of the labelled rows to flip, in [0, 1]; at least one row when there is any and ``share`` is positive.
    rng
        The only source of randomness.

    Returns
    -------
    tuple
        ((n,) int32 new codes, (n,) bool mask of the flipped rows).
    """
    chosen = _choose(np.flatnonzero(codes >= 0), share if n_classes > 1 else 0.0, rng)
    steps = rng.integers(1, max(n_classes, 2), chosen.size)
    return _relabelled(codes, chosen, (codes[chosen] + steps) % max(n_classes, 1))


def plant_flips_one_way(codes: np.ndarray, given: int, wrong: int, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Label a share of class ``given`` as ``wrong``: what a confused or hostile annotator does. Returns as :func:`plant_flips`."""
    chosen = _choose(np.flatnonzero(codes == given), share, rng)
    return _relabelled(codes, chosen, np.full(chosen.size, wrong))


def plant_flips_near(codes: np.ndarray, probabilities: np.ndarray, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Flip rows to their likeliest other class, the doubtful rows first: how people err.

    ``probabilities`` is (n, K). The chance of a row to be chosen is proportional to that of its best other class.
    Returns as :func:`plant_flips`.
    """
    labelled = np.flatnonzero(codes >= 0)
    if probabilities.shape[1] < 2:
        return _relabelled(codes, labelled[:0], labelled[:0])
    others = probabilities.astype(np.float64)
    others[labelled, codes[labelled]] = -1.0
    best = others.argmax(axis=1)
    weight = np.maximum(others.max(axis=1), 0.0)[labelled] + 1e-6
    chosen = _choose(labelled, share, rng, weight / weight.sum())
    return _relabelled(codes, chosen, best[chosen])


def _choose(rows: np.ndarray, share: float, rng: np.random.Generator, weight: np.ndarray | None = None) -> np.ndarray:
    count = min(rows.size, max(1, round(share * rows.size)) if share > 0 else 0)
    return rng.choice(rows, count, replace=False, p=weight) if count else rows[:0]


def _relabelled(codes: np.ndarray, rows: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    changed = codes.astype(np.int32, copy=True)
    changed[rows] = new
    mask = np.zeros(len(codes), dtype=bool)
    mask[rows] = True
    return changed, mask
