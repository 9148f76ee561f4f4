"""What a patch really covers: the pixels that the rows of a rule share, beyond the window in which they were found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# A pixel belongs to the patch where the rows' mean differs by this many standard errors and grey levels from all other rows'.
SURE, GREY_LEVELS = 6.0, 16.0
# ... and where the rows agree: a picture's own content spreads over more than this share of the range.
AGREED = 0.25 * 255
# A row shows the patch when so many of its pixels lie within the tolerance of the core's mean.
SHOWN_FROM, TOLERANCE, LEAST_TOLERANCE = 0.9, 3.0, 12.0
# Around a moving window, so many pixels on each side may belong to the patch.
MARGIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A patch in the plane: (top, left, height, width), which of its pixels belong to it, and their mean and tolerance.

    ``mine``, ``mean``, ``tolerance`` and ``around`` (the usual picture there) are (height, width).
    """

    box: tuple[int, int, int, int]
    mine: np.ndarray
    mean: np.ndarray
    tolerance: np.ndarray
    around: np.ndarray

    def shown_by(self, plane: np.ndarray) -> np.ndarray:
        """(n,) bool: which pictures of an (h, w, n) plane show the patch at its place."""
        top, left, high, wide = self.box
        part = plane[top : top + high, left : left + wide][self.mine].astype(np.float32)
        near = np.abs(part - self.mean[self.mine][:, None]) <= self.tolerance[self.mine][:, None]
        shown: np.ndarray = near.mean(axis=0) >= SHOWN_FROM
        return shown


def fixed_region(plane: np.ndarray, rows: np.ndarray, window: tuple[int, int, int]) -> Region | None:
    """The patch around ``window`` (top, left, edge) that ``rows`` share; None where no pixel sets them apart."""
    top, left, edge = window
    ours = plane[:, :, rows].astype(np.float32)
    mean, spread = ours.mean(axis=2), ours.std(axis=2)
    total = plane.sum(axis=2, dtype=np.float64)
    others = (total - ours.sum(axis=2)) / max(plane.shape[2] - rows.size, 1)
    error = np.maximum(spread, 4.0) / np.sqrt(rows.size)
    apart = (np.abs(mean - others) >= np.maximum(SURE * error, GREY_LEVELS)) & (spread <= AGREED)
    seed = np.zeros_like(apart)
    seed[top : top + edge, left : left + edge] = True
    mine = _connected(apart, seed & apart)
    if not mine.any():
        return None
    return _cut(mine, mean, spread, others)


def moving_region(plane: np.ndarray, rows: np.ndarray, at: np.ndarray, edge: int) -> Region | None:
    """The patch around windows of ``edge`` pixels at ``at`` (m, 2), in the coordinates of a crop with MARGIN pixels on each side."""
    size = edge + 2 * MARGIN
    padded = np.pad(plane[:, :, rows].astype(np.float32), ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
    crops = np.stack([padded[top : top + size, left : left + size, row] for row, (top, left) in enumerate(at.tolist())], axis=2)
    mean = np.median(crops, axis=2)
    spread = np.abs(crops - mean[..., None]).mean(axis=2)
    around = np.full_like(mean, float(np.median(crops[[0, -1]])))
    apart = (np.abs(mean - around) >= 2 * GREY_LEVELS) & (spread <= AGREED / 4)
    seed = np.zeros_like(apart)
    seed[MARGIN : MARGIN + edge, MARGIN : MARGIN + edge] = True
    mine = _connected(apart, seed & apart)
    return _cut(mine, mean, spread, around) if mine.any() else None


def _connected(apart: np.ndarray, seed: np.ndarray) -> np.ndarray:
    """The pixels of ``apart`` that hang together with ``seed``; one pixel of another kind in between is no gap (a checkerboard)."""
    mine = seed
    while True:
        padded = np.pad(mine, 2)
        grown = np.zeros_like(mine)
        high, wide = mine.shape
        for down in range(5):
            for right in range(5):
                grown |= padded[down : down + high, right : right + wide]
        grown &= apart
        if np.array_equal(grown, mine):
            return mine
        mine = grown


def _cut(mine: np.ndarray, mean: np.ndarray, spread: np.ndarray, around: np.ndarray) -> Region:
    rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    high, wide = int(rows[-1]) + 1 - top, int(columns[-1]) + 1 - left
    part = (slice(top, top + high), slice(left, left + wide))
    tolerance = np.maximum(TOLERANCE * spread[part], LEAST_TOLERANCE)
    return Region(box=(top, left, high, wide), mine=mine[part], mean=mean[part], tolerance=tolerance, around=around[part])
