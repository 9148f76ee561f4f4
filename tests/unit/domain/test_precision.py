from __future__ import annotations

import numpy as np
import pytest

from curation_app.domain.precision import decimals_of, usual_precision


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_decimals_are_counted_whatever_the_storage(kind: type) -> None:
    numbers = np.array([0.0, -7.0, 0.5, 12.25, 0.001, 1e300 if kind is np.float64 else 1e30], dtype=kind).astype(np.float64)
    assert decimals_of(numbers).tolist() == [0, 0, 1, 2, 3, 0]
    assert decimals_of(np.array([1 / 3, np.pi])).tolist() == [7, 7]


def test_a_number_of_as_many_digits_is_no_finer() -> None:
    precision = usual_precision(np.array([17.99, 20.57, 19.69, 11.42] * 20))
    assert precision is not None
    assert precision.finer(np.array([9.029, 9.0291, 17.991])).tolist() == [False, True, True]


def test_standardised_whole_numbers_go_by_steps() -> None:
    whole = np.random.default_rng(0).integers(50, 120, 800).astype(np.float64)
    middle, spread = whole.mean(), whole.std()
    precision = usual_precision(((whole - middle) / spread).astype(np.float32))
    assert precision is not None
    assert precision.decimals is None
    assert precision.step == pytest.approx(1 / spread, rel=1e-3)
    raw = np.array([55.0, 111.0, 80.4, 300.0])
    standardised = (raw - middle) / spread
    assert precision.finer(standardised).tolist() == [False, False, True, False]
    assert precision.rounded(standardised) * spread + middle == pytest.approx([55.0, 111.0, 80.0, 300.0], abs=1e-2)


def test_rounded_as_the_column_is_written() -> None:
    precision = usual_precision(np.array([1.5, 2.0, 3.5] * 10))
    assert precision is not None
    assert precision.rounded(np.array([1.2345, -0.06])).tolist() == [1.2, -0.1]


@pytest.mark.parametrize(
    "values",
    [np.zeros(0), np.random.default_rng(1).normal(size=400), np.concatenate((np.arange(60.0), np.random.default_rng(2).normal(size=40)))],
    ids=["empty", "continuous", "two ways of writing"],
)
def test_without_a_usual_precision_there_is_none(values: np.ndarray) -> None:
    assert usual_precision(values) is None
