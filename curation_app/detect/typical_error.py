"""How far a label's margin is from what a real error of that kind would show: the rows of the other class, had they this label.

Classes differ in how well they are told apart. A three that was called a five is judged by models that learned from such fives, too, and
its margin is small beside that of a three called a one. What it is compared with here is every three, had it been called a five.
"""

from __future__ import annotations

import numpy as np

# Fewer rows of the other class show nothing, and six imagined ones with a larger margin keep a small class from showing much.
FEWEST, IMAGINED = 5, 6
# No label is told more than that two hundred errors of its kind would all show a larger margin.
LEAST = 1 / 200


class TypicalErrors:
    """The margins of all errors of every kind, from (n, K) log chances ``logs`` out of fold and (n,) ``codes``, -1 = missing."""

    def __init__(self, logs: np.ndarray, codes: np.ndarray) -> None:
        self._logs = logs
        likeliest = logs.argmax(axis=1)
        # A row whose own label is out-voted shows nothing about its class.
        self._believed = [np.flatnonzero((codes == code) & (likeliest == code)) for code in range(logs.shape[1])]

    def share(self, margin: np.ndarray, given: np.ndarray, other: np.ndarray) -> np.ndarray:
        """(m,) share of the errors of class ``other`` labelled ``given`` that show at most this ``margin``, NaN where none are known.

        Real errors of a kind have any share in [0, 1] alike, rows of their own class hardly ever a large one.
        """
        share = np.full(len(margin), np.nan)
        order = np.lexsort((other, given))
        kind = given[order].astype(np.int64) * self._logs.shape[1] + other[order]
        for rows in np.split(order, np.flatnonzero(np.diff(kind)) + 1) if len(order) else []:
            label, instead = int(given[rows[0]]), int(other[rows[0]])
            believed = self._believed[instead] if min(label, instead) >= 0 else ()
            if len(believed) >= FEWEST:
                errors = np.sort(self._logs[believed, instead] - self._logs[believed, label])
                share[rows] = np.searchsorted(errors, margin[rows], side="right") / (len(errors) + IMAGINED)
        return share


def shortfall(share: np.ndarray) -> np.ndarray:
    """(m,) at most 0, in nats: what a margin is too small by, as the log odds of the ``share`` of errors that show at most it.

    0 where it is half of them or more, or where nothing is known.
    """
    odds = np.clip(np.nan_to_num(share, nan=0.5), LEAST, 0.5)
    return np.log(odds / (1.0 - odds))
