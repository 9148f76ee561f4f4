from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from curation_app.attack.edit import changed
from curation_app.domain.dataset import Dataset
from curation_app.load import read_dataset
from tests.builders import make_dataset


def texts() -> Dataset:
    return make_dataset(texts=["one", "two", "three"], labels=["a", None, "b"], sources=["s", "t", "s"])


def test_a_copy_without_changes_has_the_same_content() -> None:
    dataset = texts()
    copy = changed(dataset)
    assert np.array_equal(copy.row_fingerprints, dataset.row_fingerprints)
    assert np.array_equal(copy.ids, dataset.ids)
    assert copy.frame.equals(dataset.frame)
    assert copy.fingerprint != dataset.fingerprint


def test_appended_rows_take_everything_along_and_get_ids_of_their_own() -> None:
    copy = changed(texts(), repeat=np.array([0, 1, 2, 2, 2]), texts=["one", "two", "three", "four\u200b", "five"])
    assert copy.ids.tolist() == ["0", "1", "2", "2~2", "2~3"]
    assert copy.frame["source"].tolist() == ["s", "t", "s", "s", "s"]
    assert copy.labels.tolist() == ["a", None, "b", "b", "b"]
    assert copy.column("text").tolist()[3:] == ["four\u200b", "five"]  # type: ignore[union-attr]
    assert copy.hidden_characters.tolist() == [0, 0, 0, 1, 0]  # type: ignore[union-attr]
    assert len(set(copy.row_fingerprints.tolist())) == 5


def test_only_changed_rows_get_another_fingerprint_and_the_original_stays() -> None:
    dataset = texts()
    copy = changed(dataset, labels=["a", "b", "b"])
    assert (copy.row_fingerprints != dataset.row_fingerprints).tolist() == [False, True, False]
    assert dataset.labels.tolist() == ["a", None, "b"]
    with pytest.raises(ValueError, match="read-only"):
        copy.labels[0] = "z"


def test_a_label_column_of_numbers_keeps_its_type(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "numbers.parquet"
    pd.DataFrame({"x": [1.5, 2.5, 3.5], "label": [0, 1, 0]}).to_parquet(path)
    dataset = read_dataset(path)
    copy = changed(dataset, labels=["1", "1", "0"], cells={"x": [1.5, 9.0, 3.5]})
    assert copy.frame["label"].tolist() == [1, 1, 0]
    assert copy.frame["x"].dtype == np.float64
    assert copy.frame["x"].tolist() == [1.5, 9.0, 3.5]
    assert (copy.row_fingerprints != dataset.row_fingerprints).tolist() == [True, True, False]


def test_a_column_of_whole_numbers_does_not_cut_decimals_off(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "counts.parquet"
    pd.DataFrame({"count": [1, 2, 3], "label": ["a", "b", "a"]}).to_parquet(path)
    copy = changed(read_dataset(path), cells={"count": [1, 2.75, 3]})
    assert copy.frame["count"].tolist() == [1, 2.75, 3]


def test_a_column_of_whole_numbers_with_gaps_keeps_its_type(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "gaps.parquet"
    pd.DataFrame({"count": pd.array([1, None, 3], dtype="Int64"), "label": ["a", "b", "a"]}).to_parquet(path)
    dataset = read_dataset(path)
    copy = changed(dataset, cells={"count": [1, None, 4]})
    assert copy.frame["count"].dtype == dataset.frame["count"].dtype
    assert copy.frame["count"].tolist()[::2] == [1, 4]


def test_pictures_and_vectors_are_replaced_row_by_row() -> None:
    images = np.zeros((2, 3, 3), np.uint8)
    patched = images.copy()
    patched[1, 0, 0] = 255
    copy = changed(make_dataset(images=images), images=patched)
    assert copy.images is not None
    assert copy.images[1, 0, 0] == 255
    vectors = np.array([[1.0, np.nan], [2.0, 3.0]], np.float32)
    dataset = make_dataset(vectors)
    same = changed(dataset, vectors=vectors)
    assert np.array_equal(same.row_fingerprints, dataset.row_fingerprints)
    few = changed(dataset, repeat=np.array([1]))
    assert few.ids.tolist() == ["1"]


@pytest.mark.parametrize(
    "parts",
    [
        {"labels": ["a"]},
        {"texts": ["a", "b"]},
        {"images": np.zeros((3, 2, 2))},
        {"vectors": np.zeros((3, 1))},
        {"cells": {"no": [1, 2, 3]}},
    ],
)
def test_what_does_not_fit_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"rows|no "):
        changed(texts(), **parts)  # type: ignore[arg-type]
