"""Least-squares fit that never falls: pool adjacent violators, in NumPy so that the fast route imports nothing more."""

from __future__ import annotations

import numpy as np


def rising_fit(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The non-decreasing sequence nearest to ``values`` in weighted squares; all (m,), weights positive.

    References
    ----------
    Ayer et al. (1955), An empirical distribution function for sampling with incomplete information.

    Examples
    --------
    >>> rising_fit(np.array([1.0, 3.0, 2.0]), np.ones(3))
    array([1. , 2.5, 2.5])
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            mean, mass, length = pools.pop()
            total = mass + pool[1]
            pool = ((mean * mass + pool[0] * pool[1]) / total, total, length + pool[2])
        pools.append(pool)
    return np.repeat([pool[0] for pool in pools], [pool[2] for pool in pools])
