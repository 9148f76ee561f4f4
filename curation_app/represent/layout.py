"""The 2-D map: principal axes at once, UMAP on the shared neighbour graph after."""

from __future__ import annotations

import warnings

import numpy as np

from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.represent.principal import principal_components

# UMAP's own default; more neighbours blur the picture and take longer.
MAP_NEIGHBOURS = 15
# Fewer rows than this have no neighbourhoods to speak of: the principal axes are the map.
FEWEST = 16
# Above this many rows landmarks are laid out and the rest is placed between its neighbours.
WHOLE_UP_TO = 50_000
# Principal axes start the layout at this width, as UMAP's own initialisations do.
START_WIDTH = 10.0


def quick_layout(representation: Representation) -> np.ndarray:
    """(n, 2) float32: the two widest principal axes. Instant; shown until the real map is there."""
    return principal_map(representation.features)


def principal_map(features: np.ndarray) -> np.ndarray:
    """(n, 2) float32: the two widest principal axes of (n, d) features, the second 0 where there is but one."""
    coordinates, _ = principal_components(features, 2, seed=0)
    return np.pad(coordinates, ((0, 0), (0, 2 - coordinates.shape[1])))


def layout(representation: Representation, recipe: Recipe, *, seed: int) -> np.ndarray:
    """(n, 2) float32 coordinates in which near rows are near. The seed repeats the picture on one machine with one set of versions."""
    start = quick_layout(representation)
    neighbours = representation.neighbours
    if len(representation) < FEWEST or not np.any(neighbours.distances):
        return start
    if len(representation) <= WHOLE_UP_TO:
        k = min(MAP_NEIGHBOURS - 1, neighbours.k)
        return _umap(representation.features, neighbours.rows[:, :k], neighbours.distances[:, :k], start, recipe.layout_epochs, seed)
    return _around_landmarks(representation, start, recipe, seed)


def _around_landmarks(representation: Representation, start: np.ndarray, recipe: Recipe, seed: int) -> np.ndarray:
    """A sample is laid out with UMAP; every other row goes to the weighted mean of its nearest landmarks."""
    from curation_app.represent.neighbours import search

    rows = len(representation)
    chosen = np.sort(np.random.default_rng(seed).choice(rows, min(recipe.layout_landmarks, rows), replace=False))
    landmarks = np.ascontiguousarray(representation.features[chosen])
    squares, found = search(landmarks, landmarks, MAP_NEIGHBOURS)
    laid = _umap(landmarks, found[:, 1:], np.sqrt(np.maximum(squares[:, 1:], 0)), start[chosen], recipe.layout_epochs, seed)
    squares, found = search(representation.features, landmarks, NEAR_LANDMARKS)
    # The nearest landmark sets the scale of the weights, so that a row beside one sits beside it on the map too.
    weights = 1.0 / (squares + squares[:, :1] + np.float32(1e-12))
    placed = np.einsum("nk,nkd->nd", weights / weights.sum(axis=1, keepdims=True), laid[found])
    placed[chosen] = laid
    return placed.astype(np.float32)


def _umap(features: np.ndarray, rows: np.ndarray, distances: np.ndarray, start: np.ndarray, epochs: int, seed: int) -> np.ndarray:
    """UMAP over a given graph (self left out); the row itself goes in front, as umap-learn expects."""
    own = np.arange(len(rows))[:, None]
    indices = np.hstack([own, rows]).astype(np.int64)
    lengths = np.hstack([np.zeros_like(own, dtype=np.float32), distances]).astype(np.float32)
    scale = np.abs(start).max() or 1.0
    with warnings.catch_warnings():
        # umap-learn says that a seed means one thread, that a given graph has no search index, that TensorFlow is absent: all are wanted.
        warnings.simplefilter("ignore")
        from umap import UMAP

        mapper = UMAP(
            n_neighbors=indices.shape[1],
            n_epochs=epochs,
            init=(start / scale * START_WIDTH).astype(np.float32),
            precomputed_knn=(indices, lengths),
            random_state=seed,
            n_jobs=1,
        )
        return np.nan_to_num(np.asarray(mapper.fit_transform(features), dtype=np.float32))


# Landmarks between which a row is placed.
NEAR_LANDMARKS = 5
