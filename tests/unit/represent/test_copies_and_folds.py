"""Copies are found by content, and never parted by a fold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from curation_app.domain.roles import Roles
from curation_app.represent.copies import copy_groups
from curation_app.represent.folds import grouped_folds
from tests.unit.represent.rows import dataset_of


def test_label_id_and_source_do_not_tell_copies_apart() -> None:
    frame = pd.DataFrame({"id": ["1", "2", "3"], "colour": ["red", "red", "blue"], "who": ["a", "b", "a"], "label": ["x", "y", "x"]})
    dataset = dataset_of(frame=frame, roles=Roles(id="id", source="who", label="label"))
    assert copy_groups(dataset).tolist() == [0, 0, 1]


def test_numbers_are_equal_whatever_the_sign_of_zero() -> None:
    vectors = np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 2.0]], np.float32)
    assert copy_groups(dataset_of(vectors=vectors)).tolist() == [0, 0, 1]


def test_missing_values_are_equal_to_one_another_only() -> None:
    frame = pd.DataFrame({"a": [None, None, "None"], "b": ["1", "1", "1"]}, dtype=object)
    assert copy_groups(dataset_of(frame=frame)).tolist() == [0, 0, 1]


def test_texts_and_images_are_compared_exactly() -> None:
    texts = pd.DataFrame({"t": ["a", "a ", "a"]})
    assert copy_groups(dataset_of(frame=texts, modality="text", roles=Roles(text="t"))).tolist() == [0, 1, 0]
    images = np.zeros((3, 4, 4, 3), np.uint8)
    images[1, 2, 2, 0] = 1
    assert copy_groups(dataset_of(images=images, modality="image")).tolist() == [0, 1, 0]


@pytest.mark.parametrize(("rows", "groups"), [(1, 1), (2, 1), (2, 2), (7, 3), (500, 120)])
def test_a_fold_never_parts_a_group(rows: int, groups: int) -> None:
    rng = np.random.default_rng(rows)
    copies, codes = rng.integers(0, groups, rows), rng.integers(-1, 4, rows)
    folds = grouped_folds(codes, copies, 5, seed=0)
    assert all(len(set(folds[copies == group])) == 1 for group in set(copies))
    assert set(folds) == set(range(min(5, len(set(copies)))))
    assert np.array_equal(folds, grouped_folds(codes, copies, 5, seed=0))


def test_each_class_is_spread_evenly() -> None:
    codes = np.repeat([0, 1, 2], [500, 40, 5])
    folds = grouped_folds(codes, np.arange(545), 5, seed=1)
    for code, share in ((0, 100), (1, 8), (2, 1)):
        assert np.bincount(folds[codes == code], minlength=5).tolist() == [share] * 5
