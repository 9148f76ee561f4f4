from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.surprise import tail_surprise
from curation_app.rank import NEAR, Calibration, Curve, Planting, blend_verdicts, fallback_precision, fit_calibration
from curation_app.rank.formula import formula_precision
from curation_app.rank.monotone import rising_fit


def planted_copies(rows: int, share: float, shift: float, seed: int, copies: int = 3) -> tuple[np.ndarray, np.ndarray, list]:
    """((rows,) surprise of the data, its bad rows, copies with 5 % more bad rows): clean N(0, 1), bad N(shift, 1)."""
    rng = np.random.default_rng(seed)
    bad = rng.random(rows) < share
    raw = rng.standard_normal(rows) + shift * bad
    samples = []
    for _ in range(copies):
        mask = rng.random(rows) < 0.05
        again = np.where(mask, shift + rng.standard_normal(rows), raw)
        samples.append(Planting.of_copy(tail_surprise(again), mask))
    return tail_surprise(raw), bad, samples


@pytest.mark.parametrize("share", [0.02, 0.05, 0.12])
def test_rows_said_to_be_bad_with_p_are_bad_with_p(share: float) -> None:
    errors, weights = [], []
    for seed in range(1, 4):
        surprise, bad, samples = planted_copies(20_000, share, 4.0, seed=seed)
        calibration = fit_calibration({"label-error": samples})
        chance = calibration.precision("label", surprise, code="label-error")
        for low, high in ((0.1, 0.3), (0.3, 0.7), (0.7, 0.9), (0.9, 1.01)):
            inside = (chance >= low) & (chance < high)
            if inside.any():
                errors.append(abs(bad[inside].mean() - chance[inside].mean()))
                weights.append(inside.sum())
        assert total(calibration, surprise) == pytest.approx(bad.sum(), rel=0.3)
    # The mass of rows near 0 is left out: it would make any curve look calibrated.
    assert np.average(errors, weights=weights) <= 0.1, errors


def total(calibration: Calibration, surprise: np.ndarray) -> float:
    """Bad rows by the learned chances alone."""
    learned = calibration.learned("label", surprise, code="label-error")
    assert learned is not None
    return float(learned.sum())


def test_where_errors_stand_apart_planted_ones_may_be_more_extreme_than_real_ones() -> None:
    # Real errors teach the models and are less surprising than one planted alone; no good row is as surprising as either.
    rng = np.random.default_rng(0)
    bad = rng.random(4_000) < 0.2
    surprise = np.where(bad, rng.uniform(3.0, 5.0, 4_000), rng.uniform(0.0, 1.0, 4_000))
    alone, among_others = rng.uniform(4.0, 5.0, 4_000), rng.uniform(3.0, 5.0, 4_000)
    plantings = {"label-error": [Planting(others=surprise, planted=alone)]}
    calibration = fit_calibration(plantings, {"label-error": [Planting(others=surprise, planted=among_others)]})
    chance = calibration.learned("label", surprise, code="label-error")
    assert chance is not None
    assert chance[bad].mean() > 0.9
    assert chance[~bad].mean() < 0.02
    assert chance.sum() == pytest.approx(bad.sum(), rel=0.1)


def test_what_a_self_test_denies_is_ordered_by_the_formula_and_not_flagged() -> None:
    surprise, _, samples = planted_copies(10_000, 0.0, 4.0, seed=3)
    calibration = fit_calibration({"label-error": samples})
    chance = calibration.precision("label", surprise, code="label-error")
    learned = calibration.learned("label", surprise, code="label-error")
    assert learned is not None
    assert np.all(chance >= learned)
    assert np.sum(chance >= 0.5) == np.sum(learned >= 0.5)
    assert calibration.learned("drift", surprise) is None


