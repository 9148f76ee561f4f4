"""Where to start looking for a pattern in a label's pictures: rows that are alike beyond their content, and rows that differ most."""

from __future__ import annotations

import numpy as np

# The row that is the fourth, eighth ... most alike says how large a group a row is in. A few rows that share a pattern are very alike,
# many are less so: whitening takes off what many rows have in common.
GROUP_SIZES = (4, 8, 16, 32)
# Groups started from at each size: natural look-alikes (a bar through a seven) take some of these places.
GROUPS = 6
# Rows compared with one another in each label, spread over all: their products fit 16 MB.
COMPARED_ROWS = 2_000
# Directions tried in each label, and power steps to find them: where a tenth of a label shares a pattern, pairs are hardly alike,
# yet the label differs most along it.
DIRECTIONS, POWER_STEPS = 6, 12


def starts(part: np.ndarray, seed: int) -> np.ndarray:
    """(s, p) float32 directions for the whitened rows ``part`` (m, p) of one label."""
    return np.concatenate([_alike(part), _widest(part, seed)]).astype(np.float32)


def spread_over(white: np.ndarray, most: int) -> np.ndarray:
    """At most ``most`` row numbers, spread over all rows and the same rows in any order of the file."""
    return np.argsort(white[:, -1], kind="stable")[:: max(1, -(-len(white) // most))]


def _alike(part: np.ndarray) -> np.ndarray:
    """(s, p) means of a row and those most like it, for the rows with the most alike group of each size."""
    part = part[spread_over(part, COMPARED_ROWS)]
    unit = part / np.maximum(np.linalg.norm(part, axis=1), 1e-9)[:, None]
    alike = unit @ unit.T
    np.fill_diagonal(alike, -1.0)
    nearest = np.argpartition(-alike, min(GROUP_SIZES[-1], len(part) - 1), axis=1)[:, : GROUP_SIZES[-1]]
    inside = np.take_along_axis(alike, nearest, axis=1)
    nearest = np.take_along_axis(nearest, np.argsort(-inside, axis=1, kind="stable"), axis=1)
    found = [
        unit[np.append(nearest[row, :size], row)].mean(axis=0)
        for size in GROUP_SIZES
        if size < len(part)
        for row in _apart(alike[np.arange(len(part)), nearest[:, size - 1]], nearest[:, :size])
    ]
    return np.array(found, dtype=np.float32).reshape(-1, part.shape[1])


def _apart(alike: np.ndarray, nearest: np.ndarray) -> list[int]:
    """Rows with the highest ``alike`` (m,), none of them in the group ``nearest`` (m, k) of one before."""
    chosen: list[int] = []
    taken = np.zeros(len(alike), dtype=bool)
    for row in np.argsort(-alike, kind="stable").tolist():
        if not taken[row]:
            chosen.append(row)
            taken[nearest[row]] = True
        if len(chosen) == GROUPS:
            break
    return chosen


def _widest(part: np.ndarray, seed: int) -> np.ndarray:
    """(s, p) directions in which the rows differ most from one another, both ways."""
    part = part - part.mean(axis=0)
    basis = np.random.default_rng(seed).standard_normal((part.shape[1], min(DIRECTIONS, *part.shape))).astype(np.float32)
    for _ in range(POWER_STEPS):
        basis, _ = np.linalg.qr(part.T @ (part @ basis))
    directions = (basis @ np.linalg.svd(part @ basis, full_matrices=False)[2].T).T
    return np.concatenate([directions, -directions])
