"""Complement naive Bayes over term weights, judged fold by fold by subtracting the fold's sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curation_app.represent.probability import calibrated

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Added to every sum, so that an unseen term proves little: .3 and 1 are equally good with two classes, .3 beside the others with 77.
SMOOTHING = 0.3


class ComplementBayes:
    """Out-of-fold probabilities: a class is likely whose *other* classes' terms are missing from the row.

    The model is sums of weights per class, so leaving a fold out is a subtraction, and exact.

    References
    ----------
    Rennie et al., Tackling the poor assumptions of naive Bayes text classifiers, 2003.
    """

    def __init__(self, terms: csr_matrix, folds: np.ndarray, n_classes: int) -> None:
        self._n_classes = n_classes
        self._rows = [np.flatnonzero(folds == fold) for fold in range(folds.max() + 1)]
        self._parts = [terms[rows] for rows in self._rows]

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold probabilities; rows of code -1 teach nothing and are judged."""
        return calibrated(self.scores(codes), codes)

    def scores(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold log odds up to a constant per row."""
        total = self._sums(np.arange(len(self._parts)), codes)
        scores = np.zeros((len(codes), self._n_classes), np.float32)
        for fold, (rows, part) in enumerate(zip(self._rows, self._parts, strict=True)):
            taught = total - self._sums(np.array([fold]), codes)
            others = np.maximum(taught.sum(axis=0) - taught, 0) + np.float32(SMOOTHING)
            weights = -np.log(others / others.sum(axis=1, keepdims=True))
            scores[rows] = part @ weights.T
        return scores

    def _sums(self, folds: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """(K, terms) float32 sums of weights per class over some folds."""
        from scipy.sparse import csr_matrix

        sums = np.zeros((self._n_classes, self._parts[0].shape[1]), np.float32)
        for fold in folds:
            given = codes[self._rows[fold]]
            labelled = np.flatnonzero(given >= 0)
            shape = (self._n_classes, len(given))
            members = csr_matrix((np.ones(len(labelled), np.float32), (given[labelled], labelled)), shape=shape)
            sums += (members @ self._parts[fold]).toarray()
        return sums
