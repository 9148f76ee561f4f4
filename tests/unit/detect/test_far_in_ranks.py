from __future__ import annotations

import numpy as np

from curation_app.detect.distinct import reference_distances
from curation_app.detect.far_in_ranks import near_in_ranks, normal_scores, unexplained
from curation_app.detect.surprise import tail_surprise


def skewed(rows: int = 1_000, seed: int = 0) -> np.ndarray:
    """Columns with heavy tails that go together: their logarithms are nearly one number."""
    rng = np.random.default_rng(seed)
    return np.exp(2.0 * rng.standard_normal((rows, 1)) + 0.2 * rng.standard_normal((rows, 6)))


def test_values_that_do_not_go_together_stand_out_though_none_is_extreme() -> None:
    features = skewed()
    # Each odd row has every second cell of another row.
    features[:10, ::2] = np.sort(features, axis=0)[::-1][100:110, ::2]
    features[:10, 1::2] = np.sort(features, axis=0)[100:110, 1::2]
    assert set(np.argsort(-unexplained(normal_scores(features)))[:10].tolist()) == set(range(10))


def test_huge_values_do_not_make_all_other_distances_look_small() -> None:
    features = skewed()
    features[:3] *= 1e6
    scores = normal_scores(features)
    assert np.abs(scores / scores.std(axis=0)).max() < 4


def test_marks_keep_their_values_and_ties_stay_ties() -> None:
    features = np.repeat([[0.0, 1.0], [0.0, 2.0], [1.0, 3.0]], 20, axis=0)
    scores = normal_scores(features)
    assert np.ptp(scores[:, 0]) == 1.0
    assert len(np.unique(scores[:, 1])) == 3


def test_columns_of_one_value_and_tables_of_nothing_say_nothing() -> None:
    assert np.array_equal(normal_scores(np.zeros((100, 3))), np.zeros((100, 3)))
    assert np.array_equal(unexplained(np.zeros((100, 3))), np.zeros(100))
    assert normal_scores(np.zeros((0, 3))).shape == (0, 3)
    assert unexplained(np.zeros((5, 0))).tolist() == [0.0] * 5


def test_scores_are_those_of_ranks_and_ties_share_one() -> None:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    features = np.round(np.random.default_rng(0).standard_normal((500, 3)), 1)
    expected = features.std(axis=0) * ndtri((rankdata(features, axis=0) - 0.5) / 500)
    assert np.allclose(normal_scores(features), expected - expected.mean(axis=0))


def test_the_order_of_rows_does_not_matter() -> None:
    features = skewed(4_000)
    order = np.random.default_rng(2).permutation(4_000)
    assert np.allclose(normal_scores(features)[order], normal_scores(features[order]))
    assert np.allclose(unexplained(normal_scores(features))[order], unexplained(normal_scores(features[order])))


def test_many_rows_are_ranked_in_single_precision_alike() -> None:
    features = skewed(5_001)
    scores = normal_scores(features)
    assert scores.dtype == np.float32
    assert np.allclose(scores[1:], normal_scores(features[1:]), atol=0.1)


def test_a_squared_distance_of_normal_numbers_has_an_exponential_tail() -> None:
    numbers = np.exp(np.random.default_rng(3).standard_normal((4_000, 12)))
    distances = reference_distances(normal_scores(numbers), np.arange(4_000), (1, 2, 3, 4, 5))
    # One row in a hundred is due.
    assert 20 <= np.sum(tail_surprise(near_in_ranks(distances)) >= 2) <= 60
