"""Which rows are judged together: stratified folds that never part exact copies."""

from __future__ import annotations

import numpy as np


def grouped_folds(codes: np.ndarray, copies: np.ndarray, folds: int, *, seed: int) -> np.ndarray:
    """(n,) int64 fold numbers, 0-based.

    Whole copy groups are dealt out class by class, one fold after the other, so every class is spread as evenly as its groups allow.
    A group counts for the class of its first row. There are never more folds than groups.
    """
    _, first, group = np.unique(copies, return_index=True, return_inverse=True)
    folds = max(1, min(folds, len(first)))
    shuffled = np.random.default_rng(seed).permutation(len(first))
    dealt = shuffled[np.argsort(codes[first][shuffled], kind="stable")]
    fold_of_group = np.empty(len(first), np.int64)
    fold_of_group[dealt] = np.arange(len(first)) % folds
    return fold_of_group[group]
