"""Labels that are numbers."""

from __future__ import annotations

import math

import numpy as np


def number_of(label: str | None) -> float:
    """The number that a label is; NaN where it is missing, none, or not finite.

    Examples
    --------
    >>> number_of("2.5"), number_of("red"), number_of("inf"), number_of(None)
    (2.5, nan, nan, nan)
    """
    try:
        number = float(label) if label is not None else math.nan
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def numbers_of(labels: np.ndarray) -> np.ndarray:
    """(n,) float64 of (n,) labels, NaN where one is missing or no number."""
    return np.array([number_of(label) for label in labels.tolist()], dtype=np.float64)
