"""The nearest class centre among term vectors, judged fold by fold by subtracting the fold's sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curation_app.represent.probability import calibrated, one_hot

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class TermCentroid:
    """Out-of-fold probabilities from the cosine to the sum of each class's rows (Rocchio).

    With many classes and few rows of each, so stiff a rule is hard to mislead by flipped labels: it found more of them than
    logistic regression did, and is linear in the terms and the classes.
    """

    def __init__(self, terms: csr_matrix, folds: np.ndarray, n_classes: int) -> None:
        self._n_classes = n_classes
        self._rows = [np.flatnonzero(folds == fold) for fold in range(folds.max() + 1)]
        self._parts = [terms[rows] for rows in self._rows]

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold probabilities; rows of code -1 teach nothing and are judged."""
        return calibrated(self.scores(codes), codes)

    def scores(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold cosines; 0 for a class that has no row in the other folds."""
        total = sum(self._sums(fold, codes) for fold in range(len(self._parts)))
        scores = np.empty((len(codes), self._n_classes), np.float32)
        for fold, (rows, part) in enumerate(zip(self._rows, self._parts, strict=True)):
            # What a subtraction of equal sums leaves is rounding, not a direction.
            centres = np.where(total - (own := self._sums(fold, codes)) > 1e-5, total - own, 0)
            lengths = np.linalg.norm(centres, axis=0)
            scores[rows] = part @ (centres / np.where(lengths > 0, lengths, 1))
        return scores

    def _sums(self, fold: int, codes: np.ndarray) -> np.ndarray:
        """(terms, K) float32 sums of the rows of each class in one fold."""
        sums: np.ndarray = self._parts[fold].T @ one_hot(codes[self._rows[fold]], self._n_classes)
        return sums
