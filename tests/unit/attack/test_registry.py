from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack.base import Attack
from curation_app.attack.registry import ATTACKS, attacks_named, unique
from curation_app.domain.dataset import Dataset
from curation_app.errors import UsageError
from tests.builders import blobs, make_dataset


def words(rows: int) -> Dataset:
    rng = np.random.default_rng(0)
    made = [" ".join(rng.choice(["red", "blue", "fast", "slow", "good", "bad", "new", "old", "big"], 9)) for _ in range(rows)]
    return make_dataset(texts=made, labels=[("yes", "no")[row % 2] for row in range(rows)], sources=[f"s{row % 4}" for row in range(rows)])


def pictures(rows: int) -> Dataset:
    rng = np.random.default_rng(0)
    return make_dataset(
        images=rng.integers(0, 255, (rows, 12, 12), dtype=np.uint8), labels=[("a", "b", "c")[row % 3] for row in range(rows)]
    )


def numbers(rows: int) -> Dataset:
    features, labels = blobs(rows, n_classes=3)
    return make_dataset(features, labels)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.code)
@pytest.mark.parametrize("make", [words, pictures, numbers])
def test_an_attack_gives_a_consistent_copy_or_says_what_it_lacks(attack: Attack, make) -> None:  # type: ignore[no-untyped-def]
    dataset = make(240)
    lack = attack.lacks(dataset)
    if lack:
        assert lack.endswith(".")
        return
    before = (dataset.labels.copy(), dataset.frame.copy())
    planted = attack.plant(dataset, 12, np.random.default_rng(1))
    again = attack.plant(dataset, 12, np.random.default_rng(1))
    rows = len(planted.dataset)
    assert planted.mask.shape == (rows,)
    assert planted.mask.dtype == bool
    assert 1 <= planted.mask.sum() <= 24
    assert planted.title
    assert rows >= len(dataset)
    assert planted.dataset.ids[: len(dataset)].tolist() == dataset.ids.tolist()
    assert len(set(planted.dataset.ids.tolist())) == rows == len(planted.dataset.frame) == len(planted.dataset.labels)
    assert np.array_equal(planted.dataset.row_fingerprints, again.dataset.row_fingerprints)
    assert np.array_equal(before[0], dataset.labels)
    assert before[1].equals(dataset.frame)


def test_codes_are_unique_and_known() -> None:
    with pytest.raises(UsageError, match="Two attacks"):
        unique((ATTACKS[0], ATTACKS[0]))
    assert attacks_named([ATTACKS[1].code]) == (ATTACKS[1],)
    with pytest.raises(UsageError, match="No attack is called"):
        attacks_named(["nonsense"])


def test_flips_are_not_planted_without_classes() -> None:
    assert attacks_named(["random-flips"])[0].lacks(make_dataset(texts=["a", "b"])) == "The data has no labels."
    assert attacks_named(["one-way-flips"])[0].lacks(make_dataset(texts=["a", "b"], labels=["x", "x"])) == "All rows have one label."
