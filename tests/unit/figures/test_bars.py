"""Small bars: what is tallest, what is coloured, where the axis ends."""

import pytest

from curation_app.figures.bars import axis_top, flagged_bins, log_heights


def test_the_largest_count_fills_the_height_and_a_single_row_stays_visible() -> None:
    heights = log_heights([0, 1, 10_000])
    assert heights[0] == 0.0
    assert heights[1] > 0.05
    assert heights[2] == 1.0


def test_no_counts_have_no_height() -> None:
    assert log_heights([0, 0]) == (0.0, 0.0)
    assert log_heights([]) == ()


def test_the_coloured_bins_begin_at_the_lowest_flagged_score() -> None:
    assert flagged_bins(20, 0.92) == (False,) * 18 + (True,) * 2
    assert not any(flagged_bins(20, float("nan")))


@pytest.mark.parametrize(("values", "top"), [([0.31, 0.04], 0.5), ([0.2], 0.2), ([0.21], 0.5), ([0.9], 1.0), ([0.0], 1.0), ([], 1.0)])
def test_an_axis_ends_at_the_next_round_number(values: list[float], top: float) -> None:
    assert axis_top(values) == pytest.approx(top)
