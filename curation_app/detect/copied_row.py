"""Which row of a packed group the others were made from: the one in the middle, where copies with noise leave it, or the one whose label
the others do not have, where rows of one label were made to look like it.
"""

from __future__ import annotations

import numpy as np

from curation_app.domain.representation import Representation

# Noise of its own sets each copy as far from the rest as it is strong; the row they copy lies in the middle, a group of five about half as
# far from the mean. So much nearer than the next one no honest row of many columns is.
NEARER = 0.6
# In few columns some row is always in the middle.
FEWEST_COLUMNS = 5
# Of fewer rows, one that differs is no sign.
FEWEST_OF_A_LABEL = 4
# How typical the row is of the group: it belongs to the edge, for whoever drops the group may want to keep it.
TYPICAL = 0.4


def copied_row(representation: Representation, rows: np.ndarray) -> int:
    """The row of the group (m,) that the others seem to be copies of, -1 where none stands out."""
    if rows.size < 3 or representation.features.shape[1] < FEWEST_COLUMNS:
        return -1
    points = representation.features[rows].astype(np.float64)
    gap = np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1))
    first, second = np.argsort(gap, kind="stable")[:2]
    return int(rows[first]) if gap[first] < NEARER * gap[second] else -1


def only_other_label(representation: Representation, rows: np.ndarray) -> int:
    """The one row of the group (m,) whose label differs where all others share one, -1 where there is no such row or few others."""
    codes = representation.codes[rows]
    given, counts = np.unique(codes, return_counts=True)
    if len(given) != 2 or given[0] < 0 or counts.min() != 1 or counts.max() < FEWEST_OF_A_LABEL:
        return -1
    return int(rows[codes == given[counts.argmin()]][0])
