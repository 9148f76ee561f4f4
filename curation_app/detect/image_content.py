"""What rows would be labelled by their content, had a set of suspect rows never been seen: a discriminant fitted without them."""

from __future__ import annotations

import numpy as np

# Share of the mean variance added to each axis: keeps the covariance invertible on few rows and moves no answer on many.
RIDGE = 0.05
# The discriminant is surer than it should be; beside the ensemble's answer each counts half.
OWN_WEIGHT = 0.5


class ContentWithout:
    """Linear discriminant whose training rows can be taken out again without a second pass over the others.

    Parameters
    ----------
    features
        (n, d) float32.
    codes
        (n,) int32 class codes, -1 = missing: such rows teach nothing.
    probabilities
        (n, K) out-of-fold chances of the labels; they may have learnt a trigger that many rows share.
    """

    def __init__(self, features: np.ndarray, codes: np.ndarray, probabilities: np.ndarray) -> None:
        self._codes, self._probabilities = codes, probabilities
        self._n_classes = probabilities.shape[1]
        self._features = features.astype(np.float64)
        labelled = codes >= 0
        # A fixed origin keeps the sums of squares small.
        self._features -= self._features[labelled].mean(axis=0)
        self._counts, self._sums, self._squares = self._moments(np.flatnonzero(labelled))

    def chances(self, rows: np.ndarray) -> np.ndarray:
        """(m, K) chances for ``rows``, judged half by the discriminant that saw none of them, half by the ensemble."""
        labelled = rows[self._codes[rows] >= 0]
        counts, sums, squares = self._moments(labelled)
        counts, sums, squares = self._counts - counts, self._sums - sums, self._squares - squares
        given = self._probabilities[rows].astype(np.float64)
        total = float(counts.sum())
        if total < 1:
            return given
        means = sums / np.maximum(counts, 1.0)[:, None]
        within = (squares - (means * counts[:, None]).T @ means) / total
        scale = float(np.trace(within)) / max(len(within), 1)
        if not scale > 0:
            return given
        within[np.diag_indices_from(within)] += RIDGE * scale
        weights = np.linalg.solve(within, means.T)
        logits = self._features[rows] @ weights - 0.5 * np.einsum("kd,dk->k", means, weights)
        logits += np.log(np.maximum(counts, 1e-9) / total)
        logits -= logits.max(axis=1, keepdims=True)
        own = np.exp(logits)
        own /= own.sum(axis=1, keepdims=True)
        return OWN_WEIGHT * own + (1.0 - OWN_WEIGHT) * given

    def _moments(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows per class, sums per class, and sums of products of the given labelled rows."""
        part, codes = self._features[rows], self._codes[rows]
        member = np.zeros((self._n_classes, rows.size))
        member[codes, np.arange(rows.size)] = 1.0
        return member.sum(axis=1), member @ part, part.T @ part
