from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.label_error import label_surprise, log_chances, log_margin
from curation_app.detect.typical_error import TypicalErrors, shortfall
from curation_app.detect.wrong_labels import wrong_labels


def confused(rows: int = 3_000, wrong: int = 0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three classes, of which judges mix up the first two: (chances, codes, mask of the rows of class 0 that are labelled 1)."""
    rng = np.random.default_rng(seed)
    true = np.arange(rows) % 3
    towards = np.where(true[:, None] == np.arange(3), 6.0, 0.0) + rng.standard_normal((rows, 3))
    towards[:, 1] += np.where(true == 0, 4.0, 0.0)
    towards[:, 0] += np.where(true == 1, 4.0, 0.0)
    mask = np.zeros(rows, dtype=bool)
    mask[np.flatnonzero(true == 0)[:wrong]] = True
    chances = np.exp(towards) / np.exp(towards).sum(axis=1, keepdims=True)
    return chances, np.where(mask, 1, true).astype(np.int32), mask


def test_real_errors_of_a_kind_show_any_share_alike_and_good_rows_a_small_one() -> None:
    chances, codes, mask = confused(wrong=150)
    margin, other = log_margin(chances, codes)
    share = TypicalErrors(log_chances(chances), codes).share(margin, codes, other)
    assert np.mean(share[mask] >= 0.5) == pytest.approx(0.5, abs=0.1)
    assert np.mean(share[~mask] >= 0.3) < 0.005


def test_a_margin_small_for_its_kind_is_held_down_and_a_usual_one_is_not() -> None:
    assert shortfall(np.array([0.5, 0.9, np.nan])).tolist() == [0.0, 0.0, 0.0]
    assert shortfall(np.array([0.1]))[0] == pytest.approx(np.log(1 / 9))
    assert shortfall(np.array([0.0]))[0] == pytest.approx(np.log(1 / 199))


def test_the_same_margin_says_more_where_classes_are_mixed_up() -> None:
    chances, codes, mask = confused(wrong=30)
    # One honest row of the class that nobody mixes up, as doubtful as a row of the first class called the second would be.
    doubtful = np.flatnonzero(codes == 2)[0]
    given_second = int(np.flatnonzero(mask)[np.argsort(log_margin(chances, codes)[0][mask])[15]])
    chances[doubtful] = chances[given_second][[0, 2, 1]]
    surprise = label_surprise(chances, codes)
    assert surprise[given_second] > surprise[doubtful]


def test_a_small_class_shows_nothing() -> None:
    chances = np.tile([0.2, 0.8], (20, 1))
    codes = np.array([0] * 16 + [1] * 4, dtype=np.int32)
    margin, other = log_margin(chances, codes)
    assert np.isnan(TypicalErrors(log_chances(chances), codes).share(margin, codes, other)[:16]).all()


def test_planted_errors_weigh_as_the_kinds_that_are_there() -> None:
    chances, codes, _ = confused(wrong=150)
    weight = wrong_labels(chances, codes, np.random.default_rng(0)).weight
    rows = np.repeat(np.arange(len(codes)), 2)
    given = (codes[rows] + np.tile([1, 2], len(codes))) % 3
    kind = (codes[rows] == 0) & (given == 1)
    assert weight[kind].sum() > 0.9 * weight.sum()
    even = wrong_labels(*confused(wrong=0)[:2], np.random.default_rng(0)).weight
    assert even.min() > 0
