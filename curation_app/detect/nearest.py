"""Distances to the nearest of some reference rows: for spaces that the scan's one graph is not of."""

from __future__ import annotations

import numpy as np

# Distances computed in one piece: 160 MB.
PIECE = 20_000_000
# Up to this many rows distances are measured in double precision, so that the order of the rows leaves no trace.
MOST_PRECISE = 5_000


def in_precision(points: np.ndarray) -> np.ndarray:
    """A copy of (n, d) ``points`` in the precision that distances between so many are measured in."""
    return points.astype(np.float64) if len(points) <= MOST_PRECISE else points.astype(np.float32)


def nearest_distances(rows: np.ndarray, reference: np.ndarray, k: int, *, quick: bool = False) -> np.ndarray:
    """(n, k) float64 distances of (n, d) ``rows`` to the k nearest of (m, d) ``reference``, nearest first; k at most m.

    A row that is itself among the reference counts as one at distance 0. ``quick`` ones are of numbers in single precision, and
    several times as fast: below a thousandth of the distance from the middle they say nothing.
    """
    centre = reference.mean(axis=0, dtype=np.float64)
    if quick:
        from sklearn.neighbors import NearestNeighbors

        search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit((reference - centre).astype(np.float32))
        return np.asarray(search.kneighbors((rows - centre).astype(np.float32))[0], dtype=np.float64)
    base = reference - centre
    norms = np.einsum("ij,ij->i", base, base)
    found = np.empty((len(rows), k))
    step = max(1, PIECE // len(base))
    for start in range(0, len(rows), step):
        piece = rows[start : start + step] - centre
        squared = np.einsum("ij,ij->i", piece, piece)[:, None] + norms - 2.0 * piece @ base.T
        # Rounding leaves about this much where the distance is nothing.
        squared[squared < 1e-12 * (norms.max() + 1.0)] = 0.0
        found[start : start + step] = np.sqrt(np.sort(np.partition(squared, k - 1, axis=1)[:, :k], axis=1))
    return found
