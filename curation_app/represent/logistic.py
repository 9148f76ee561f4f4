"""Logistic regression on sparse terms, refitted for each fold: worth its time where classes are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curation_app.represent.probability import class_shares

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# scikit-learn's own default; three times as much or as little changes average precision by .01.
INVERSE_PENALTY = 1.0


class TermLogistic:
    """Out-of-fold probabilities by liblinear, one class against the rest."""

    def __init__(self, terms: csr_matrix, folds: np.ndarray, n_classes: int, *, seed: int) -> None:
        self._terms, self._folds, self._n_classes, self._seed = terms, folds, n_classes, seed

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold probabilities; rows of code -1 teach nothing and are judged."""
        chances = np.tile(class_shares(codes, self._n_classes), (len(codes), 1))
        for fold in range(self._folds.max() + 1):
            taught = np.flatnonzero((self._folds != fold) & (codes >= 0))
            known = np.unique(codes[taught])
            # With one class left there is nothing to tell apart: the class shares stand.
            if len(known) > 1:
                judged = np.flatnonzero(self._folds == fold)
                chances[judged] = self._judged(taught, judged, codes, known)
        return chances

    def _judged(self, taught: np.ndarray, judged: np.ndarray, codes: np.ndarray, known: np.ndarray) -> np.ndarray:
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        model = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", random_state=self._seed)
        fitted = (model if len(known) == 2 else OneVsRestClassifier(model)).fit(self._terms[taught], codes[taught])
        chances = np.zeros((len(judged), self._n_classes), np.float32)
        chances[:, known] = fitted.predict_proba(self._terms[judged])
        return chances / chances.sum(axis=1, keepdims=True)
