"""Where far rows are looked for: the scan's features, or vectors as they were given, with huge numbers made less so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.distinct import distances_to_others, reference_rows
from curation_app.detect.nearest import in_precision
from curation_app.detect.surprise import SCALE
from curation_app.domain.dataset import Dataset
from curation_app.domain.representation import Representation

# A vector so many times as long as the median is as far as anything: longer ones would drown all others.
LONGEST = 30.0
# A number less than half a deviation from the middle keeps its distance; beyond, distances grow as logarithms do. In trials on tuned data
# the average precision of scattered rows in tables and of real outliers was .496 and .519 so, .430 and .509 with plain distances, .487 and
# .516 with a whole deviation, .500 and .512 with a quarter.
KEPT = 0.5
# In tables the tail of further looks is read no farther out than this: planted rows show best there, and a twentieth of them would bend it.
# Numbers of vectors have tails that grow heavier on their way; how fine pictures are differs by what they show, which is no tail yet.
READ_TO = 0.90


@dataclass(frozen=True, slots=True, kw_only=True)
class FarSpace:
    """(n, d) ``points`` that far rows are planted and looked for among, and whether distances between them are ``softened``.

    Softened ones are of tables and of given vectors, which differ in length; texts and pictures have features of the scan's own making.
    The tails of looks other than distances are read up to the quantile ``read_to``.
    """

    points: np.ndarray
    softened: bool
    read_to: float = SCALE

    def distances(self, representation: Representation, far_neighbours: int, nearest: int, seed: int) -> np.ndarray:
        """(n, k) distances to the nearest rows, nearest first: those of the graph, or of softened points to the reference rows.

        k stands for ``far_neighbours`` of all rows, and is at least ``nearest``. Where all rows are one, those of the graph.
        """
        if not self.softened:
            return representation.neighbours.distances
        reference = reference_rows(representation, seed)
        most = max(nearest, round(far_neighbours * len(reference) / max(len(self.points), 1)))
        if len(reference) < 2:
            return representation.neighbours.distances
        return distances_to_others(softened(self.points), representation, reference, most)


def far_space(dataset: Dataset, representation: Representation) -> FarSpace:
    """The features of the scan, or the vectors that were given, at full length."""
    if dataset.modality == "embedding" and dataset.vectors is not None:
        return FarSpace(points=_full_length(dataset.vectors), softened=True)
    if dataset.modality == "table":
        return FarSpace(points=representation.features, softened=True, read_to=READ_TO)
    return FarSpace(points=representation.features, softened=False)


def softened(points: np.ndarray) -> np.ndarray:
    """(n, d) ``points`` with far numbers drawn in: a few huge ones make all other distances look small, and many small oddities add up.

    Examples
    --------
    >>> softened(np.array([[-1.0], [0.0], [0.1], [100.0]])).round(1).ravel()
    array([-1. ,  0. ,  0.1, 46.6])
    """
    away = in_precision(points)
    if not away.size:
        return away
    away -= np.median(away, axis=0)
    spread = (KEPT * points.std(axis=0, dtype=np.float64)).astype(away.dtype)
    numbers = many_values(points)
    away[:, numbers] = np.arcsinh(away[:, numbers] / spread[numbers]) * spread[numbers]
    return away


def many_values(points: np.ndarray) -> np.ndarray:
    """(d,) bool: columns of (n, d) ``points``, n > 0, with more than two values. One of two is a level or a mark."""
    return np.asarray(((points != points.min(axis=0)) & (points != points.max(axis=0))).any(axis=0))


def _full_length(vectors: np.ndarray) -> np.ndarray:
    """(n, d) float32 vectors, none much longer than the others."""
    if not np.isfinite(vectors).all():
        # A number that is missing is like the usual one.
        known = np.isfinite(vectors)
        middle = np.where(known, vectors, 0).sum(axis=0, dtype=np.float64) / np.maximum(known.sum(axis=0), 1)
        vectors = np.where(known, vectors, middle.astype(np.float32))
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    # Rows of zeros are none of a kind: an encoder that failed makes such.
    usual = lengths[lengths > 0]
    longest = LONGEST * float(np.median(usual)) if usual.size else 1.0
    shrunk = (longest / np.maximum(lengths, longest)).astype(np.float32)
    return np.asarray(vectors * shrunk[:, None])
