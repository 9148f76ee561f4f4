"""Linear discriminant analysis, judged fold by fold from one pass of sums."""

from __future__ import annotations

import numpy as np

from curation_app.represent.probability import calibrated, one_hot

# The pooled covariance is mixed with this much of a round one; more where columns are many for the rows, as those are noise.
SHRINKAGE = 0.01


class Discriminant:
    """Out-of-fold probabilities of LDA with a shrunk pooled covariance.

    Second moments do not depend on the labels and are summed once per fold; a labelling only adds the class means of each fold.
    """

    def __init__(self, features: np.ndarray, codes: np.ndarray, folds: np.ndarray, n_classes: int) -> None:
        self._features = features - features.mean(axis=0, dtype=np.float64).astype(np.float32)
        self._n_classes = n_classes
        self._rows = [np.flatnonzero(folds == fold) for fold in range(folds.max() + 1)]
        self._labelled = codes >= 0
        self._moments = self._second_moments()

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold probabilities for this labelling; rows of code -1 teach nothing and are judged."""
        if not np.array_equal(codes >= 0, self._labelled):
            self._labelled = codes >= 0
            self._moments = self._second_moments()
        return calibrated(self.scores(codes), codes)

    def scores(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-fold log densities up to a constant per row."""
        targets = [one_hot(codes[rows], self._n_classes) for rows in self._rows]
        counts = np.stack([target.sum(axis=0, dtype=np.float64) for target in targets])
        sums = np.stack([target.T @ self._features[rows] for target, rows in zip(targets, self._rows, strict=True)]).astype(np.float64)
        moments = self._moments.sum(axis=0)
        scores = np.empty((len(codes), self._n_classes), np.float32)
        for fold, rows in enumerate(self._rows):
            rest = (moments - self._moments[fold], sums.sum(axis=0) - sums[fold], counts.sum(axis=0) - counts[fold])
            slopes, offsets = _linear_rule(*rest)
            scores[rows] = self._features[rows] @ slopes + offsets
        return scores

    def _second_moments(self) -> np.ndarray:
        """(folds, d, d) float64 sums of x x' over the labelled rows of each fold."""
        taught = (self._features[rows[self._labelled[rows]]] for rows in self._rows)
        return np.stack([(part.T @ part).astype(np.float64) for part in taught])


def _linear_rule(moment: np.ndarray, sums: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(d, K) slopes and (K,) offsets from second moments (d, d), class sums (K, d) and class counts (K,). No row sees itself here."""
    rows, width = counts.sum(), len(moment)
    means = sums / np.maximum(counts, 1)[:, None]
    within = (moment - (means * counts[:, None]).T @ means) / max(rows, 1)
    size = np.trace(within) / max(width, 1)
    share = min(1.0, SHRINKAGE + width / max(10.0 * rows, 1))
    covariance = (1 - share) * within + (share * size if size > 0 else 1.0) * np.eye(width)
    slopes = np.linalg.solve(covariance, means.T)
    offsets = np.log((counts + 1) / (rows + len(counts))) - 0.5 * np.einsum("kd,dk->k", means, slopes)
    return slopes.astype(np.float32), offsets.astype(np.float32)
