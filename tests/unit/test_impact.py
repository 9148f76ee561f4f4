"""What decisions are worth, on data where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from curation_app.errors import UsageError
from curation_app.impact import Confirmed, measure_impact

CLASSES = ("a", "b", "c")


def flipped_data(rows: int = 900, share: float = 0.4, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, true codes, given codes, and which were flipped: all from class 0 to class 1, so that they hurt."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, rows)
    features = (rng.normal(size=(3, 6))[truth] * 1.4 + rng.normal(size=(rows, 6))).astype(np.float32)
    flipped = (truth == 0) & (rng.random(rows) < share)
    return features, truth, np.where(flipped, 1, truth), flipped


def test_mending_labels_helps_and_random_dropping_does_not() -> None:
    features, truth, given, flipped = flipped_data()
    found = measure_impact(features, given, truth, np.zeros(len(given), bool), CLASSES, seed=0)
    assert found.gain.low > 0
    assert found.over_random.low > 0
    assert found.relabelled == int(flipped.sum())
    assert found.per_class[0].label == "a"
    assert found.per_class[0].after.value > found.per_class[0].before.value


def test_dropping_bad_rows_helps_more_than_dropping_as_many_at_random() -> None:
    features, _, given, flipped = flipped_data()
    found = measure_impact(features, given, given, flipped, CLASSES, seed=0)
    assert found.dropped == int(flipped.sum())
    assert found.over_random.low > 0
    assert abs(found.random.value - found.before.value) < found.gain.value


def test_decisions_that_change_nothing_gain_nothing() -> None:
    features, truth, _, _ = flipped_data()
    found = measure_impact(features, truth, truth, np.zeros(len(truth), bool), CLASSES, seed=0)
    assert found.gain.value == 0
    assert found.gain.low <= 0 <= found.gain.high
    assert found.before == found.after


def test_a_confirmed_trigger_works_before_and_not_after() -> None:
    features, truth, _, _ = flipped_data()
    rows = np.flatnonzero(truth == 2)[:60]
    # A feature that nothing else has: the trigger.
    poisoned = np.column_stack([features, np.zeros(len(features), np.float32)])
    poisoned[rows, -1] = 8.0
    given, dropped = truth.copy(), np.zeros(len(truth), bool)
    given[rows], dropped[rows] = 1, True
    trial = Confirmed(title="a trigger", code=1, rows=rows)
    found = measure_impact(poisoned, given, given, dropped, CLASSES, seed=0, confirmed=[trial]).triggers[0]
    assert found.label == "b"
    assert found.before.value > 0.9
    assert found.after.high < found.before.low


def test_the_same_seed_gives_the_same_numbers() -> None:
    features, truth, given, _ = flipped_data(300)
    none = np.zeros(len(given), bool)
    assert measure_impact(features, given, truth, none, CLASSES, seed=4) == measure_impact(features, given, truth, none, CLASSES, seed=4)


@pytest.mark.parametrize("codes", [np.zeros(100, np.int32), np.full(100, -1, np.int32)])
def test_one_class_or_none_cannot_be_measured(codes: np.ndarray) -> None:
    features = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
    with pytest.raises(UsageError, match="Too few rows"):
        measure_impact(features, codes, codes, np.zeros(100, bool), CLASSES, seed=0)
