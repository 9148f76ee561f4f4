from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from curation_app.rank.audit import audit_result, audit_sample, clopper_pearson


def rows(count: int = 2_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    suspicion = np.random.default_rng(seed).beta(0.5, 5, count)
    return suspicion, suspicion >= 0.5


def test_the_sample_is_seeded_spread_over_strata_and_holds_no_flagged_row() -> None:
    suspicion, flagged = rows()
    sample = audit_sample(suspicion, flagged, seed=3)
    assert len(set(sample.rows.tolist())) == 40
    assert not flagged[sample.rows].any()
    assert np.bincount(sample.stratum).tolist() == [4] * 10
    assert sum(sample.sizes) == int((~flagged).sum())
    top, bottom = suspicion[sample.rows[sample.stratum == 0]], suspicion[sample.rows[sample.stratum == 9]]
    assert top.min() > bottom.max()
    assert np.array_equal(sample.rows, audit_sample(suspicion, flagged, seed=3).rows)
    assert not np.array_equal(sample.rows, audit_sample(suspicion, flagged, seed=4).rows)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    suspicion, flagged = rows()
    rng = np.random.default_rng(1)
    held = 0
    for seed in range(200):
        bad = rng.random(len(suspicion)) < 0.02 + 0.3 * suspicion
        sample = audit_sample(suspicion, flagged, seed=seed, size=60)
        result = audit_result(sample, {row: bool(bad[row]) for row in sample.rows.tolist()})
        assert result is not None
        assert result.low <= result.count <= result.high
        held += result.low <= int(bad[~flagged].sum()) <= result.high
    assert held >= 190


def test_nothing_found_still_leaves_room_and_all_judged_leaves_none() -> None:
    suspicion, flagged = rows()
    sample = audit_sample(suspicion, flagged, seed=0, size=60)
    result = audit_result(sample, dict.fromkeys(sample.rows.tolist(), False))
    assert result is not None
    assert result.low == 0
    assert result.high / result.of == pytest.approx(0.0596, abs=0.001)
    few = audit_sample(suspicion[:30], np.zeros(30, dtype=bool), seed=0)
    exact = audit_result(few, {row: row < 7 for row in few.rows.tolist()})
    assert exact is not None
    assert (exact.low, exact.count, exact.high) == (7.0, 7.0, 7.0)


def test_no_verdict_no_interval_and_some_verdicts_a_wide_one() -> None:
    sample = audit_sample(*rows(), seed=0)
    assert audit_result(sample, {}) is None
    assert audit_result(sample, {-1: True}) is None
    one = audit_result(sample, {int(sample.rows[0]): False})
    assert one is not None
    assert one.judged == 1
    assert one.high > 0.6 * one.of


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_hardly_any_rows(count: int) -> None:
    sample = audit_sample(np.linspace(0, 1, count), np.zeros(count, dtype=bool), seed=0)
    assert sorted(sample.rows.tolist()) == list(range(count))


@pytest.mark.parametrize(("found", "judged"), [(0, 10), (3, 30), (10, 10)])
def test_clopper_pearson_equals_scipy(found: int, judged: int) -> None:
    exact = stats.binomtest(found, judged).proportion_ci(0.9, method="exact")
    assert clopper_pearson(found, judged, 0.1) == pytest.approx((exact.low, exact.high))
