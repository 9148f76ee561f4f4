"""Which points of the map lie inside a lasso."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def inside(x: np.ndarray, y: np.ndarray, polygon: Sequence[tuple[float, float]]) -> np.ndarray:
    """(n,) bool by the even-odd rule, for (n,) coordinates; the polygon closes itself.

    Points outside the bounding box are never looked at, so a small lasso on a million points costs milliseconds.
    """
    hit = np.zeros(len(x), dtype=bool)
    if len(polygon) < 3:
        return hit
    corners = np.asarray(polygon, dtype=np.float64)
    low, high = corners.min(axis=0), corners.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    px, py = x[near].astype(np.float64), y[near].astype(np.float64)
    odd = np.zeros(len(near), dtype=bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > py) != (y2 > py)
        odd ^= crosses & (px < (x2 - x1) * (py - y1) / (y2 - y1) + x1)
    hit[near] = odd
    return hit
