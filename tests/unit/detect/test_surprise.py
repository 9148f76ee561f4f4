from __future__ import annotations

import numpy as np

from curation_app.detect.surprise import score_from_surprise, tail_surprise


def test_constant_scores_surprise_nobody() -> None:
    assert np.array_equal(tail_surprise(np.full(100, 3.0)), np.zeros(100))


def test_order_is_kept_and_ties_stay_ties() -> None:
    raw = np.random.default_rng(0).exponential(size=500).round(2)
    surprise = tail_surprise(raw)
    order = np.argsort(raw, kind="stable")
    assert np.all(np.diff(surprise[order]) >= 0)
    assert all(np.ptp(surprise[raw == value]) == 0 for value in np.unique(raw))


def test_an_exponential_tail_is_calibrated() -> None:
    surprise = tail_surprise(np.random.default_rng(1).exponential(size=100_000))
    for level in (1.0, 2.0, 3.0):
        assert np.isclose(np.mean(surprise >= level), 10**-level, rtol=0.35)


def test_planted_rows_at_the_top_do_not_hide_themselves() -> None:
    clean = np.random.default_rng(2).exponential(size=2_000)
    surprise = tail_surprise(np.concatenate((clean, np.full(40, 20.0))))
    assert surprise[-1] > 6


def test_few_rows_surprise_no_more_than_their_number_allows() -> None:
    assert tail_surprise(np.array([0.0, 0.0, 1e9])).max() <= np.log10(3) + 1e-12
    assert tail_surprise(np.array([5.0])).tolist() == [0.0]
    assert tail_surprise(np.zeros(0)).shape == (0,)


def test_missing_scores_stay_missing() -> None:
    surprise = tail_surprise(np.array([np.nan, 1.0, 2.0]))
    assert np.isnan(surprise[0])
    assert np.isnan(score_from_surprise(surprise)[0])


def test_a_tail_of_ties_falls_back_on_ranks() -> None:
    raw = np.zeros(1_000)
    raw[:3] = 1.0
    assert np.allclose(tail_surprise(raw)[:3], -np.log10(3 / 1_000))


def test_a_heavy_tail_is_calibrated_where_it_may_be_heavy_and_an_exponential_one_stays_as_it_is() -> None:
    rng = np.random.default_rng(3)
    heavy = rng.exponential(size=20_000)
    # A generalised Pareto tail of shape one half.
    heavy = (np.exp(0.5 * heavy) - 1.0) / 0.5
    assert np.mean(tail_surprise(heavy) >= 4) > 0.003
    assert np.mean(tail_surprise(heavy, heavy=True) >= 4) < 0.001
    ordinary = rng.exponential(size=20_000)
    assert np.mean(tail_surprise(ordinary, heavy=True) >= 2) > 0.5 * np.mean(tail_surprise(ordinary) >= 2)


def test_planted_rows_at_the_top_do_not_make_the_tail_heavy() -> None:
    raw = np.concatenate((np.random.default_rng(4).exponential(size=2_000), np.full(20, 20.0)))
    assert tail_surprise(raw, heavy=True)[-1] > 5


def test_one_planted_row_in_twenty_hides_in_a_tail_that_is_read_to_its_end_and_not_before() -> None:
    raw = np.concatenate((np.random.default_rng(5).exponential(size=1_900), np.random.default_rng(6).uniform(8.0, 12.0, 100)))
    assert np.median(tail_surprise(raw, heavy=True)[-100:]) < 2
    assert np.median(tail_surprise(raw, heavy=True, scale=0.9)[-100:]) > 2.5


def test_a_heap_of_equal_scores_does_not_make_the_next_ones_surprising() -> None:
    raw = np.sort(np.random.default_rng(7).exponential(size=2_000))
    raw[1_590:1_805] = raw[1_590:1_805].mean() + np.linspace(0.0, 1e-3, 215)
    assert np.sum(tail_surprise(raw, heavy=True, scale=0.9) > 3) <= 8
