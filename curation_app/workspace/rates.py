"""Flagged shares with intervals."""

from __future__ import annotations

import math

import numpy as np

from curation_app.workspace.values import RateLine

# Two-sided 95 % of the normal distribution.
Z = 1.959964


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927), (0, 1) when nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    share, square = hits / total, Z * Z / total
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def rates(codes: np.ndarray, names: tuple[str, ...], flagged: np.ndarray) -> tuple[RateLine, ...]:
    """One line per name, highest lower bound first: the ones that are surely unusual lead."""
    known = codes >= 0
    totals = np.bincount(codes[known], minlength=len(names))
    hits = np.bincount(codes[known & flagged], minlength=len(names))
    lines = []
    for name, total, hit in zip(names, totals.tolist(), hits.tolist(), strict=True):
        low, high = wilson(hit, total)
        lines.append(RateLine(name=name, rows=total, flagged=hit, rate=hit / total if total else 0.0, low=low, high=high))
    return tuple(sorted(lines, key=lambda line: (-line.low, -line.rows, line.name)))
