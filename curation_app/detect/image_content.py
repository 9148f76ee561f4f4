"""What rows would be labelled by their content, had a set of suspect rows never been seen: a discriminant fitted without them."""

from __future__ import annotations

import numpy as np

from curation_app.detect.rule_bayes import LEAST, MOST, RULE_HOLDS, rule_bayes_factor

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
    ordinary
        Numbers of the rows that say how sure content is of ordinary rows; all rows when left out.
    """

    def __init__(self, features: np.ndarray, codes: np.ndarray, probabilities: np.ndarray, *, ordinary: np.ndarray | None = None) -> None:
        self._codes, self._probabilities = codes, probabilities
        self._n_classes = probabilities.shape[1]
        self._features = features.astype(np.float64)
        labelled = codes >= 0
        # A fixed origin keeps the sums of squares small.
        self._features -= self._features[labelled].mean(axis=0)
        self._counts, self._sums, self._squares = self._moments(np.flatnonzero(labelled))
        self._ordinary = np.arange(len(codes)) if ordinary is None else ordinary
        chances = self._mixed(self._ordinary, self._counts, self._sums, self._squares)
        self._own = np.clip(chances[np.arange(len(chances)), np.maximum(codes[self._ordinary], 0)], LEAST, MOST)

    def chances(self, rows: np.ndarray) -> np.ndarray:
        """(m, K) chances for ``rows``, judged half by the discriminant that saw none of them, half by the ensemble."""
        labelled = rows[self._codes[rows] >= 0]
        counts, sums, squares = self._moments(labelled)
        counts, sums, squares = self._counts - counts, self._sums - sums, self._squares - squares
        return self._mixed(rows, counts, sums, squares)

    def nats(self, rows: np.ndarray, label: int, copies: np.ndarray, candidates: int) -> tuple[float, np.ndarray]:
        """(nats that ``rows`` follow the rule "carries ``label``", (m, K) their chances without themselves); exact copies count once.

        The content model errs on ordinary rows of the label too. What such a row would give on average is taken off for each row of
        the rule, so that rows drawn from the label by chance have an expected Bayes factor of one, however poor the model.
        """
        chances, codes = self.chances(rows), self._codes[rows]
        _, once = np.unique(np.stack((copies[rows], codes)), axis=1, return_index=True)
        once = once[codes[once] >= 0]
        carries = codes[once] == label
        factor = rule_bayes_factor(carries, chances[once, label], candidates)
        others = (self._codes[self._ordinary] == label) & ~np.isin(self._ordinary, rows)
        ordinary = float(np.log((RULE_HOLDS / self._own[others]).mean())) if others.any() else 0.0
        return factor - float(carries.sum()) * max(ordinary, 0.0), chances

    def _given(self, rows: np.ndarray) -> np.ndarray:
        """(m, K) what the ensemble says of ``rows``."""
        return np.asarray(self._probabilities[rows], dtype=np.float64)

    def _mixed(self, rows: np.ndarray, counts: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
        """(m, K) chances, half by the discriminant with these moments, half by the ensemble."""
        given = self._given(rows)
        own = self._judged(rows, counts, sums, squares)
        return given if own is None else OWN_WEIGHT * own + (1.0 - OWN_WEIGHT) * given

    def _judged(self, rows: np.ndarray, counts: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray | None:
        """(m, K) chances by the discriminant with these moments; None where it cannot be fitted."""
        total = float(counts.sum())
        means = sums / np.maximum(counts, 1.0)[:, None]
        within = (squares - (means * counts[:, None]).T @ means) / max(total, 1.0)
        scale = float(np.trace(within)) / max(len(within), 1)
        if total < 1 or not scale > 0:
            return None
        within[np.diag_indices_from(within)] += RIDGE * scale
        weights = np.linalg.solve(within, means.T)
        logits = self._features[rows] @ weights - 0.5 * np.einsum("kd,dk->k", means, weights)
        logits += np.log(np.maximum(counts, 1e-9) / total)
        own = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(own / own.sum(axis=1, keepdims=True))

    def _moments(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows per class, sums per class, and sums of products of the given labelled rows."""
        part, codes = self._features[rows], self._codes[rows]
        member = np.zeros((self._n_classes, rows.size))
        member[codes, np.arange(rows.size)] = 1.0
        return member.sum(axis=1), member @ part, part.T @ part
