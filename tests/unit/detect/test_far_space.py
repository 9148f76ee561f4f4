from __future__ import annotations

import numpy as np

from curation_app.detect.distinct import reference_rows
from curation_app.detect.far_space import far_space, many_values, softened
from tests.builders import blobs, make_dataset, make_representation


def test_texts_and_pictures_are_looked_at_in_the_features_of_the_scan() -> None:
    features, _ = blobs(60)
    representation = make_representation(features)
    space = far_space(make_dataset(features, modality="text"), representation)
    assert not space.softened
    assert space.points is representation.features
    assert space.distances(representation, 20, 5, 0) is representation.neighbours.distances


def test_vectors_are_looked_at_as_they_were_given() -> None:
    vectors = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32) * np.linspace(1.0, 3.0, 300)[:, None].astype(np.float32)
    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    space = far_space(make_dataset(vectors, modality="embedding"), make_representation(directions))
    assert space.softened
    assert np.array_equal(space.points, vectors)


def test_far_numbers_are_drawn_in_near_ones_are_kept_and_the_order_stays() -> None:
    column = np.append(np.random.default_rng(1).standard_normal(999), 1_000.0)
    soft = softened(column[:, None])[:, 0]
    assert np.array_equal(np.argsort(soft), np.argsort(column))
    near = np.abs(column) < 1
    assert np.allclose(np.diff(soft[near]), np.diff(column[near]), atol=0.02)
    assert 20 < soft[-1] < 200


def test_marks_keep_their_distance() -> None:
    marks = np.append(np.zeros(99), 1.0)[:, None] * np.array([1.0, 7.0])
    assert many_values(marks).tolist() == [False, False]
    assert np.array_equal(softened(marks), marks)
    assert softened(np.zeros((0, 2))).shape == (0, 2)
    assert softened(np.ones((4, 2))).tolist() == [[0.0, 0.0]] * 4


def test_a_row_is_no_neighbour_of_itself_whether_it_is_among_the_reference_or_not() -> None:
    features = np.random.default_rng(2).standard_normal((3_400, 4)).astype(np.float32)
    representation = make_representation(features)
    distances = far_space(make_dataset(features), representation).distances(representation, 100, 5, 0)
    assert distances.shape == (3_400, 88)
    assert distances.min() > 0
    within = np.isin(np.arange(3_400), reference_rows(representation, 0))
    # Rows outside the reference are no farther from it than those within: the next neighbour is a fifth farther.
    assert 0.93 < distances[~within, 0].mean() / distances[within, 0].mean() < 1.07
    assert distances[:, 1].mean() / distances[:, 0].mean() > 1.15


def test_where_all_rows_are_one_the_graph_speaks() -> None:
    features = np.ones((30, 3), dtype=np.float32)
    representation = make_representation(features)
    assert far_space(make_dataset(features), representation).distances(representation, 20, 5, 0) is representation.neighbours.distances
