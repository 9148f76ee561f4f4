from __future__ import annotations

import numpy as np
import pytest

from curation_app.rank.planting import Planting, Sample, pooled, rarity
from curation_app.rank.prior import chance_of_bad, share_of_bad


def sample(share: float, shift: float, seed: int, rows: int = 5_000, undone: float = 0.0) -> tuple[Sample, float]:
    """Clean rows N(0, 1), bad ones N(shift, 1), every row planted once, and the true share of bad rows.

    ``undone``: planting makes that share of the bad rows good.
    """
    rng = np.random.default_rng(seed)
    bad = rng.random(rows) < share
    mended = bad & (rng.random(rows) < undone)
    others = rng.standard_normal(rows) + shift * bad
    planted = rng.standard_normal(rows) + shift * ~mended
    return pooled([Planting(others=others, planted=planted, undone=undone)]), float(bad.mean())


@pytest.mark.parametrize("share", [0.0, 0.03, 0.1, 0.2])
@pytest.mark.parametrize("undone", [0.0, 1.0])
def test_the_share_of_bad_rows_is_read_from_the_tails(share: float, undone: float) -> None:
    drawn = [sample(share, 4.0, seed, undone=undone) for seed in range(20)]
    told = np.array([share_of_bad(one) for one, _ in drawn])
    true = np.array([bad for _, bad in drawn])
    assert told[:, 0].mean() == pytest.approx(true.mean(), abs=0.015)
    assert np.mean(told[:, 1] >= true) >= 0.9


def test_where_good_rows_overlap_only_the_far_end_is_believed() -> None:
    told = [share_of_bad(sample(0.1, 2.0, seed)[0])[0] for seed in range(20)]
    assert 0.08 <= np.mean(told) <= 0.16


def test_errors_less_extreme_than_planted_ones_are_counted_by_the_tails_that_agree() -> None:
    # Real errors taught one another: apart from every good row, and yet hardly one among the most extreme tenth of the planted.
    rng = np.random.default_rng(3)
    bad = np.arange(5_000) < 1_000
    others = np.where(bad, 8.0 + 0.95 * rng.random(5_000), rng.standard_normal(5_000))
    planted = 8.0 + rng.random(5_000)
    told, highest = share_of_bad(pooled([Planting(others=others, planted=np.where(bad, -8.0, planted), undone=1.0)]))
    assert told == pytest.approx(0.2, abs=0.03)
    assert highest >= 0.2


def test_planted_errors_like_any_other_row_tell_nothing_and_allow_everything() -> None:
    values = np.random.default_rng(6).random(500)
    assert share_of_bad(pooled([Planting(others=values, planted=values)])) == (0.0, 1.0)
    assert share_of_bad(pooled([Planting(others=np.zeros(500), planted=np.zeros(50))])) == (0.0, 1.0)


def test_errors_planted_in_bad_rows_are_taken_off() -> None:
    # Two classes, a fifth wrong: planting mends the bad rows, so clean rows stand among the planted as often as bad ones among the others.
    assert chance_of_bad(np.array([0.25, 4.0]), 0.2, 1.0).tolist() == pytest.approx([0.0, 1.0])
    assert chance_of_bad(np.array([2.0]), 0.2, 0.0).tolist() == pytest.approx([0.4])


def test_weights_count_as_repeats() -> None:
    rng = np.random.default_rng(1)
    others, planted = rng.standard_normal(5_000), 3.0 + rng.standard_normal(2_000)
    weight = rng.integers(0, 4, 2_000)
    weighted = pooled([Planting(others=others, planted=planted, weight=weight)])
    repeated = pooled([Planting(others=others, planted=np.repeat(planted, weight))])
    assert share_of_bad(weighted)[0] == pytest.approx(share_of_bad(repeated)[0], rel=0.1, abs=0.002)
    assert weighted.weight.sum() == pytest.approx(weighted.weight.size)


def test_copies_of_the_same_rows_do_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(2)
    others, planted = rng.standard_normal(2_000), 3.0 + rng.standard_normal(2_000)
    once = share_of_bad(pooled([Planting(others=others, planted=planted)]))
    thrice = share_of_bad(pooled([Planting(others=others, planted=planted)] * 3))
    assert thrice[0] == pytest.approx(once[0], rel=0.05)
    assert thrice[1] == pytest.approx(once[1], rel=0.1)


def test_rows_that_were_not_scored_are_left_out() -> None:
    told = pooled([Planting(others=np.array([np.nan, 1.0, 2.0]), planted=np.array([3.0, np.nan]))])
    assert told.others.size == 2
    assert told.planted.tolist() == pytest.approx(rarity(np.array([3.0]), np.array([1.0, 2.0])).tolist())
    assert pooled([]).planted.size == 0
