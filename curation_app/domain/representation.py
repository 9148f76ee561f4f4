"""A dataset as numbers: features, one neighbour graph, out-of-fold probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from curation_app.domain.dataset import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The k nearest rows of each row, itself excluded, nearest first; ties broken by row number.

    Attributes
    ----------
    rows
        (n, k) int32. k is at most n - 1, so (n, 0) for one row.
    distances
        (n, k) float32, Euclidean in the feature space, at least 0.
    recall
        Share of true neighbours found, measured on a sample; 1.0 when the search was exact.
    """

    rows: np.ndarray
    distances: np.ndarray
    recall: float = 1.0

    @property
    def k(self) -> int:
        """Neighbours per row."""
        return int(self.rows.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Rows that are trusted, and the rows under review in the same numbers.

    Attributes
    ----------
    dataset
        All trusted rows, m of them.
    features
        (s, d) float32 of the trusted rows ``sample``, in a space made from both sides alike.
    sample
        (s,) positions in ``dataset``, rising; empty means all of them.
    rows
        (n, d) float32 of the rows under review in that space; None means the representation's own ``features``.
    """

    dataset: Dataset
    features: np.ndarray
    sample: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rows: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """What the detectors read.

    Attributes
    ----------
    features
        (n, d) float32, C-contiguous, finite. Scaled so that Euclidean distance is meaningful for the modality.
    neighbours
        The one graph of the scan over ``features``.
    copies
        (n,) int32: group number of exact copies (same content, label set aside); equal numbers mean equal content.
    codes
        (n,) int32: position of the given label in ``classes``, -1 where it is missing.
    classes
        The K label values, sorted as text.
    probabilities
        (n, K) float32, rows sum to 1: chance of each class judged by models that did not see the row nor a copy of it.
        None when there are fewer than two classes, or nothing to learn from; ``why_no_probabilities`` then says why.
    descriptor
        How the features were made, for people ("word and character TF-IDF, 256 components").
    baseline
        Trusted rows to compare with; None when none were given.
    """

    features: np.ndarray
    neighbours: Neighbours
    copies: np.ndarray
    codes: np.ndarray
    classes: tuple[str, ...]
    probabilities: np.ndarray | None = None
    why_no_probabilities: str = ""
    descriptor: str = ""
    baseline: Baseline | None = None

    def __len__(self) -> int:
        return len(self.codes)
