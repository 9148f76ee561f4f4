"""The figures of the quality benchmark are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.quality import PARTS
from benchmarks.quality_queue import plant_mixed
from benchmarks.quality_tables import average_precision, difference_table, measured, method_table, paired_interval
from tests.builders import blobs, make_dataset


def record(method: str, seed: int, ap: float, tuned: bool = False) -> dict[str, object]:
    return {"method": method, "seed": seed, "ap": ap, "tuned": tuned, "data": "d", "attack": "a", "size": 20}


def test_a_constant_score_has_the_precision_of_chance() -> None:
    bad = np.arange(100) < 10
    assert average_precision(bad, np.zeros(100)) == pytest.approx(0.1)
    assert measured(bad, bad.astype(float)) == {"ap": 1.0, "p50": 0.2, "pn": 1.0}
    assert np.isnan(average_precision(np.zeros(3, dtype=bool), np.zeros(3)))


def test_an_interval_of_pairs_leaves_out_nought_when_one_side_always_wins() -> None:
    rng = np.random.default_rng(0)
    theirs = rng.random(30)
    mean, low, high = paired_interval(theirs + 0.1 + 0.01 * rng.random(30), theirs)
    assert low > 0.09
    assert low <= mean <= high < 0.12
    _, low, high = paired_interval(rng.random(30), rng.random(30))
    assert low < 0 < high


def test_tables_keep_tuned_and_held_out_data_apart() -> None:
    records = [record("ours", seed, 0.9, tuned) for seed in range(3) for tuned in (True, False)]
    records += [record("peer", seed, 0.5) for seed in range(3)]
    table = method_table(records).splitlines()
    assert table[2] == "| tuned | a | 20 | 0.900 | - |"
    assert table[3] == "| held out | a | 20 | 0.900 | 0.500 |"
    assert difference_table(records).splitlines()[2:] == ["| held out | peer | +0.400 | +0.400 to +0.400 | 3 |"]


def test_a_mixed_attack_tells_its_kinds_apart() -> None:
    features, labels = blobs(1_200)
    planted, kinds = plant_mixed(make_dataset(features, labels), 0)
    assert kinds["flips"].sum() == 90
    assert np.array_equal(np.logical_or.reduce(list(kinds.values())), planted.mask)
    assert sum(int(mask.sum()) for mask in kinds.values()) == int(planted.mask.sum())


def test_every_part_exists() -> None:
    import importlib

    for module, name in PARTS.values():
        assert callable(getattr(importlib.import_module(module), name))
