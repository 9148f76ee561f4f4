"""Far rows whose label is contradicted as well: where the two meet more often than they do among ordinary rows, rows were put there.

Rows that are far by nature are labelled as well as others, or somewhat worse (odd pictures are hard to tell), and the worse the farther:
how much is read from rows that are less far. What the farthest have beyond that is the share of bad ones among those that are both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

# Codes of the detectors whose word counts more together than each alone; the chance is the first one's.
FAR, LABEL = "outlier", "label-error"

# A label is contradicted where it is among this share of the most surprising of its class; two looks, for few far rows and for many.
CONTRADICTED = (0.05, 0.10)
# No label in doubt for no reason: below this surprise half of all rows lie.
LEAST_SURPRISE = 0.3
# Bad rows are looked for among this share of the farthest; how far and contradicted go together by nature is read behind them, and whether
# they do so the more the farther from these and those behind these. (Where half of a label's surprise came from the place, 40 of 60 sets
# without a bad row had a chance of .5 as long as only the first was read, and one with both.)
FARTHEST, BEHIND, FAR_BEHIND = 0.03, (0.04, 0.15), (0.15, 0.50)
# A smaller class has no usual surprise.
SMALLEST_CLASS = 10
# Two kinds of evidence are still no proof.
MOST = 0.95


def told_together(surprises: Mapping[str, np.ndarray], codes: np.ndarray) -> np.ndarray:
    """(n,) :func:`far_and_contradicted` of what the detectors said (code -> (n,) surprise); 0 where either did not look."""
    if not {FAR, LABEL} <= surprises.keys():
        return np.zeros(len(codes))
    return far_and_contradicted(np.nan_to_num(surprises[FAR]), np.nan_to_num(surprises[LABEL]), codes)


def far_and_contradicted(far: np.ndarray, label: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Chance that a row which is both was put there.

    Parameters
    ----------
    far, label
        (n,) surprise of where the row lies and of its label; 0 where nobody looked.
    codes
        (n,) labels, -1 = none.

    Returns
    -------
    np.ndarray
        (n,) in [0, 0.95]: for each of the farthest rows that is contradicted, the largest share of bad ones among the rows at least as far
        for some distance up to its own; 0 for the others. From the number seen the one expected is taken off, its standard error, and one
        more row.

    Examples
    --------
    Ten of the farthest are contradicted where one would be:

    >>> far, label = np.linspace(3, 0, 1000), np.tile([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 2.0], 100)
    >>> label[:10] = 3.0
    >>> far_and_contradicted(far, label, np.zeros(1000, dtype=int))[[0, 9, 10]].round(2)
    array([0.69, 0.69, 0.  ])
    """
    chance = np.zeros(len(far))
    order = np.argsort(-far, kind="stable")
    farthest = order[: int(np.ceil(FARTHEST * len(far)))]
    # Rows as far as the first one behind are not among the farthest, nor is any where nothing is far: their order says nothing.
    farthest = farthest[far[farthest] > (far[order[farthest.size]] if farthest.size < len(far) else 0.0)]
    for share in CONTRADICTED:
        both, usual = _contradicted(label, codes, share)
        seen = np.cumsum(both[farthest])
        expected = np.cumsum(np.minimum(_by_nature(far[order], both[order], usual[order])[: farthest.size] * usual[farthest], 1.0))
        bad = 1.0 - (expected + np.sqrt(expected) + 1.0) / np.maximum(seen, 1)
        # Rows equally far are told the same.
        last = np.searchsorted(-far[farthest], -far[farthest], side="right") - 1
        rising = np.maximum.accumulate(bad[last][::-1])[::-1]
        chance[farthest] = np.where(both[farthest], np.maximum(chance[farthest], rising), chance[farthest])
    return np.clip(chance, 0.0, MOST)


def _by_nature(far: np.ndarray, both: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """(n,) at least 1: how many times as often as chance has it the rows, farthest first, are both: a line in logarithms of rank."""
    rarity = -np.log10((np.arange(len(both)) + 0.5) / max(len(both), 1))
    times, at = np.ones(2), np.array([1.0, 0.0])
    for place, (first, last) in enumerate((BEHIND, FAR_BEHIND)):
        ends = far[int(first * len(far)) : int(last * len(far))][[0, -1]] if int(first * len(far)) < int(last * len(far)) else (0.0, 1.0)
        rows = (far <= ends[0]) & (far >= ends[1])
        if rows.any():
            times[place], at[place] = (both[rows].sum() + 1.0) / (usual[rows].sum() + 1.0), rarity[rows].mean()
    # Ties may make one band of the two.
    grows = max(np.log(times[0] / times[1]), 0.0) / max(at[0] - at[1], 0.1)
    return np.maximum(times[0] * np.exp(grows * np.maximum(rarity - at[0], 0.0)), 1.0)


def _contradicted(label: np.ndarray, codes: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """((n,) bool: labels among the ``share`` most surprising of their class, (n,) the share of its class that is)."""
    both, usual = np.zeros(len(label), dtype=bool), np.zeros(len(label))
    for code, rows in enumerate(np.bincount(codes[codes >= 0], minlength=1).tolist()):
        if rows >= SMALLEST_CLASS:
            mine = codes == code
            both[mine] = (label[mine] >= np.quantile(label[mine], 1.0 - share)) & (label[mine] >= LEAST_SURPRISE)
            usual[mine] = both[mine].mean()
    return both, usual
