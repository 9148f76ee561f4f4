from __future__ import annotations

import numpy as np

from curation_app.detect import nearest
from curation_app.detect.nearest import nearest_distances


def test_distances_are_those_of_all_pairs_in_one_piece_or_many(monkeypatch) -> None:
    rng = np.random.default_rng(0)
    rows, reference = rng.standard_normal((60, 4)), rng.standard_normal((40, 4))
    every = np.sort(np.linalg.norm(rows[:, None] - reference[None], axis=2), axis=1)[:, :6]
    assert np.allclose(nearest_distances(rows, reference, 6), every)
    monkeypatch.setattr(nearest, "PIECE", 100)
    assert np.allclose(nearest_distances(rows, reference, 6), every)


def test_a_row_among_the_reference_is_its_own_nearest() -> None:
    rows = 1e4 + np.random.default_rng(1).standard_normal((30, 3))
    assert np.array_equal(nearest_distances(rows, rows, 2)[:, 0], np.zeros(30))


def test_quick_distances_are_the_same_but_for_rounding() -> None:
    rows = 1e3 + np.random.default_rng(2).standard_normal((300, 12))
    exact, quick = nearest_distances(rows, rows[:200], 6), nearest_distances(rows, rows[:200], 6, quick=True)
    assert quick.dtype == np.float64
    assert np.allclose(quick, exact, atol=2e-3)
    assert np.allclose(quick[:, 1:], exact[:, 1:], rtol=1e-4)
