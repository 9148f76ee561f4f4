"""Wrong tags and wrong numbers: as many as asked, each a change, written as the label was."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from curation_app.attack import WrongNumbers, WrongTags
from curation_app.domain.dataset import Dataset
from curation_app.domain.tags import tags_of
from tests.builders import make_dataset

ROWS = 200


def tagged(*, as_json: bool = False) -> Dataset:
    rng = np.random.default_rng(0)
    sets = [sorted(rng.choice(["red", "big", "new", "old"], rng.integers(1, 4), replace=False).tolist()) for _ in range(ROWS)]
    labels = [json.dumps(tags) if as_json else ";".join(tags) for tags in sets]
    return replace(make_dataset(rng.standard_normal((ROWS, 2)), labels), label_kind="tags")


def priced() -> Dataset:
    rng = np.random.default_rng(0)
    labels = [None, *(f"{price:.2f}" for price in rng.normal(100, 20, ROWS - 1))]
    return replace(make_dataset(rng.standard_normal((ROWS, 2)), labels), label_kind="number")


def test_wrong_tags_are_others_and_no_row_is_left_without() -> None:
    for as_json in (False, True):
        dataset = tagged(as_json=as_json)
        planted = WrongTags().plant(dataset, 30, np.random.default_rng(1))
        assert planted.mask.sum() == 30
        before = [tags_of(label, ";") for label in dataset.labels]
        after = [tags_of(label, ";") for label in planted.dataset.labels]
        assert [old != new for old, new in zip(before, after, strict=True)] == planted.mask.tolist()
        assert all(after)
        assert {tag for tags in after for tag in tags} == {"red", "big", "new", "old"}
        sizes = [len(new) - len(old) for old, new in zip(before, after, strict=True) if old != new]
        assert set(sizes) == {-1, 0, 1}
        assert all(str(label).startswith("[") is as_json for label in planted.dataset.labels)


def test_wrong_numbers_are_those_of_other_rows_and_far_from_the_right_one() -> None:
    dataset = priced()
    planted = WrongNumbers().plant(dataset, 30, np.random.default_rng(1))
    assert planted.mask.sum() == 30
    assert planted.dataset.labels[0] is None
    known = dataset.labels[1:].astype(float)
    gap = 0.5 * np.subtract(*np.quantile(known, [0.75, 0.25]))
    moved = np.flatnonzero(planted.mask)
    assert np.all(np.abs(planted.dataset.labels[moved].astype(float) - dataset.labels[moved].astype(float)) >= gap)
    assert set(planted.dataset.labels[moved]) <= set(dataset.labels)
    assert np.array_equal(planted.dataset.labels[~planted.mask], dataset.labels[~planted.mask])


def test_each_says_what_it_lacks() -> None:
    assert "not a list of tags" in WrongTags().lacks(priced())
    assert "not a number" in WrongNumbers().lacks(tagged())
    assert "fewer than two" in WrongTags().lacks(replace(make_dataset(np.zeros((4, 1)), ["a"] * 4), label_kind="tags"))
    assert "the same" in WrongNumbers().lacks(replace(make_dataset(np.zeros((4, 1)), ["1.5"] * 4), label_kind="number"))
