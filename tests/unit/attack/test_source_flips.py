"""A planted source flips its own rows and no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from curation_app.attack.source_flips import SourceFlips, plant_source_flips
from tests.builders import blobs, make_dataset


def test_one_source_flips_a_fifth_of_its_rows() -> None:
    features, labels = blobs(400)
    dataset = make_dataset(features, labels, sources=[f"s{row // 100}" for row in range(400)])
    assert SourceFlips().lacks(dataset) == ""
    planted = SourceFlips().plant(dataset, 20, np.random.default_rng(0))
    assert planted.mask.sum() == 20
    assert len(set((np.flatnonzero(planted.mask) // 100).tolist())) == 1
    assert np.array_equal(planted.dataset.labels != dataset.labels, planted.mask)
    assert planted.grouped


def test_it_says_what_it_lacks() -> None:
    features, labels = blobs(60)
    assert "where a row comes from" in SourceFlips().lacks(make_dataset(features, labels))
    assert "two sources" in SourceFlips().lacks(make_dataset(features, labels, sources=["one"] * 60))
    assert "classes" in SourceFlips().lacks(make_dataset(features, ["a"] * 60, sources=["one", "two"] * 30))
    assert "not classes" in SourceFlips().lacks(replace(make_dataset(features, labels), label_kind="number"))


def test_missing_labels_stay_missing() -> None:
    codes = np.array([-1, 0, 1, 0, 1, -1], dtype=np.int32)
    new, mask = plant_source_flips(codes, 2, np.ones(6, dtype=bool), 1.0, np.random.default_rng(0))
    assert new.tolist() == [-1, 1, 0, 1, 0, -1]
    assert mask.tolist() == [False, True, True, True, True, False]
