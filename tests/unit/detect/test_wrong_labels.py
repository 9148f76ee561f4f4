from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.label_error import label_surprise
from curation_app.detect.wrong_labels import MOST, _undone, doubtful_labels, wrong_labels


def chances(rows: int, classes: int, seed: int = 0, agree: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """(rows, classes) chances that mostly agree with the (rows,) codes beside them."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, classes, rows)
    raw = rng.gamma(0.5, size=(rows, classes)) + agree * (np.arange(classes) == codes[:, None])
    return (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32), codes.astype(np.int32)


def test_a_label_planted_alone_is_as_surprising_as_in_a_copy_that_has_it() -> None:
    probabilities, codes = chances(400, 3)
    told = wrong_labels(probabilities, codes, np.random.default_rng(0)).surprise.reshape(400, 2)
    for row in range(0, 400, 50):
        for step in (1, 2):
            copy = codes.copy()
            copy[row] = (codes[row] + step) % 3
            again = label_surprise(probabilities, copy)
            # How many rows of the copy it outranks is all that counts; the copy has one row less to compare its kind with.
            assert np.sum(again < told[row, step - 1]) == pytest.approx(np.sum(again < again[row]), abs=3)


def test_every_other_label_is_planted_once_and_rows_without_one_are_left_alone() -> None:
    probabilities, codes = chances(50, 4)
    codes[:10] = -1
    planted = wrong_labels(probabilities, codes, np.random.default_rng(0))
    assert planted.surprise.shape == planted.weight.shape == (40 * 3,)
    assert wrong_labels(probabilities, np.full(50, -1, np.int32), np.random.default_rng(0)).surprise.size == 0


def test_many_rows_of_many_classes_are_sampled() -> None:
    probabilities, codes = chances(MOST // 40, 60)
    planted = wrong_labels(probabilities, codes, np.random.default_rng(0))
    assert MOST <= planted.surprise.size <= MOST + codes.size
    assert planted.weight.min() > 0
    assert np.array_equal(planted.surprise, wrong_labels(probabilities, codes, np.random.default_rng(0)).surprise)


def test_doubtful_labels_are_the_next_likely_ones_of_rows_that_agree() -> None:
    probabilities, codes = chances(300, 3, agree=1.0)
    planted = doubtful_labels(probabilities, codes)
    surprise, weight = planted.surprise, planted.weight
    agreed = probabilities.argmax(axis=1) == codes
    assert surprise.size == weight.size == agreed.sum()
    assert weight == pytest.approx(np.sort(probabilities[agreed], axis=1)[:, -2])
    # The more a row is in doubt, the less surprising is its next likely label.
    doubtful = weight > np.median(weight)
    assert surprise[doubtful].mean() < surprise[~doubtful].mean()


def test_an_error_undoes_another_where_both_ways_are_taken() -> None:
    for classes in (2, 5):
        alike = (1.0 - np.eye(classes)) * 7.0
        assert _undone(alike, np.full(classes, 100)) == pytest.approx(1.0 / (classes - 1))
    one_way = np.array([[0.0, 30.0], [0.0, 0.0]])
    assert _undone(one_way, np.array([100, 100])) == 0.0
