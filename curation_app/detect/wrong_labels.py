"""What the label detector would say of labels that are known to be wrong: each planted alone, in a copy that need not be made.

The judges of a row never saw its own label, so one changed label changes no chance of its own row: the copy with that one error can be
read off the chances that are there. Every wrong label can be planted like this, where copies with many errors at once would teach
the judges those errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.label_error import held, log_chances, log_margin
from curation_app.detect.surprise import tail_surprise
from curation_app.detect.typical_error import TypicalErrors, shortfall

# More planted errors make no better curve.
MOST = 100_000
# A row with a larger margin than three in ten errors of its kind is hardly one of its own class. From so many such rows a kind has a
# weight of its own; fewer may be honest doubt between two classes, and count for all kinds alike, with some imagined ones, so that none is
# left out.
CLEAR, MANY, IMAGINED = 0.3, 10, 1.5
# Added where a planted error is more surprising than any row: how much more says nothing.
BEYOND = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLabels:
    """Planted wrong labels: (m,) ``surprise`` and (m,) ``weight`` of each, and the chance that one mends a bad row (``undone``)."""

    surprise: np.ndarray
    weight: np.ndarray
    undone: float


def wrong_labels(probabilities: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> WrongLabels:
    """The labelled rows with another label than theirs: all others, or as many drawn ones as are enough.

    ``probabilities`` is (n, K) out of fold, ``codes`` (n,) the given classes, -1 = missing. Kinds of error (of one class, labelled as
    another) weigh as much as there seem to be rows of them, for whoever errs seldom errs in all ways alike.
    """
    labels = _Labels(probabilities, codes)
    rows, others = np.flatnonzero(codes >= 0), probabilities.shape[1] - 1
    if rows.size * others <= MOST:
        rows, steps = np.repeat(rows, others), np.tile(np.arange(1, others + 1), rows.size)
    else:
        rows = np.repeat(rows, -(-MOST // rows.size))
        steps = rng.integers(1, others + 1, rows.size)
    given = (codes[rows] + steps) % (others + 1)
    errors = labels.errors()
    weight = errors[codes[rows], given] / labels.sizes[codes[rows]]
    return WrongLabels(surprise=labels.surprise_of(rows, given), weight=weight, undone=_undone(errors, labels.sizes))


def doubtful_labels(probabilities: np.ndarray, codes: np.ndarray) -> WrongLabels:
    """Rows whose label is the likeliest, with the next likely one instead: how people err. The weight is the chance of that class."""
    labels = _Labels(probabilities, codes)
    rows = np.flatnonzero(labels.margin <= 0)
    weight = probabilities[rows, labels.other[rows]].astype(np.float64)
    return WrongLabels(surprise=labels.surprise_of(rows, labels.other[rows]), weight=weight, undone=0.0)


def _undone(errors: np.ndarray, sizes: np.ndarray) -> float:
    """Chance that an error planted in a bad row mends it: 1 / (K - 1) where all (K, K) ``errors`` are alike, 0 where all go one way."""
    planted, bad = errors / max(errors.sum(), 1e-12), errors.T / np.maximum(sizes, 1)[:, None]
    return float(np.sum(planted * bad) / max(errors.sum() / max(sizes.sum(), 1), 1e-12))


class _Labels:
    """The labels as they are, and what the detector would say of others."""

    def __init__(self, probabilities: np.ndarray, codes: np.ndarray) -> None:
        self._probabilities, self._codes = probabilities, codes
        self.sizes = np.bincount(codes[codes >= 0], minlength=probabilities.shape[1])
        self._typical = TypicalErrors(log_chances(probabilities), codes)
        self.margin, self.other = log_margin(probabilities, codes)
        self._share = self._typical.share(self.margin, codes, self.other)

    def surprise_of(self, rows: np.ndarray, given: np.ndarray) -> np.ndarray:
        """(m,) surprise of ``rows`` (m,) had they the class ``given`` (m,), on the scale of the labels as they are."""
        if rows.size == 0:
            return np.zeros(0)
        usual = self.margin + shortfall(self._share)
        usual = np.sort(usual[np.isfinite(usual)])
        tail = tail_surprise(usual)
        wrong, instead = log_margin(self._probabilities[rows], given)
        score = wrong + shortfall(self._typical.share(wrong, given, instead))
        surprise = np.interp(score, usual, tail, right=float(tail[-1]) + BEYOND)
        return held(wrong, surprise, self.sizes[given] + 1)

    def errors(self) -> np.ndarray:
        """(K, K) how many rows of each class (row) seem to be labelled as each other one (column)."""
        classes = len(self.sizes)
        clear = np.nan_to_num(self._share) >= CLEAR
        counts = np.zeros((classes, classes))
        np.add.at(counts, (self.other[clear], self._codes[clear]), 1.0)
        many = np.where(counts >= MANY, counts, 0.0)
        few = (IMAGINED + counts.sum() - many.sum()) * self.sizes[:, None] / max(self.sizes.sum(), 1) / max(classes - 1, 1)
        return (many + few * (1.0 - np.eye(classes))) / (1.0 - CLEAR)
