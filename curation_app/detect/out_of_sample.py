"""Forecasts of numbers by models that saw neither the row nor a copy of it, one or many numbers a row."""

from __future__ import annotations

from typing import Literal

import numpy as np

# Trees and leaf of the forecast; 300 where the rows are few, fewer where they are many, so that the time stays in seconds.
MOST_TREES, FEWEST_TREES, LEAF, BUDGET = 300, 50, 2, 500_000
# The linear rule's second fit leaves out the tenth that is furthest off.
FOLDS, KEPT = 5, 0.9


def canonical_order(features: np.ndarray, given: np.ndarray, seed: int) -> np.ndarray:
    """(n,) an order of the rows that depends on what is in them alone: rows with equal content draw equal lots wherever they stand."""
    direction = np.random.default_rng(seed).standard_normal(features.shape[1])
    return np.lexsort((np.nan_to_num(given), np.einsum("ij,j->i", features, direction, dtype=np.float64).round(6)))


def copy_numbers(copies: np.ndarray) -> np.ndarray:
    """(n,) group numbers of the copies, counted by first appearance."""
    _, first, place = np.unique(copies, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first, kind="stable"), kind="stable")[place.ravel()]


def by_trees(
    features: np.ndarray, target: np.ndarray, group: np.ndarray, *, seed: int, columns: float | Literal["sqrt"] = 1.0
) -> np.ndarray:
    """Out-of-bag means, the bootstrap over groups of copies; the median of all where no tree may judge.

    Parameters
    ----------
    features, target, group
        (n, d), (n,) or (n, k) with NaN where unknown, (n,) from :func:`copy_numbers`.
    columns
        Columns tried at each split: a share, or "sqrt" of them.

    Returns
    -------
    np.ndarray
        Float64, the shape of ``target``.
    """
    from sklearn.tree import ExtraTreeRegressor

    known, groups = _known(target), int(group.max()) + 1
    share = 1.0 / np.bincount(group)[group]
    total, count = np.zeros(target.shape), np.zeros(len(target))
    for number in range(max(FEWEST_TREES, min(MOST_TREES, BUDGET // len(target)))):
        rng = np.random.default_rng((seed, number))
        drawn = np.bincount(rng.integers(0, groups, groups), minlength=groups)[group]
        taught, out = np.flatnonzero((drawn > 0) & known), np.flatnonzero(drawn == 0)
        if len(taught) and len(out):
            tree = ExtraTreeRegressor(min_samples_leaf=LEAF, max_features=columns, random_state=int(rng.integers(2**31)))
            tree.fit(features[taught], target[taught], sample_weight=(drawn * share)[taught])
            total[out] += tree.predict(features[out])
            count[out] += 1
    judged = count > 0
    forecast = np.broadcast_to(np.median(target[known], axis=0), target.shape).copy()
    forecast[judged] = (total[judged].T / count[judged]).T
    return forecast


def by_line(features: np.ndarray, target: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Out-of-fold ridge regression, the folds over groups of copies; fitted twice, the second time without what is far off.

    The shape of ``target`` is kept; of several numbers a row, those far off in sum are left out.
    """
    from sklearn.linear_model import Ridge

    known, share = _known(target), 1.0 / np.bincount(group)[group]
    forecast = np.broadcast_to(np.median(target[known], axis=0), target.shape).copy()
    for fold in range(FOLDS):
        taught, out = np.flatnonzero((group % FOLDS != fold) & known), np.flatnonzero(group % FOLDS == fold)
        if not len(taught) or not len(out):
            continue
        off = np.abs(Ridge().fit(features[taught], target[taught], share[taught]).predict(features[taught]) - target[taught])
        off = off if off.ndim == 1 else off.sum(axis=1)
        near = taught[off <= np.quantile(off, KEPT)]
        forecast[out] = Ridge().fit(features[near], target[near], share[near]).predict(features[out])
    return forecast


def _known(target: np.ndarray) -> np.ndarray:
    finite = np.isfinite(target)
    return finite if finite.ndim == 1 else finite.all(axis=1)
