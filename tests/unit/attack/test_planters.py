from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack import (
    plant_conflicting_copies,
    plant_far,
    plant_flips,
    plant_flips_near,
    plant_flips_one_way,
    plant_flood,
    plant_text_flood,
)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_flips_change_exactly_the_masked_labels() -> None:
    codes = np.array([0, 1, 2, -1] * 50, dtype=np.int32)
    kept = codes.copy()
    new, mask = plant_flips(codes, 3, 0.1, generator())
    assert mask.sum() == 15
    assert np.array_equal(new != codes, mask)
    assert np.all(new[codes == -1] == -1)
    assert np.all((new[mask] >= 0) & (new[mask] < 3))
    assert np.array_equal(codes, kept)
    assert np.array_equal(new, plant_flips(codes, 3, 0.1, generator())[0])


@pytest.mark.parametrize(("codes", "classes"), [(np.zeros(9, dtype=np.int32), 1), (np.full(9, -1), 2), (np.zeros(0, dtype=np.int32), 2)])
def test_nothing_to_flip(codes: np.ndarray, classes: int) -> None:
    new, mask = plant_flips(codes, classes, 0.2, generator())
    assert np.array_equal(new, codes)
    assert not mask.any()


def test_one_way_flips_go_one_way() -> None:
    codes = np.array([0, 1] * 40, dtype=np.int32)
    new, mask = plant_flips_one_way(codes, 0, 1, 0.25, generator())
    assert mask.sum() == 10
    assert set(codes[mask].tolist()) == {0}
    assert set(new[mask].tolist()) == {1}


def test_near_flips_prefer_doubtful_rows() -> None:
    own = np.linspace(0.5, 0.99, 1_000)
    new, mask = plant_flips_near(np.zeros(1_000, dtype=np.int32), np.stack((own, 1 - own), axis=1), 0.1, generator())
    assert own[mask].mean() < own.mean() - 0.05
    assert np.array_equal(new == 1, mask)


def test_far_rows_are_appended_and_farther() -> None:
    features = generator(1).standard_normal((500, 10)).astype(np.float32)
    planted, mask = plant_far(features, 50, generator())
    assert planted.dtype == np.float32
    assert np.array_equal(planted[~mask], features)
    assert np.linalg.norm(planted[mask], axis=1).mean() > 1.4 * np.linalg.norm(features, axis=1).mean()
    assert plant_far(np.zeros((0, 3)), 5, generator())[0].shape == (0, 3)


def test_floods_are_tight_and_carry_one_label() -> None:
    features = generator(1).standard_normal((200, 5))
    planted, codes, mask = plant_flood(features, np.zeros(200, dtype=np.int32), 20, 1, generator())
    assert mask.sum() == 20
    assert planted[mask].std(axis=0).max() < 0.05
    assert set(codes[mask].tolist()) == {1}
    texts, mask = plant_text_flood(["short", "a much longer message than the other"], 3, generator())
    assert [text.startswith("a much longer") for text in texts] == [False, True, True, True, True]
    assert mask.tolist() == [False, False, True, True, True]


def test_conflicting_copies_never_keep_the_label() -> None:
    codes = np.array([0, 1, 2, -1] * 10, dtype=np.int32)
    rows, new, mask = plant_conflicting_copies(codes, 3, 8, generator())
    assert rows.shape == new.shape == mask.shape == (48,)
    assert np.all(new[mask] != codes[rows[mask]])
    assert np.all(new[mask] >= 0)
    assert plant_conflicting_copies(codes, 1, 8, generator())[2].sum() == 0