def test_far_rows_count_no_more_than_the_tail_has_beyond_chance() -> None:
    _, _, samples = planted_copies(5_000, 0.05, 3.0, seed=2)
    ordinary = np.random.default_rng(1).exponential(1 / np.log(10), 5_000)
    learned = fit_calibration({"outlier": samples}).learned("far", ordinary, code="outlier")
    assert learned is not None
    assert learned.sum() < 100


def test_a_detector_that_does_not_see_what_was_planted_calls_no_row_bad() -> None:
    surprise = np.zeros(2_000)
    surprise[:3] = 2.0
    calibration = fit_calibration({"label-shell": [Planting(others=surprise, planted=np.zeros(100))]})
    assert np.sum(calibration.precision("label", surprise, code="label-shell") >= 0.5) == 0


def test_the_share_of_bad_rows_may_be_read_from_another_look() -> None:
    surprise, bad, samples = planted_copies(20_000, 0.05, 3.0, seed=2)
    _, _, more = planted_copies(20_000, 0.15, 4.0, seed=3)
    calibration = fit_calibration({"label-error": samples}, {"label-error": more})
    assert calibration.curves["label-error"].prior == pytest.approx(0.15, abs=0.02)
    assert calibration.curves["label-error"].highest_prior >= 0.15
    same = fit_calibration({"label-error": samples}, {"label-error": samples})
    assert total(same, surprise) == pytest.approx(bad.sum(), rel=0.15)


def test_clean_data_has_hardly_a_row_that_is_probably_bad() -> None:
    surprise, _, samples = planted_copies(10_000, 0.0, 4.0, seed=3)
    calibration = fit_calibration({"label-error": samples})
    assert calibration.curves["label-error"].prior < 0.005
    assert np.sum(calibration.precision("label", surprise, code="label-error") >= 0.5) <= 20


def test_the_bound_holds_what_was_planted() -> None:
    for seed in range(5):
        _, bad, samples = planted_copies(5_000, 0.08, 3.0, seed=seed)
        assert fit_calibration({"label-error": samples}).curves["label-error"].highest_prior >= 0.9 * bad.mean()


def test_chances_rise_with_surprise_and_missing_stays_missing() -> None:
    surprise, _, samples = planted_copies(3_000, 0.05, 3.0, seed=4)
    surprise[0] = np.nan
    chance = fit_calibration({"label-error": samples}).precision("label", surprise, code="label-error")
    order = np.argsort(surprise[1:], kind="stable")
    assert np.all(np.diff(chance[1:][order]) >= 0)
    assert np.isnan(chance[0])
    assert np.nanmax(chance) <= 1


def test_too_few_planted_rows_leave_the_formula() -> None:
    calibration = fit_calibration({"label": [Planting.of_copy(np.linspace(0, 2, 50), np.arange(50) < 5)], "far": []})
    assert calibration.curves == {}
    surprise = np.array([0.0, 1.0, 2.0, 3.0])
    assert np.array_equal(calibration.precision("label", surprise, code="label-error"), fallback_precision(surprise, 0.05))
    assert np.all(calibration.precision("label", surprise, looks=3) <= calibration.precision("label", surprise, code="label-error"))


def test_the_formula_rises_and_never_reaches_certainty() -> None:
    chance = fallback_precision(np.linspace(0, 40, 500), 0.02)
    assert np.all(np.diff(chance) >= 0)
    assert chance[0] == 0
    assert chance[-1] == 0.99


def test_rising_fit_equals_scipy() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(5)
    values, weights = rng.random(200), rng.uniform(0.5, 3, 200)
    assert np.allclose(rising_fit(values, weights), optimize.isotonic_regression(values, weights=weights).x)


def test_verdicts_move_the_curve_as_far_as_they_weigh() -> None:
    curve = Curve(rarity=np.array([0.0, 1.0, 2.0]), precision=np.array([0.1, 0.3, 0.6]), prior=0.05, highest_prior=0.1, planted=100)
    blended = blend_verdicts(curve, np.full(20, 2.0), np.zeros(20, dtype=bool))
    assert blended.precision.tolist() == pytest.approx([0.1, 0.3, 0.3])
    assert blend_verdicts(curve, np.zeros(0), np.zeros(0, dtype=bool)) is curve


