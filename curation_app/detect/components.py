"""Which rows hang together, given pairs of rows: connected components without a graph library."""

from __future__ import annotations

import numpy as np


def components(rows: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Smallest row number of each row's component.

    Parameters
    ----------
    rows
        Number of rows.
    left, right
        (m,) row numbers: ``left[i]`` and ``right[i]`` belong together.

    Returns
    -------
    np.ndarray
        (rows,) int64; equal numbers mean one component.

    Examples
    --------
    >>> components(5, np.array([0, 3]), np.array([4, 4]))
    array([0, 1, 2, 0, 0])
    """
    root = np.arange(rows)
    while True:
        smallest = np.minimum(root[left], root[right])
        lower = root.copy()
        # Hook both ends' roots, not only the ends: the number of rounds is then logarithmic in the longest chain.
        np.minimum.at(lower, root[left], smallest)
        np.minimum.at(lower, root[right], smallest)
        while not np.array_equal(lower, lower[lower]):
            lower = lower[lower]
        if np.array_equal(lower, root):
            return root
        root = lower


def chained(keys: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that tie rows of equal key to the first of them and to the one before: (left, right)."""
    order = np.argsort(keys, kind="stable")
    same = keys[order][1:] == keys[order][:-1]
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    first = np.repeat(starts, np.diff(np.append(starts, len(order))))
    later = np.flatnonzero(same) + 1
    before, head = order[later - 1], order[first[later]]
    return rows[np.concatenate((before, head))], rows[np.concatenate((order[later], order[later]))]
