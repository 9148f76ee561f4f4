"""Kernel ridge on random Fourier features, judged fold by fold from one Gram matrix."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from curation_app.represent.probability import best_scale, calibrated, one_hot, softmax

# Rows whose Fourier features are made at once: 8,192 x 1,001 float32 is 33 MB.
BLOCK = 8_192
# Up to this many rows all Fourier features are kept (80 MB); above, making them again on each pass costs less than the memory.
KEEP_UP_TO = 20_000
# Pairs of rows from which the typical squared distance is taken.
PAIRS = 4_000
# Larger matrices are inverted by halves: matrix products take half the time of LAPACK's general inverse.
INVERTED_WHOLE = 512
# Penalties tried, as shares of the number of training rows.
PENALTIES = (1e-4, 1e-3, 1e-2)


class FourierRidge:
    """Out-of-fold probabilities of ridge regression on cosines that approximate a Gaussian kernel.

    The label-free part is made once, one inverse per fold: ``(A'A - A_f'A_f + penalty)^-1``. A new labelling then costs two passes
    over the rows, and gives what K separate fits would.

    References
    ----------
    Rahimi & Recht, Random features for large-scale kernel machines, 2007.
    """

    def __init__(
        self, features: np.ndarray, codes: np.ndarray, folds: np.ndarray, n_classes: int, *, count: int, seed: int, reach: float = 1.0
    ) -> None:
        self._features, self._n_classes = features, n_classes
        self._order = np.argsort(folds, kind="stable")
        self._bounds = np.searchsorted(folds[self._order], np.arange(folds.max() + 2))
        rng = np.random.default_rng(seed)
        spread = reach * _typical_square(features, rng)
        self._frequencies = (rng.standard_normal((features.shape[1], count)) * np.sqrt(2.0 / spread)).astype(np.float32)
        self._phases = rng.uniform(0, 2 * np.pi, count).astype(np.float32)
        self._kept = self._waves(self._order) if len(features) <= KEEP_UP_TO else None
        self._labelled = codes >= 0
        grams = self._fold_grams()
        self.penalty = self._likeliest_penalty(codes, grams)
        self._inverses = self._fold_inverses(grams)

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold probabilities for this labelling; rows of code -1 teach nothing and are judged."""
        labelled = codes >= 0
        if not np.array_equal(labelled, self._labelled):
            self._labelled = labelled
            self._inverses = self._fold_inverses(self._fold_grams())
        return calibrated(self.scores(codes), codes)

    def scores(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold regression values, near 1 for the likely class."""
        moments = self._fold_moments(codes)
        total = moments.sum(axis=0)
        weights = [inverse @ (total - part) for inverse, part in zip(self._inverses, moments, strict=True)]
        scores = np.zeros((len(codes), self._n_classes), np.float32)
        for fold, rows, waves in self._blocks():
            scores[rows] = waves @ weights[fold]
        return scores

    def _blocks(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """(fold, row numbers, their Fourier features), at most BLOCK rows at a time, folds in order."""
        for fold, (start, stop) in enumerate(zip(self._bounds[:-1], self._bounds[1:], strict=True)):
            for place in range(start, stop, BLOCK):
                rows = self._order[place : min(place + BLOCK, stop)]
                yield fold, rows, self._waves(rows) if self._kept is None else self._kept[place : place + len(rows)]

    def _waves(self, rows: np.ndarray) -> np.ndarray:
        """(rows, count + 1) float32: cosines of squared norm about one, and a constant."""
        count = len(self._phases)
        waves = np.empty((len(rows), count + 1), np.float32)
        waves[:, count] = 1
        for start in range(0, len(rows), BLOCK):
            part = self._features[rows[start : start + BLOCK]] @ self._frequencies
            part += self._phases
            np.cos(part, out=part)
            part *= np.float32(np.sqrt(2.0 / count))
            waves[start : start + BLOCK, :count] = part
        return waves

    def _fold_grams(self) -> np.ndarray:
        size = len(self._phases) + 1
        grams = np.zeros((len(self._bounds) - 1, size, size), np.float32)
        for fold, rows, waves in self._blocks():
            labelled = self._labelled[rows]
            taught = waves if labelled.all() else waves[labelled]
            grams[fold] += taught.T @ taught
        return grams

    def _fold_moments(self, codes: np.ndarray) -> np.ndarray:
        moments = np.zeros((len(self._bounds) - 1, len(self._phases) + 1, self._n_classes), np.float32)
        for fold, rows, waves in self._blocks():
            moments[fold] += waves.T @ one_hot(codes[rows], self._n_classes)
        return moments

    def _ridged(self, gram: np.ndarray, penalty: float) -> np.ndarray:
        strength = penalty * max(1, int(self._labelled.sum()))
        ridged = gram.copy()
        ridged.flat[:: len(gram) + 1] += np.float32(strength)
        return ridged

    def _fold_inverses(self, grams: np.ndarray) -> np.ndarray:
        total = grams.sum(axis=0)
        return np.stack([inverse_of_positive(self._ridged(total - part, self.penalty)) for part in grams])

    def _likeliest_penalty(self, codes: np.ndarray, grams: np.ndarray) -> float:
        """The penalty under which the first fold's labels are likeliest. Chosen once, on the labels as given."""
        moments = self._fold_moments(codes)
        gram, moment = grams[1:].sum(axis=0), moments[1:].sum(axis=0)
        rows = self._order[self._bounds[0] : self._bounds[1]][:BLOCK]
        rows = rows[self._labelled[rows]]
        if not len(rows):
            return PENALTIES[1]
        waves = self._waves(rows)
        losses = [_log_loss(waves @ np.linalg.solve(self._ridged(gram, penalty), moment), codes[rows]) for penalty in PENALTIES]
        return PENALTIES[int(np.argmin(losses))]


def inverse_of_positive(matrix: np.ndarray) -> np.ndarray:
    """(d, d) inverse of a symmetric positive definite ``matrix``, in its own type; by halves (Schur's complement of the first).

    Computed in double precision, whatever the type: with the smallest penalty single precision loses a tenth of the answers.

    Examples
    --------
    >>> inverse_of_positive(np.diag([2.0, 4.0]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return _by_halves(matrix.astype(np.float64)).astype(matrix.dtype)


def _by_halves(matrix: np.ndarray) -> np.ndarray:
    size = len(matrix)
    if size <= INVERTED_WHOLE:
        return np.asarray(np.linalg.inv(matrix))
    half = size // 2
    first, across = _by_halves(matrix[:half, :half]), matrix[:half, half:]
    carried = first @ across
    last = _by_halves(matrix[half:, half:] - across.T @ carried)
    corner = carried @ last
    inverse = np.empty_like(matrix)
    inverse[:half, :half], inverse[:half, half:] = first + corner @ carried.T, -corner
    inverse[half:, :half], inverse[half:, half:] = -corner.T, last
    return inverse


def _typical_square(features: np.ndarray, rng: np.random.Generator) -> float:
    """Median squared distance between random rows; 1 where all rows are the same."""
    first, second = rng.integers(0, len(features), (2, PAIRS))
    gaps = features[first] - features[second]
    squares = np.einsum("ij,ij->i", gaps, gaps)
    positive = squares[squares > 0]
    return float(np.median(positive)) if len(positive) else 1.0


def _log_loss(scores: np.ndarray, codes: np.ndarray) -> float:
    chances = softmax(scores * best_scale(scores, codes))[np.arange(len(codes)), codes]
    return float(-np.log(np.maximum(chances, 1e-12)).mean())
