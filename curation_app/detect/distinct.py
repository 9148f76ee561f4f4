"""Distances to other contents: exact copies count once, so that many equal rows do not look like a crowd."""

from __future__ import annotations

import numpy as np

from curation_app.detect.nearest import MOST_PRECISE, nearest_distances
from curation_app.domain.representation import Representation

# Contents that stand for all where more neighbours are asked for than the graph has: the 150th of 100,000 is about the 4th of these.
REFERENCE = 3_000
# Up to this many rows distances to them are measured in double precision, so that the order of the rows leaves no trace.
PRECISE = 20_000
# Rows compared with the reference at a time: 1,024 x 3,000 doubles are 25 MB.
BLOCK = 1_024


def kin_of(representation: Representation, *, by_label: bool = False) -> np.ndarray:
    """(n,) int64, equal for rows of one content; with ``by_label`` for rows of one content and one label."""
    kin = representation.copies.astype(np.int64)
    return kin * (len(representation.classes) + 1) + representation.codes + 1 if by_label else kin


def first_of_each(kin: np.ndarray) -> np.ndarray:
    """(u,) int64 rows, one for each distinct value of ``kin``, rising by value."""
    return np.unique(kin, return_index=True)[1]


def distinct_neighbours(representation: Representation, *, by_label: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The graph with every content once and without copies of the row itself: ((n, k) int64 rows, (n, k) float64 distances).

    Nearest first; where a row has fewer distinct neighbours than k, the rest is -1 and NaN. With ``by_label`` a content counts once for
    each label it carries, so that which of two contradicting copies comes first in the file does not matter.
    """
    graph = representation.neighbours
    rows, distances = graph.rows.astype(np.int64), graph.distances.astype(np.float64)
    copies = representation.copies
    if len(first_of_each(copies)) == len(copies):
        return rows, distances
    contents = kin_of(representation, by_label=by_label)[rows]
    order = np.argsort(contents, axis=1, kind="stable")
    ordered = np.take_along_axis(contents, order, axis=1)
    again = np.zeros(rows.shape, dtype=bool)
    np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    left_out = again | (copies[rows] == copies[:, None])
    order = np.argsort(left_out, axis=1, kind="stable")
    missing = np.take_along_axis(left_out, order, axis=1)
    return (
        np.where(missing, -1, np.take_along_axis(rows, order, axis=1)),
        np.where(missing, np.nan, np.take_along_axis(distances, order, axis=1)),
    )


def reference_rows(representation: Representation, seed: int, *, by_label: bool = False) -> np.ndarray:
    """At most 3,000 rows of distinct content (and label), the same ones in whatever order the rows come."""
    distinct = first_of_each(kin_of(representation, by_label=by_label))
    if distinct.size <= REFERENCE:
        return distinct
    features = representation.features
    rng = np.random.default_rng(seed)
    # Along one random direction the rows have an order of their own; drawing by it depends on the rows alone.
    along = np.einsum("ij,j->i", features[distinct], rng.standard_normal(features.shape[1]), dtype=np.float64)
    return distinct[np.argsort(along, kind="stable")][np.sort(rng.choice(distinct.size, REFERENCE, replace=False))]


def distances_to_others(points: np.ndarray, representation: Representation, reference: np.ndarray, nearest: int) -> np.ndarray:
    """(n, k) distances of the (n, d) ``points`` of a scan's rows to the nearest ``reference`` rows of other content, nearest first.

    k is ``nearest``, or as many as there are for every row.
    """
    k = min(nearest, len(reference) - 1)
    if k <= 0:
        return np.zeros((len(points), 0))
    found = nearest_distances(points, points[reference], k + 1, quick=len(points) > MOST_PRECISE)
    mine = np.isin(representation.copies, representation.copies[reference])
    return np.where(mine[:, None], found[:, 1:], found[:, :-1])


def reference_distances(features: np.ndarray, reference: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
    """(n, len(places)) distance of each row to its so-manieth nearest reference row, counted from 0; itself counts where it is one."""
    found = nearest_distances(features, features[reference], max(places) + 1, quick=len(features) > MOST_PRECISE)
    return found[:, list(places)]
