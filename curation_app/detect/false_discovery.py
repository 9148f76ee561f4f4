"""The step-up rule that bounds the share of false ones among what is reported."""

from __future__ import annotations

import numpy as np


def accepted(p_values: np.ndarray, rate: float) -> np.ndarray:
    """(n,) bool: those reported at a false-discovery rate, by Benjamini and Hochberg (1995).

    Parameters
    ----------
    p_values
        (n,) in [0, 1]; NaN is never reported and does not count.
    rate
        Expected share of false ones among the reported, in (0, 1).

    Examples
    --------
    >>> accepted(np.array([0.001, 0.9, 0.02, 0.5]), 0.10)
    array([ True, False,  True, False])
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    known = np.isfinite(p_values)
    ordered = np.sort(p_values[known])
    under = np.flatnonzero(ordered <= rate * np.arange(1, len(ordered) + 1) / max(len(ordered), 1))
    if not len(under):
        return np.zeros(p_values.shape, dtype=bool)
    return known & (np.nan_to_num(p_values, nan=2.0) <= ordered[under[-1]])
