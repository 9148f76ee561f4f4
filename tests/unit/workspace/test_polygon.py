from __future__ import annotations

import numpy as np

from curation_app.workspace.polygon import inside


def test_a_square_holds_what_lies_in_it() -> None:
    x = np.array([0.5, 1.5, -0.1, 0.5], dtype=np.float32)
    y = np.array([0.5, 0.5, 0.5, 2.0], dtype=np.float32)
    assert inside(x, y, [(0, 0), (1, 0), (1, 1), (0, 1)]).tolist() == [True, False, False, False]


def test_a_hole_of_a_self_crossing_lasso_is_outside() -> None:
    star = [(0, 3), (1.8, -2.4), (-2.9, 0.9), (2.9, 0.9), (-1.8, -2.4)]
    assert inside(np.array([0.0, 0.0]), np.array([0.0, 2.0]), star).tolist() == [False, True]


def test_fewer_than_three_corners_hold_nothing() -> None:
    assert not inside(np.zeros(3), np.zeros(3), [(0, 0), (1, 1)]).any()


def test_it_agrees_with_another_implementation_on_random_polygons() -> None:
    from matplotlib.path import Path as Outline

    rng = np.random.default_rng(3)
    points = rng.normal(size=(500, 2))
    for _ in range(20):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        polygon = np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(0.5, 2, (9, 1))
        assert np.array_equal(inside(points[:, 0], points[:, 1], polygon.tolist()), Outline(polygon).contains_points(points))
