"""What the tail itself allows: rows beyond those that chance puts there."""

from __future__ import annotations

import numpy as np


def excess_share(surprise: np.ndarray) -> np.ndarray:
    """Share of the rows at least this surprised that is more than chance would put there.

    Where n rows have calibrated surprise, ``n * 10 ** -t`` clean ones are expected at t or beyond. If more are seen, the surplus is the
    most that can be bad; a row is given the largest such share of all tails that hold it, so that the share rises with surprise.

    Parameters
    ----------
    surprise
        (n,) of all rows, NaN = not scored.

    Returns
    -------
    np.ndarray
        (n,) in [0, 1], NaN where the surprise is.

    References
    ----------
    Storey (2002), A direct approach to false discovery rates.

    Examples
    --------
    >>> excess_share(np.array([0.0, 0.1, 0.3, 3.0])).round(2)
    array([0., 0., 0., 1.])
    """
    share = np.full(surprise.shape, np.nan)
    scored = np.isfinite(surprise)
    values = np.sort(surprise[scored])
    if values.size == 0:
        return share
    seen = values.size - np.searchsorted(values, values, side="left")
    expected = values.size * 10.0**-values
    rising = np.maximum.accumulate(np.clip(1.0 - expected / seen, 0.0, 1.0))
    share[scored] = rising[np.searchsorted(values, surprise[scored], side="right") - 1]
    return share
