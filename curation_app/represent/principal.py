"""Principal axes in plain NumPy: exact for moderate widths, randomised above."""

from __future__ import annotations

import numpy as np

# Up to this width the covariance fits in a few megabytes and its exact eigenvectors take under half a second.
EXACT_UP_TO = 600
# Extra directions and power passes of the randomised range finder (Halko, Martinsson & Tropp 2011, section 4.5).
OVERSAMPLE, PASSES = 10, 2
# Directions whose squared length is below this share of the longest are noise of float32 sums.
ROUNDING = 1e-6


def principal_components(features: np.ndarray, count: int, *, seed: int) -> tuple[np.ndarray, float]:
    """Coordinates of each row on the widest axes, centred.

    Returns
    -------
    (n, min(count, n, d)) float32 coordinates, widest axis first, and the share of the variance they keep, in [0, 1].
    """
    rows, width = features.shape
    count = min(count, rows, width)
    if count == 0:
        return np.zeros((rows, 0), np.float32), 1.0
    centred = features - features.mean(axis=0, dtype=np.float64).astype(np.float32)
    axes = _exact_axes(centred, count) if width <= EXACT_UP_TO else _random_axes(centred, count, seed)
    coordinates = np.ascontiguousarray(centred @ _with_fixed_signs(axes).astype(np.float32))
    total = float(np.einsum("ij,ij->", centred, centred, dtype=np.float64))
    kept = float(np.einsum("ij,ij->", coordinates, coordinates, dtype=np.float64))
    return coordinates, min(1.0, kept / total) if total > 0 else 1.0


def _exact_axes(centred: np.ndarray, count: int) -> np.ndarray:
    _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    return vectors[:, ::-1][:, :count]


def _random_axes(centred: np.ndarray, count: int, seed: int) -> np.ndarray:
    size = min(count + OVERSAMPLE, *centred.shape)
    start = np.random.default_rng(seed).standard_normal((centred.shape[1], size), dtype=np.float32)
    basis = orthonormal(centred @ start)
    for _ in range(PASSES):
        basis = orthonormal(centred @ (centred.T @ basis))
    _, _, axes = np.linalg.svd(basis.T @ centred, full_matrices=False)
    return axes[:count].T


def orthonormal(block: np.ndarray) -> np.ndarray:
    """(n, at most m) float32 orthonormal columns that span the block's (n, m), directions lost to rounding left out.

    Turned by the Gram matrix, twice for precision: matrix products only, many times faster than a Householder QR of a tall block.
    """
    for _ in range(2):
        squares, turns = np.linalg.eigh((block.T @ block).astype(np.float64))
        kept = squares > ROUNDING * max(float(squares.max(initial=0.0)), float(np.finfo(np.float32).tiny))
        block = block @ (turns[:, kept] / np.sqrt(squares[kept])).astype(np.float32)
    return block


def _with_fixed_signs(axes: np.ndarray) -> np.ndarray:
    """An eigenvector's sign is arbitrary: make its largest entry positive, so that every run gives the same picture."""
    largest = np.abs(axes).argmax(axis=0)
    signs = np.sign(axes[largest, np.arange(axes.shape[1])])
    return axes * np.where(signs == 0, 1, signs)
