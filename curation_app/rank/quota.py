"""Families in turn: an order in which no family, however many rows it suspects, keeps another from being looked at."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def in_turns(order: np.ndarray, chances: Mapping[str, np.ndarray]) -> np.ndarray:
    """The rows of a queue, the families taking turns.

    Parameters
    ----------
    order
        (n,) row numbers, most suspicious first.
    chances
        Family -> (n,) chance of being bad, NaN or 0 where it is silent.

    Returns
    -------
    np.ndarray
        (n,) row numbers, a permutation: the first row of each family in the order of ``order``, then the second of each, and so on. A
        row belongs to the family that says most against it; rows against which none speaks come last.

    Examples
    --------
    >>> in_turns(np.arange(4), {"far": np.array([0.9, 0.8, 0.7, 0.0]), "label": np.array([0.0, 0.0, 0.0, 0.2])})
    array([0, 3, 1, 2])
    """
    if not chances:
        return order
    stacked = np.stack([np.nan_to_num(chances[family], nan=0.0) for family in sorted(chances)])[:, order]
    family = np.where(stacked.max(axis=0) > 0, stacked.argmax(axis=0), len(stacked))
    turn = np.zeros(len(order), dtype=np.int64)
    for one in range(len(stacked)):
        mine = family == one
        turn[mine] = np.arange(int(mine.sum()))
    turn[family == len(stacked)] = len(order)
    return order[np.lexsort((np.arange(len(order)), turn))]
