"""How many rows are bad, from how many are as surprised as planted errors are.

No tail of the rows can hold fewer than its bad ones: if a share F of the planted errors lies beyond t, and a share U of the rows as they
are, at most ``U / F`` of all rows are bad. Far out hardly a good row is left, but few rows are left to count; farther in it is the other
way round. So the tails grow from the far end for as long as no larger one says more than the smaller ones allow (Lepski's rule).

References
----------
Storey (2002), A direct approach to false discovery rates; Lepskii (1991), On a problem of adaptive estimation in Gaussian white noise;
Liu & Tao (2016), Classification with noisy labels by importance reweighting (anchor points).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from curation_app.rank.planting import Sample

# The smallest tail holds this share of the planted errors, each next one a quarter more.
SMALLEST_TAIL, GROWTH = 0.05, 1.25
# ... and so many of them.
FEWEST_IN_TAIL = 10
# A tail agrees with a smaller one when it says no more than this many of the smaller one's standard errors above it.
AGREES = 1.5
# Two-sided 95 % of a normal.
Z = 1.96


def share_of_bad(sample: Sample) -> tuple[float, float]:
    """(share of bad rows that the tails tell, upper end of its 95 % interval), both in [0, 1].

    Both are 1 where planted errors look like any other row.
    """
    told, highest, allowed = 1.0, 1.0, np.inf
    for share, error in _tails(sample):
        if share > allowed:
            break
        told, highest, allowed = share, share + Z * error, min(allowed, share + AGREES * error)
    return float(min(told, 1.0)), float(min(highest, 1.0))


def chance_of_bad(ratio: np.ndarray, prior: float, undone: float) -> np.ndarray:
    """(m,) chance of being bad where planted errors are ``ratio`` times as dense as the rows as they are; may pass 0 and 1.

    Errors were planted in bad rows as well: those that became good by that (``undone``) are taken off.
    """
    mended = undone * prior / (1.0 - min(prior, 0.5))
    return prior * (ratio - mended) / (1.0 - mended) if mended < 1.0 else prior * ratio


def _tails(sample: Sample) -> Iterator[tuple[float, float]]:
    """(share of bad rows, its standard error) as each tail tells it, the smallest tail first."""
    size, rows = sample.planted.size, sample.others.size
    mass = np.cumsum(sample.weight[::-1])[::-1] / size
    part = max(SMALLEST_TAIL, FEWEST_IN_TAIL / size)
    while True:
        start = int(np.searchsorted(-mass, -min(part, 1.0), side="right")) - 1
        cut = sample.planted[max(start, 0)]
        found = float(mass[np.searchsorted(sample.planted, cut, side="left")])
        above = (rows - int(np.searchsorted(sample.others, cut, side="left"))) / sample.copies
        seen = above * sample.copies / rows
        share = seen / (found + sample.undone * seen)
        # Both counts err: that of the rows as they are, and that of the planted errors.
        error = np.hypot(np.sqrt(above + 1.0) * sample.copies / rows / found, share * np.sqrt(max(1.0 - found, 0.0) / (found * size)))
        yield share, float(error)
        if part >= 1.0:
            return
        part *= GROWTH
