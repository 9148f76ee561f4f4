from __future__ import annotations

import numpy as np
import pytest

from curation_app.domain.precision import Fineness, decimals_of, usual_precision

USUAL, REGULAR, ENDLESS = Fineness


def test_decimals_are_counted_whatever_the_storage() -> None:
    numbers = np.array([0.0, -7.0, 0.5, 12.25, 0.001, 1e300])
    assert decimals_of(numbers).tolist() == [0, 0, 1, 2, 3, 0]
    assert decimals_of(np.array([0.64, 12.7, 0.001], np.float32).astype(np.float64), single=True).tolist() == [2, 1, 3]
    assert decimals_of(np.array([1 / 3, np.pi, 2e-8])).tolist() == [7, 7, 7]


def test_a_number_of_as_many_digits_is_no_finer() -> None:
    precision = usual_precision(np.array([17.99, 20.57, 19.69, 11.42] * 20))
    assert precision is not None
    assert precision.fineness(np.array([9.029, 9.0291, 17.991, 2 / 3 * 17])).tolist() == [USUAL, REGULAR, REGULAR, ENDLESS]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_standardised_whole_numbers_go_by_steps(kind: type) -> None:
    whole = np.random.default_rng(0).poisson(400, 3_000).astype(np.float64)
    middle, spread = whole.mean(), whole.std()
    values = ((whole - middle) / spread).astype(kind).astype(np.float64)
    precision = usual_precision(values)
    assert precision is not None
    assert precision.decimals is None
    assert precision.step == pytest.approx(1 / spread, rel=1e-5)
    # Not one of the column's own is between the steps, the outermost included, and each is kept to the last bit where others share it.
    assert not precision.fineness(values).any()
    shared = values[np.isin(values, precision.levels)]
    assert np.array_equal(precision.rounded(shared), shared)
    raw = np.array([380.0, 411.6, 380.437, 900.0])
    assert precision.fineness((raw - middle) / spread).tolist() == [USUAL, REGULAR, ENDLESS, USUAL]
    assert precision.rounded((raw - middle) / spread) * spread + middle == pytest.approx([380.0, 412.0, 380.0, 900.0], abs=1e-2)


def test_rounded_as_the_column_is_written() -> None:
    precision = usual_precision(np.array([1.5, 2.0, 3.5] * 10))
    assert precision is not None
    assert precision.rounded(np.array([1.2345, -0.06])).tolist() == [1.2, -0.1]
    assert str(precision.rounded(np.array([-0.01]))[0]) == "0.0"


def test_zeros_and_a_default_tell_nothing() -> None:
    rng = np.random.default_rng(3)
    rain = np.where(rng.random(3_000) < 0.04, rng.gamma(1, 5, 3_000).round(1), 0.0)
    precision = usual_precision(rain)
    assert precision is not None
    assert precision.decimals == 1
    assert precision.told == np.count_nonzero(rain)
    unknown = np.where(rng.random(3_000) < 0.95, -1.0, rng.normal(20, 3, 3_000).round(2))
    assert usual_precision(unknown).decimals == 2  # type: ignore[union-attr]
    only_marks = usual_precision(np.array([0.0, 1.0, 1.0, 1.0]))
    assert only_marks is not None
    assert (only_marks.told, only_marks.decimals) == (0, 0)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(0),
        np.random.default_rng(1).normal(size=400),
        np.random.default_rng(1).lognormal(size=400) * 1e-8,
        np.concatenate((np.arange(60.0), np.random.default_rng(2).normal(size=40))),
        np.array([1.7e308, -1.7e308, 1 / 3, 2 / 3, 1e-310] * 30),
    ],
    ids=["empty", "continuous", "tiny", "two ways of writing", "extremes"],
)
def test_without_a_usual_precision_there_is_none(values: np.ndarray) -> None:
    assert usual_precision(values) is None
