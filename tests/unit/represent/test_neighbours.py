"""The neighbour graph against comparing all rows with all rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curation_app.domain.recipe import recipe_named
from curation_app.represent.neighbours import nearest

STANDARD = recipe_named("standard")
# Forces the search by cells on a few thousand rows.
BY_CELLS = replace(STANDARD, exact_up_to=1_000)


def brute(features: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    squares = np.square(features[:, None].astype(np.float64) - features[None]).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return order, np.sqrt(np.take_along_axis(squares, order, axis=1))


def clusters(rows: int, width: int = 16) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(20, width))[rng.integers(0, 20, rows)] * 4 + rng.normal(size=(rows, width))).astype(np.float32)


def test_exact_graph_is_the_brute_force_one() -> None:
    features = clusters(400)
    graph, (rows, distances) = nearest(features, STANDARD, seed=0), brute(features, 100)
    assert graph.k == 100
    assert graph.recall == 1.0
    assert np.mean(graph.rows == rows) > 0.999
    np.testing.assert_allclose(graph.distances, distances, atol=1e-3)


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_few_rows_have_as_many_neighbours_as_there_are(rows: int) -> None:
    graph = nearest(clusters(rows), STANDARD, seed=0)
    assert graph.rows.shape == graph.distances.shape == (rows, max(0, rows - 1))


def test_identical_rows_are_at_distance_zero_in_row_order_and_never_their_own_neighbour() -> None:
    graph = nearest(np.full((150, 4), 3.7, np.float32), STANDARD, seed=0)
    assert not graph.distances.any()
    assert np.all(graph.rows != np.arange(150)[:, None])
    assert np.all(np.diff(graph.rows, axis=1) > 0)


def test_a_copy_far_from_the_origin_is_at_distance_zero() -> None:
    features = clusters(300) + np.float32(50)
    features[7] = features[3]
    graph = nearest(features, STANDARD, seed=0)
    assert (graph.rows[7, 0], graph.distances[7, 0]) == (3, 0)


def test_cells_find_what_they_say_they_find_and_repeat() -> None:
    features = clusters(3_000, width=8)
    graph, truth = nearest(features, BY_CELLS, seed=0), nearest(features, replace(STANDARD, far_neighbours=30), seed=0)
    found = np.mean([len(set(mine) & set(exact)) / graph.k for mine, exact in zip(graph.rows, truth.rows, strict=True)])
    assert graph.k == 30
    assert graph.recall >= 0.98
    assert found == pytest.approx(graph.recall, abs=0.01)
    assert nearest(features, BY_CELLS, seed=0).rows.tobytes() == graph.rows.tobytes()


def test_rows_without_clusters_are_searched_exactly() -> None:
    features = np.random.default_rng(0).normal(size=(2_000, 60)).astype(np.float32)
    assert nearest(features, BY_CELLS, seed=0).recall == 1.0


def test_cells_hold_when_nearly_all_rows_are_the_same() -> None:
    features = np.zeros((2_500, 4), np.float32)
    features[:40] = clusters(40, width=4)
    graph = nearest(features, BY_CELLS, seed=0)
    assert np.all(graph.rows >= 0)
    assert np.all(np.isfinite(graph.distances))
    assert np.all(graph.rows != np.arange(2_500)[:, None])
