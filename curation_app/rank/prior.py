"""How many rows are bad, from how many are as surprised as planted errors are.

No tail of the rows can hold fewer than its bad ones: if a share F of the planted errors lies beyond t, and a share U of the rows as they
are, at most ``U / F`` of all rows are bad. Far out hardly a good row is left, but few rows are left to count; farther in it is the other
way round. Where errors stand apart from good rows, tails of very different sizes tell the same share, and that is believed. Where they
do not, the tails grow from the far end for as long as no larger one says more than the smaller ones allow (Lepski's rule).

References
----------
Storey (2002), A direct approach to false discovery rates; Lepskii (1991), On a problem of adaptive estimation in Gaussian white noise;
Liu & Tao (2016), Classification with noisy labels by importance reweighting (anchor points).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from curation_app.rank.planting import Sample

# The smallest tail holds this share of the planted errors, each next one a quarter more.
SMALLEST_TAIL, GROWTH = 0.05, 1.25
# ... and so many of them.
FEWEST_IN_TAIL = 10
# A tail agrees with a smaller one that allows as much within this many of its standard errors.
AGREES = 1.5
# Tails that tell the same: so many in a row (the largest is 2.4 times the smallest), within 15 % of one another, the smallest with a tenth
# of the planted errors and so many rows. Farther out errors teach one another: real ones are less extreme there than one planted alone.
STEADY, SAME, SMALLEST_STEADY, FEWEST_STEADY = 5, 1.15, 0.1, 20
# Two-sided 95 % of a normal.
Z = 1.96
# Where the tails allow that more rows than this are bad, planted errors look like any other row: nothing can be told from them.
MOST_TOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """What lies beyond one surprise.

    Attributes
    ----------
    found
        Share of the planted errors, in (0, 1].
    above, rows
        Rows as they are, of so many.
    planted
        Planted errors in all, as equal ones.
    undone
        Chance that planting makes a bad row good.
    """

    found: float
    above: float
    rows: float
    planted: float
    undone: float

    def share(self, errors: float = 0.0) -> float:
        """Share of bad rows, in [0, 1], that this tail tells, or the most it allows within so many standard errors."""
        # Twice the root of a count has a deviation of one (Anscombe 1948); one row more where there may be one.
        above = (np.sqrt(self.above + 1.0) + errors / 2.0) ** 2 if errors else self.above
        told = above / self.rows / (self.found + self.undone * above / self.rows)
        slack = errors * np.sqrt(max(1.0 - self.found, 0.0) / (self.found * self.planted))
        return float(min(told * (1.0 + slack), 1.0))


def share_of_bad(sample: Sample) -> tuple[float, float]:
    """(share of bad rows that the tails tell, upper end of its 95 % interval), both in [0, 1].

    Where planted errors look like any other row, nothing is told: 0, and anything up to 1 may be.
    """
    tails = list(_tails(sample))
    if steady := _steady(tails):
        return steady
    told, highest, allowed = 1.0, 1.0, 1.0
    for tail in tails:
        if tail.share() > allowed:
            break
        told, highest, allowed = tail.share(), tail.share(Z), min(allowed, tail.share(AGREES))
    return (told, highest) if told <= MOST_TOLD else (0.0, 1.0)


def _steady(tails: list[Tail]) -> tuple[float, float] | None:
    """What the largest run of tails that tell the same says: their median, and the upper end of its interval."""
    for end in range(len(tails), STEADY - 1, -1):
        run = tails[end - STEADY : end]
        if run[0].found < SMALLEST_STEADY or run[0].above < FEWEST_STEADY:
            return None
        shares = [tail.share() for tail in run]
        if max(shares) <= min(MOST_TOLD, SAME * min(shares)):
            return float(np.median(shares)), max(tail.share(Z) for tail in run)
    return None


def chance_of_bad(ratio: np.ndarray, prior: float, undone: float) -> np.ndarray:
    """(m,) chance of being bad where planted errors are ``ratio`` times as dense as the rows as they are; may pass 0 and 1.

    Errors were planted in bad rows as well: those that became good by that (``undone``) are taken off.
    """
    mended = undone * prior / (1.0 - min(prior, 0.5))
    return prior * (ratio - mended) / (1.0 - mended) if mended < 1.0 else prior * ratio


def _tails(sample: Sample) -> Iterator[Tail]:
    """The smallest tail first, up to all planted errors."""
    copies = sample.copies
    mass = np.cumsum(sample.weight[::-1])[::-1] / sample.weight.sum()
    # Unequal weights tell as much as so many equal ones (Kish 1965).
    worth = sample.weight.sum() ** 2 / np.square(sample.weight).sum()
    part = min(max(SMALLEST_TAIL, FEWEST_IN_TAIL / worth), 1.0)
    while part <= 1.0:
        cut = sample.planted[max(int(np.searchsorted(-mass, -part, side="right")) - 1, 0)]
        yield Tail(
            found=float(mass[np.searchsorted(sample.planted, cut, side="left")]),
            above=(sample.others.size - int(np.searchsorted(sample.others, cut, side="left"))) / copies,
            rows=sample.others.size / copies,
            planted=float(worth),
            undone=sample.undone,
        )
        part = part * GROWTH if part == 1.0 else min(part * GROWTH, 1.0)
