"""Columns of numbers as features: holes filled by the median and marked, every column on one scale."""

from __future__ import annotations

import numpy as np

# A standardised value beyond this is cut to this: farther out, one typing error would be all that a distance sees.
CUT_AT = 20.0
# Values of magnitude beyond this square to infinity in float32.
LARGEST = 1e15


def number_features(vectors: np.ndarray) -> np.ndarray:
    """(n, d') float32 z-scores of numeric columns; constant columns are left out, a column with holes gets an indicator beside it."""
    known, missing = filled(vectors)
    block = standardised(known)
    if missing is None:
        return block
    holed = missing.any(axis=0) & ~missing.all(axis=0)
    return np.ascontiguousarray(np.hstack([block, standardised(missing[:, holed].astype(np.float32))]))


def filled(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """The values with every NaN and infinity replaced by its column's median (0 where all are), and where they were, None if nowhere."""
    missing = ~np.isfinite(vectors)
    if not missing.any():
        return np.clip(vectors, -LARGEST, LARGEST), None
    known = np.clip(vectors, -LARGEST, LARGEST).astype(np.float32)
    for column in np.flatnonzero(missing.any(axis=0)):
        holes = missing[:, column]
        known[holes, column] = 0 if holes.all() else np.median(known[~holes, column])
    return known, missing


def standardised(block: np.ndarray) -> np.ndarray:
    """(n, varying columns) float32 z-scores, cut at CUT_AT."""
    if not block.shape[0] or not block.shape[1]:
        return np.zeros((block.shape[0], 0), np.float32)
    mean = block.mean(axis=0, dtype=np.float64)
    spread = block.std(axis=0, dtype=np.float64)
    varying = (np.ptp(block, axis=0) > 0) & (spread > 0)
    if varying.all():
        varying = slice(None)
    scores = (block[:, varying] - mean[varying].astype(np.float32)) / spread[varying].astype(np.float32)
    return np.clip(scores, -CUT_AT, CUT_AT, out=scores).astype(np.float32, copy=False)
