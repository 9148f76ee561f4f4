"""Typed formats: exact values, no pickles, no bombs."""

from __future__ import annotations

import decimal
import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation_app.domain.problem import Problem
from curation_app.errors import InputError
from curation_app.load import Limits, read_dataset
from curation_app.load.limits import MIB


def refused(path: Path, **options: object) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_dataset(path, **options)  # type: ignore[arg-type]
    assert caught.value.hint
    return list(caught.value.problems)  # type: ignore[arg-type]


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("evil",)


def test_an_object_array_is_refused_and_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "a.npz", X=np.zeros((2, 2)), y=np.array([Evil(), 1], dtype=object))
    assert [problem.code for problem in refused(tmp_path / "a.npz")] == ["pickle"]
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("X.npy", pickle.dumps(Evil()))
    assert [problem.code for problem in refused(tmp_path / "b.npz")] == ["npy-header"]
    assert not (tmp_path / "evil").exists()


def test_a_header_that_promises_more_than_the_file_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 10**6)})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("X.npy", buffer.getvalue())
    assert [problem.code for problem in refused(tmp_path / "a.npz")] == ["npy-size"]


def test_a_zip_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", X=np.zeros((1000, 1000)))
    assert (tmp_path / "a.npz").stat().st_size < MIB / 10
    assert [problem.code for problem in refused(tmp_path / "a.npz", limits=Limits(decoded_bytes=4 * MIB))] == ["decoded-too-large"]


@pytest.mark.parametrize("rows", [10, 50_000])
def test_a_parquet_bomb_is_refused_before_it_unfolds(tmp_path: Path, rows: int) -> None:
    text = pa.array(["x" * (MIB // 2)]).take(pa.array(np.zeros(rows, dtype=np.int64))) if rows < 100 else None
    column = text if text is not None else pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["x" * 1000]))
    pq.write_table(pa.table({"t": column}), tmp_path / "a.parquet", store_schema=False)
    assert (tmp_path / "a.parquet").stat().st_size < MIB
    assert [problem.code for problem in refused(tmp_path / "a.parquet", limits=Limits(decoded_bytes=4 * MIB))] == ["decoded-too-large"]


def test_a_numeric_parquet_bomb_is_refused_by_its_row_count(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": np.zeros(100_000, np.int8)}), tmp_path / "a.parquet")
    assert [problem.code for problem in refused(tmp_path / "a.parquet", limits=Limits(cells=50_000))] == ["cells"]


def test_an_array_without_a_known_name_is_refused_with_what_is_there(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", votes=np.zeros((3, 4)))
    assert "votes (3, 4)" in refused(tmp_path / "a.npz")[0].found


def test_labels_of_another_length_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=np.zeros((3, 4)), y=np.zeros(2))
    assert [problem.code for problem in refused(tmp_path / "a.npz")] == ["npz-label"]


def test_missing_numbers_stay_missing_and_infinite_ones_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=np.array([[1.0, np.nan], [2.0, 3.0]]), y=[[0], [1]])
    dataset = read_dataset(tmp_path / "a.npz")
    assert dataset.vectors is not None
    assert np.isnan(dataset.vectors[0, 1])
    assert (dataset.modality, list(dataset.labels)) == ("table", ["0", "1"])
    np.savez(tmp_path / "a.npz", X=np.array([[1.0, np.inf], [1e300, 3.0]]))
    assert [(problem.code, problem.row) for problem in refused(tmp_path / "a.npz")] == [("infinite", 0), ("infinite", 1)]


@pytest.mark.parametrize(
    ("name", "shape", "modality"),
    [("X", (3, 4), "table"), ("x", (3, 4, 5), "image"), ("images", (3, 4, 5, 3), "image"), ("embeddings", (3, 4), "embedding")],
)
def test_the_main_array_decides_what_a_row_is(tmp_path: Path, name: str, shape: tuple[int, ...], modality: str) -> None:
    np.savez(tmp_path / "a.npz", **{name: np.zeros(shape, dtype=np.uint8)})
    dataset = read_dataset(tmp_path / "a.npz")
    assert dataset.modality == modality
    assert len(dataset) == 3


def test_fractions_become_bytes_and_odd_values_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.array([[[0.0, 1.0], [0.5, 0.2]]]))
    images = read_dataset(tmp_path / "a.npz").images
    assert images is not None
    assert images.tolist() == [[[0, 255], [128, 51]]]
    np.savez(tmp_path / "a.npz", images=np.array([[[-1.0, 300.0]]]))
    assert [problem.code for problem in refused(tmp_path / "a.npz")] == ["pixel-values"]


def test_parquet_keeps_types_and_ids_and_labels_become_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([7, 2**53 + 1, None], pa.int64()).fill_null(9),
            "label": pa.array([1, None, 3], pa.int16()),
            "price": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("2.00")], pa.decimal128(10, 2)),
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "nested": pa.array([{"a": [1]}, None, {"a": []}]),
            "score": pa.array([1.0, float("nan"), None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    dataset = read_dataset(tmp_path / "a.parquet")
    assert list(dataset.ids) == ["7", "9007199254740993", "9"]
    assert list(dataset.labels) == ["1", None, "3"]
    assert dataset.frame["price"][0] == decimal.Decimal("1.10")
    assert list(dataset.frame["kind"]) == ["a", "b", "a"]
    assert list(dataset.frame["nested"]) == ['{"a": [1]}', None, '{"a": []}']
    assert dataset.frame["score"].dtype == np.float64


def test_a_list_column_of_embeddings_becomes_vectors(tmp_path: Path) -> None:
    table = pa.table({"label": ["a", "b"], "embedding": pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32()))})
    pq.write_table(table, tmp_path / "a.parquet")
    dataset = read_dataset(tmp_path / "a.parquet")
    assert dataset.modality == "embedding"
    np.testing.assert_array_equal(dataset.vectors, [[1, 2], [3, 4]])


def test_repeated_names_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "a.parquet")
    assert [problem.code for problem in refused(tmp_path / "a.parquet")] == ["duplicate-column"]


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_an_embedding_file_gives_the_vectors(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.csv").write_text("text,label\nx,a\ny,b\n")
    place, values = tmp_path / f"e{suffix}", np.array([[1.0, 2.0], [3.0, 4.0]])
    np.save(place, values) if suffix == ".npy" else np.savez(place, e=values)
    for role in (place, str(place)):
        dataset = read_dataset(tmp_path / "a.csv", roles={"embedding": role})
        assert dataset.modality == "embedding"
        np.testing.assert_array_equal(dataset.vectors, values)
    (tmp_path / "a.csv").write_text("text,label\nx,a\n")
    assert [problem.code for problem in refused(tmp_path / "a.csv", roles={"embedding": place})] == ["embedding-rows"]
    np.save(tmp_path / "o.npy", np.array([{}], dtype=object))
    assert [problem.code for problem in refused(tmp_path / "a.csv", roles={"embedding": tmp_path / "o.npy"})] == ["pickle"]
