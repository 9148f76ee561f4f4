"""Heights and lengths of small bar charts, as shares of the space they get."""

from __future__ import annotations

import math
from collections.abc import Sequence


def log_heights(counts: Sequence[int]) -> tuple[float, ...]:
    """Heights in [0, 1] on a log scale: a handful of suspects beside thousands of clean rows stays visible."""
    top = math.log1p(max(counts, default=0))
    return tuple(math.log1p(count) / top if top else 0.0 for count in counts)


def flagged_bins(bins: int, threshold: float) -> tuple[bool, ...]:
    """Which of ``bins`` equal bins of [0, 1] reach above ``threshold``; none if it is NaN."""
    return tuple((position + 1) / bins > threshold for position in range(bins))


def axis_top(values: Sequence[float]) -> float:
    """The end of an axis that starts at 0 and holds all ``values``: the next 1, 2 or 5 times a power of ten, at least 1e-9."""
    largest = max((value for value in values if value == value), default=0.0)
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= largest * (1 - 1e-9)))


def heights(counts: Sequence[int]) -> tuple[float, ...]:
    """Heights in [0, 1] on a plain scale."""
    top = max(counts, default=0)
    return tuple(count / top if top else 0.0 for count in counts)
