"""The 2-D map: near rows stay near, and the seed repeats it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curation_app.domain.recipe import recipe_named
from curation_app.domain.representation import Representation
from curation_app.represent import layout, quick_layout, represent
from tests.unit.represent.rows import dataset_of

RECIPE = recipe_named("fast")


def blobs(rows: int = 300) -> Representation:
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(rows, 6)) + 12 * np.eye(3, 6)[np.arange(rows) % 3]).astype(np.float32)
    return represent(dataset_of(vectors=vectors), RECIPE, seed=0)


def own_cluster_share(points: np.ndarray) -> float:
    """Share of rows whose nearest other row on the map is of their own cluster."""
    squares = np.square(points[:, None] - points[None]).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    return float(np.mean(squares.argmin(axis=1) % 3 == np.arange(len(points)) % 3))


def test_the_quick_map_is_the_two_widest_axes() -> None:
    points = quick_layout(blobs())
    assert (points.shape, points.dtype) == ((300, 2), np.float32)
    assert own_cluster_share(points) > 0.99


@pytest.mark.filterwarnings("ignore")
def test_the_map_keeps_clusters_and_repeats() -> None:
    representation = blobs()
    points = layout(representation, RECIPE, seed=3)
    assert (points.shape, points.dtype) == ((300, 2), np.float32)
    assert own_cluster_share(points) > 0.99
    assert points.tobytes() == layout(representation, RECIPE, seed=3).tobytes()


@pytest.mark.filterwarnings("ignore")
def test_rows_beyond_the_landmarks_are_placed_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.modules["curation_app.represent.layout"], "WHOLE_UP_TO", 200)
    points = layout(blobs(), replace(RECIPE, layout_landmarks=100), seed=3)
    assert np.isfinite(points).all()
    assert own_cluster_share(points) > 0.97


def test_identical_rows_are_drawn_without_a_layout() -> None:
    representation = represent(dataset_of(vectors=np.ones((40, 3), np.float32)), RECIPE, seed=0)
    assert not layout(representation, RECIPE, seed=0).any()