@pytest.mark.parametrize(("code", "most"), [("class-far", 0.5), ("outlier", 0.9)])
def test_a_far_row_is_told_less_than_its_tail_allows_and_keeps_its_order(code: str, most: float) -> None:
    rng = np.random.default_rng(0)
    surprise = np.concatenate((-np.log10(rng.random(2_000)), np.linspace(6.0, 9.0, 40)))
    calibration = fit_calibration({code: [Planting(others=surprise, planted=np.linspace(6.0, 9.0, 60))]})
    chance = calibration.precision("far", surprise, code=code)
    assert most - 1e-9 <= chance.max() < most + 0.001
    assert np.all(np.diff(chance[np.argsort(surprise, kind="stable")]) >= 0)


def test_a_tail_of_far_rows_is_taken_at_its_word_where_hardly_a_row_is_by_nature() -> None:
    rng = np.random.default_rng(1)
    surprise = np.concatenate((-np.log10(rng.random(4_000)), np.full(20, 3.6)))
    calibration = fit_calibration({"outlier": [Planting(others=surprise, planted=np.full(60, 3.6))]})
    chance = calibration.precision("far", surprise, code="outlier")
    assert chance[-1] > 0.8
    # Alone it might well be one by nature.
    alone = calibration.precision("far", surprise[:-19], code="outlier")
    assert alone[-1] < 0.6


def test_nor_is_it_told_more_than_its_own_surprise_allows() -> None:
    # Planted far rows are nearly as far as all that is far here, and more rows are far than chance puts there.
    surprise = np.r_[np.random.default_rng(0).exponential(1 / np.log(10), 3_000), np.full(100, 2.0)]
    calibration = fit_calibration({"outlier": [Planting(others=surprise, planted=np.full(200, 2.0))]})
    told = calibration.precision("far", np.append(surprise, [3.0, 6.0]), code="outlier")
    assert told[3_000] <= fallback_precision(np.array([2.0]), 0.05)[0] + 1e-3 < 0.32
    assert told[3_000] < told[-2] < told[-1] == pytest.approx(0.9)


def test_a_packed_row_is_doubted_without_paying_for_the_other_looks_and_flagged_only_when_they_are_paid() -> None:
    surprise = np.arange(0.0, 6.0, 0.1)
    alone, among = formula_precision("spike", surprise, 1), formula_precision("spike", surprise, 10)
    assert np.all(np.diff(among) >= 0)
    assert among[25] > 5 * formula_precision("drift", surprise, 10)[25]
    assert np.array_equal(among >= 0.5, formula_precision("drift", surprise, 10) >= 0.5)
    assert np.all(alone >= among)


def test_errors_planted_where_classes_touch_order_rows_and_flag_none() -> None:
    rng = np.random.default_rng(0)
    honest, near, anywhere = 0.3 * rng.random(4_000), 1.0 + 0.1 * rng.standard_normal(300), 4.0 + 0.3 * rng.standard_normal(100)
    surprise = np.append(honest, near[:200])
    plantings = {
        "label-error": [Planting(others=surprise, planted=anywhere)],
        f"label-error{NEAR}": [Planting(others=surprise, planted=near[200:])],
    }
    alone = fit_calibration({"label-error": plantings["label-error"]}).precision("label", surprise, code="label-error")
    with_near = fit_calibration(plantings).precision("label", surprise, code="label-error")
    assert np.all(with_near >= alone)
    assert np.median(with_near[4_000:]) > 1.5 * np.median(alone[4_000:])
    lifted = with_near > alone
    # More than a formula that a self-test denies may say, and less than it takes to be flagged.
    assert 0.4 * 0.45 < with_near[lifted].max() <= 0.4 + 1e-9
