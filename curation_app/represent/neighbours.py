"""The one neighbour graph of a scan: exact where that is fastest, by cells with a measured recall above."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Neighbours

# Below this recall the graph would mislead votes and outliers; an exact search takes over.
RECALL_WANTED = 0.98
# Rows whose true neighbours are found exactly to choose how many cells to search; the recall is known to about half a percent.
SAMPLE = 500
# Cells are k-means clusters; about sqrt(n) of them balance the cost of choosing cells against that of searching them.
CELLS_PER_ROOT = 1.0
# A cell search beyond this share of all rows costs more than the plain exact one.
EXACT_ABOVE_SHARE = 0.4
# No row is compared with more than this many others: keeps a million rows within minutes. The recall then reached is told.
MOST_CANDIDATES = 100_000
# Pairs closer than this share of their norms lose their distance to rounding in |a|^2 + |b|^2 - 2ab and are measured again.
CANCELLED_BELOW = 1e-3


def nearest(features: np.ndarray, recipe: Recipe, *, seed: int) -> Neighbours:
    """The graph over ``features`` (n, d) float32: each row's nearest others, itself left out, ties in row order."""
    rows = len(features)
    wanted = max(recipe.neighbours, recipe.far_neighbours) if rows <= recipe.exact_up_to else recipe.neighbours
    k = min(wanted, rows - 1)
    if k < 1:
        return Neighbours(rows=np.zeros((rows, 0), np.int32), distances=np.zeros((rows, 0), np.float32))
    if rows <= recipe.exact_up_to:
        return _graph(features, *search(features, features, k + 1), k, 1.0)
    return _by_cells(features, k, seed)


def search(queries: np.ndarray, base: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Squared distances (q, k) float32 and positions (q, k) int64 of the k nearest base rows, exactly."""
    import faiss

    squares, positions = faiss.knn(queries, base, k)
    return squares, positions


def _by_cells(features: np.ndarray, k: int, seed: int) -> Neighbours:
    """Rows are sorted into k-means cells, and each cell is searched against its nearest cells at once, as one matrix product.

    What share of the true neighbours lies in the p nearest cells is measured on a sample first, so p is the smallest that reaches
    the recall wanted. Searching whole cells repeats bit for bit, which a graph index built by several threads does not promise.
    """
    cells, near = _cells(features, seed)
    sample = np.sort(np.random.default_rng(seed).choice(len(features), SAMPLE, replace=False))
    _, truth = search(features[sample], features, k + 1)
    probes, recall = _probes(cells, near, sample, truth)
    if probes is None:
        return _graph(features, *search(features, features, k + 1), k, 1.0)
    squares = np.full((len(features), k + 1), np.inf, np.float32)
    found = np.full((len(features), k + 1), -1, np.int64)
    order = np.argsort(cells, kind="stable")
    bounds = np.searchsorted(cells[order], np.arange(len(near) + 1))
    members = [order[start:stop] for start, stop in pairwise(bounds)]
    for cell, mine in enumerate(members):
        if len(mine):
            candidates = np.sort(np.concatenate([members[other] for other in near[cell, : probes[cell]]]))
            squares[mine], places = search(features[mine], features[candidates], k + 1)
            found[mine] = candidates[places]
    return _graph(features, squares, found, k, recall)


def _cells(features: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(n,) int64 cell of each row, and (cells, cells) int64: every cell's others, nearest centroid first, itself included."""
    import faiss

    count = max(2, int(CELLS_PER_ROOT * np.sqrt(len(features))))
    means = faiss.Kmeans(features.shape[1], count, niter=8, seed=seed % 2**31, max_points_per_centroid=50, min_points_per_centroid=1)
    means.train(features)
    centres = np.asarray(means.centroids)
    _, cells = search(features, centres, 1)
    _, near = search(centres, centres, count)
    return cells[:, 0], near


def _probes(cells: np.ndarray, near: np.ndarray, sample: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray | None, float]:
    """(cells,) int64: how many nearest cells to search from each, and the share of true neighbours this finds; None = search all."""
    steps = np.empty_like(near)
    np.put_along_axis(steps, near, np.broadcast_to(np.arange(len(near)), near.shape), axis=1)
    needed = steps[cells[sample][:, None], cells[truth]]
    sizes = np.bincount(cells, minlength=len(near))
    reached = np.cumsum(sizes[near], axis=1)
    enough = int(np.quantile(needed, RECALL_WANTED, method="higher")) + 1
    rows = len(cells)
    if np.average(reached[:, enough - 1], weights=sizes) > EXACT_ABOVE_SHARE * rows and rows <= MOST_CANDIDATES / EXACT_ABOVE_SHARE:
        return None, 1.0
    # Small cells are searched on until they have met at least as many rows as they must name.
    least = (reached < min(rows, 4 * truth.shape[1])).sum(axis=1) + 1
    most = np.maximum((reached <= MOST_CANDIDATES).sum(axis=1), 1)
    probes = np.minimum(np.maximum(np.minimum(enough, most), least), len(near))
    return probes, float(np.mean(needed < probes[cells[sample]][:, None]))


def _graph(features: np.ndarray, squares: np.ndarray, found: np.ndarray, k: int, recall: float) -> Neighbours:
    """Self taken out, cancelled distances measured again, ties put in row order."""
    rows = np.arange(len(features))[:, None]
    squares = _measured_again(features, squares, found)
    squares[found == rows] = -1
    order = np.lexsort((found, squares), axis=1)
    squares, found = np.take_along_axis(squares, order, axis=1), np.take_along_axis(found, order, axis=1)
    # With more than k identical rows a row may not be among its own nearest: then the last one goes instead.
    shift = (squares[:, :1] < 0).astype(np.int64) + np.arange(k)
    distances = np.sqrt(np.maximum(np.take_along_axis(squares, shift, axis=1), 0))
    return Neighbours(rows=np.take_along_axis(found, shift, axis=1).astype(np.int32), distances=distances, recall=recall)


def _measured_again(features: np.ndarray, squares: np.ndarray, found: np.ndarray) -> np.ndarray:
    norms = np.einsum("ij,ij->i", features, features)
    row, place = np.nonzero(squares < CANCELLED_BELOW * norms[:, None])
    other = found[row, place]
    for start in range(0, len(row), 65_536):
        part = slice(start, start + 65_536)
        gaps = features[row[part]] - features[other[part]]
        squares[row[part], place[part]] = np.einsum("ij,ij->i", gaps, gaps)
    return squares
