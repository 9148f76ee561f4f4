"""The neighbours' vote: how the rows next to each row, copies of it left out, are labelled."""

from __future__ import annotations

import numpy as np

from curation_app.domain.representation import Neighbours
from curation_app.represent.probability import class_shares

# The class shares of the whole set count as this many neighbours: no vote is unanimous enough to be certain.
PRIOR_VOTES = 1.0
# Rows whose votes are gathered at once.
BLOCK = 16_384


class NeighbourVote:
    """Votes weighted by closeness among the first ``voters`` neighbours that are neither copies of the row nor unlabelled."""

    def __init__(self, neighbours: Neighbours, copies: np.ndarray, n_classes: int, *, voters: int) -> None:
        self._rows, self._n_classes = neighbours.rows, n_classes
        original = copies[neighbours.rows] != copies[:, None] if neighbours.k else np.zeros((len(copies), 0), bool)
        counted = original & (np.cumsum(original, axis=1) <= voters)
        self._weights = _closeness(neighbours.distances, counted)

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 probabilities for this labelling."""
        prior = class_shares(codes, self._n_classes) * np.float32(PRIOR_VOTES)
        votes = np.tile(prior, (len(codes), 1))
        for start in range(0, len(codes), BLOCK):
            rows = slice(start, min(start + BLOCK, len(codes)))
            votes[rows] += self._counted(codes[self._rows[rows]], self._weights[rows])
        return votes / votes.sum(axis=1, keepdims=True)

    def _counted(self, given: np.ndarray, weights: np.ndarray) -> np.ndarray:
        cells = np.arange(len(given))[:, None] * self._n_classes + given
        said = (given >= 0) & (weights > 0)
        counts = np.bincount(cells[said], weights=weights[said], minlength=len(given) * self._n_classes)
        return counts.reshape(len(given), self._n_classes).astype(np.float32)


def _closeness(distances: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """(n, k) float32 weights: Gaussian in the distance, its reach the row's own mean distance, summing to the number of voters."""
    voters = np.maximum(counted.sum(axis=1, keepdims=True), 1)
    reach = np.sum(distances * counted, axis=1, keepdims=True) / voters
    scaled = np.divide(distances, reach, out=np.zeros_like(distances), where=reach > 0)
    weights = np.exp(-np.square(scaled)) * counted
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights * voters, total, out=np.zeros_like(weights), where=total > 0).astype(np.float32)
