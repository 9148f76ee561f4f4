"""What the label detector would say of labels that are known to be wrong: each planted alone, in a copy that need not be made.

The judges of a row never saw its own label, so one changed label changes no chance of its own row: the copy with that one error can be
read off the chances that are there. Every wrong label can be planted like this, where copies with many errors at once would teach
the judges those errors.
"""

from __future__ import annotations

import numpy as np

from curation_app.detect.label_error import held, log_margin
from curation_app.detect.surprise import tail_surprise

# More planted errors make no better curve.
MOST = 100_000
# Added where a planted error is more surprising than any row: how much more says nothing.
BEYOND = 1.0


def wrong_label_surprise(probabilities: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(m,) surprise of the labelled rows with another label than theirs: all others, or as many drawn ones as are enough.

    ``probabilities`` is (n, K) out of fold, ``codes`` (n,) the given classes, -1 = missing.
    """
    rows, others = np.flatnonzero(codes >= 0), probabilities.shape[1] - 1
    if rows.size * others <= MOST:
        rows, steps = np.repeat(rows, others), np.tile(np.arange(1, others + 1), rows.size)
    else:
        rows = np.repeat(rows, -(-MOST // rows.size))
        steps = rng.integers(1, others + 1, rows.size)
    return _surprise_of(probabilities, codes, rows, (codes[rows] + steps) % (others + 1))


def doubtful_label_surprise(probabilities: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((m,) surprise, (m,) weight) of rows whose label is the likeliest, with the next likely one instead: how people err.

    The weight is the chance of that other class.
    """
    margin, other = log_margin(probabilities, codes)
    rows = np.flatnonzero(margin <= 0)
    return _surprise_of(probabilities, codes, rows, other[rows]), probabilities[rows, other[rows]].astype(np.float64)


def _surprise_of(probabilities: np.ndarray, codes: np.ndarray, rows: np.ndarray, given: np.ndarray) -> np.ndarray:
    """(m,) surprise of ``rows`` (m,) had they the class ``given`` (m,), on the scale of the labels as they are."""
    margin, _ = log_margin(probabilities, codes)
    usual = np.sort(margin[np.isfinite(margin)])
    if rows.size == 0:
        return np.zeros(0)
    wrong, _ = log_margin(probabilities[rows], given)
    tail = tail_surprise(usual)
    surprise = np.interp(wrong, usual, tail, right=float(tail[-1]) + BEYOND)
    return held(wrong, surprise, np.bincount(codes[codes >= 0], minlength=probabilities.shape[1])[given] + 1)
