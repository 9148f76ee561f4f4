from __future__ import annotations

import numpy as np

from curation_app.detect.far_in_ranks import looks_in_ranks, normal_scores


def skewed(rows: int = 1_000, seed: int = 0) -> np.ndarray:
    """Columns with heavy tails that go together: their logarithms are nearly one number."""
    rng = np.random.default_rng(seed)
    return np.exp(2.0 * rng.standard_normal((rows, 1)) + 0.2 * rng.standard_normal((rows, 6)))


def test_values_that_do_not_go_together_stand_out_though_none_is_extreme() -> None:
    features = skewed()
    # Each odd row has every second cell of another row.
    features[:10, ::2] = np.sort(features, axis=0)[::-1][100:110, ::2]
    features[:10, 1::2] = np.sort(features, axis=0)[100:110, 1::2]
    _, unexplained = looks_in_ranks(features, seed=0)
    assert set(np.argsort(-unexplained)[:10].tolist()) == set(range(10))


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


def test_tables_too_wide_too_narrow_or_too_short_are_left_alone() -> None:
    assert looks_in_ranks(np.zeros((100, 0)), 0) == ()
    assert looks_in_ranks(np.zeros((100, 300)), 0) == ()
    assert looks_in_ranks(np.zeros((5, 3)), 0) == ()
    assert all(np.array_equal(look, np.zeros(100)) for look in looks_in_ranks(np.zeros((100, 3)), 0))


def test_the_order_of_rows_does_not_matter() -> None:
    features = skewed(6_000)
    order = np.random.default_rng(2).permutation(6_000)
    for here, there in zip(looks_in_ranks(features, 1), looks_in_ranks(features[order], 1), strict=True):
        assert np.allclose(here[order], there)
