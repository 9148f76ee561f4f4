from __future__ import annotations

import numpy as np

from curation_app.workspace.rates import rates, wilson


def test_wilson_gives_the_published_interval() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_nothing_counted_leaves_everything_possible() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_surely_unusual_lead_and_missing_is_left_out() -> None:
    codes = np.array([0] * 100 + [1] * 2 + [-1])
    flagged = np.array([True] * 40 + [False] * 60 + [True] * 1 + [False] + [True])
    lines = rates(codes, ("big", "small"), flagged)
    assert [line.name for line in lines] == ["big", "small"]
    assert (lines[0].flagged, lines[0].rows) == (40, 100)
