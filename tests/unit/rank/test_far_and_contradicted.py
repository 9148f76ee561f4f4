from __future__ import annotations

import numpy as np
import pytest

from curation_app.rank.far_and_contradicted import far_and_contradicted


def ordinary(rows: int, seed: int, together: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Surprise of place and label; ``together`` of the label's comes from the place."""
    rng = np.random.default_rng(seed)
    far, label = rng.exponential(0.43, rows), rng.exponential(0.43, rows)
    return far, (1 - together) * label + together * far, rng.integers(0, 3, rows)


def planted(rows: int, count: int, seed: int, together: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    far, label, codes = ordinary(rows, seed, together)
    rng = np.random.default_rng(seed + 1)
    far[:count], label[:count] = far.max() * rng.uniform(0.6, 1.1, count), rng.uniform(1.0, 3.0, count)
    return far, label, codes


@pytest.mark.parametrize("count", [8, 20, 60])
def test_rows_that_are_both_more_often_than_chance_has_it_are_told(count: int) -> None:
    chance = far_and_contradicted(*planted(3_000, count, 0))
    assert np.median(chance[:count]) > 0.4
    told = chance >= 0.5
    assert np.mean(told[:count]) > 0.5
    assert np.mean(np.flatnonzero(told) < count) > 0.7


@pytest.mark.parametrize("together", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("seed", range(5))
def test_no_row_is_where_nothing_was_put_even_where_odd_rows_are_hard_to_tell(seed: int, together: float) -> None:
    assert far_and_contradicted(*ordinary(4_000, seed, together)).max() < 0.5


def test_far_rows_that_are_labelled_well_stay_out_of_it() -> None:
    far, label, codes = planted(3_000, 40, 0)
    label[:10] = 0.1
    chance = far_and_contradicted(far, label, codes)
    assert np.all(chance[:10] == 0)
    assert np.median(chance[10:40]) > 0.5


def test_a_rare_class_that_is_far_and_hard_to_tell_as_a_whole_is_no_attack() -> None:
    far, label, codes = ordinary(3_000, 0)
    codes[:60], far[:60], label[:60] = 3, far[:60] + 3, label[:60] + 2
    assert far_and_contradicted(far, label, codes).max() < 0.5


def test_the_order_of_rows_and_unlabelled_rows_make_no_difference() -> None:
    far, label, codes = planted(3_000, 20, 0)
    order = np.random.default_rng(3).permutation(3_000)
    assert np.allclose(far_and_contradicted(far, label, codes)[order], far_and_contradicted(far[order], label[order], codes[order]))
    assert np.all(far_and_contradicted(far, label, np.full(3_000, -1)) == 0)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_no_rows_to_speak_of(rows: int) -> None:
    assert far_and_contradicted(np.zeros(rows), np.zeros(rows), np.zeros(rows, dtype=int)).shape == (rows,)


def test_rows_equally_far_are_told_the_same_in_any_order() -> None:
    far, label, codes = ordinary(3_000, 0)
    far[:150], label[:150] = 5.0, 3.0
    assert len(set(far_and_contradicted(far, label, codes)[:150].tolist())) == 1
    assert np.all(far_and_contradicted(np.zeros(3_000), label, codes) == 0)
