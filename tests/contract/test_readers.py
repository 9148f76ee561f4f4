"""What every reader promises, whatever the format: the same rows, refused and reported alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from PIL import Image

from curation_app.domain.dataset import Dataset
from curation_app.domain.decision import Edit, Verdict
from curation_app.errors import CurationError, InputError, NotFoundError, UsageError
from curation_app.load import Limits, read_dataset
from curation_app.release.rewrite import rewrite

ROWS = 6
LABELS = ["NA", "spam", "None", "ham", "null", "spam"]


def table() -> dict[str, list[str]]:
    return {"id": [f"00{i}" for i in range(ROWS)], "text": [f"row, {i} é\u200b" for i in range(ROWS)], "label": LABELS}


def write_csv(folder: Path) -> Path:
    lines = ["id,text,label", *(f'{a},"{b}",{c}' for a, b, c in zip(*table().values(), strict=True))]
    return write(folder / "data.csv", ("\r\n".join(lines) + "\r\n").encode())


def write_utf16(folder: Path) -> Path:
    return write(folder / "data.csv", write_csv(folder).read_bytes().decode().encode("utf-16"))


def write_tsv(folder: Path) -> Path:
    lines = ["\t".join(table()), *("\t".join(row) for row in zip(*table().values(), strict=True))]
    return write(folder / "data.tsv", "\n".join(lines).encode())


def write_jsonl(folder: Path) -> Path:
    rows = [dict(zip(table(), row, strict=True)) for row in zip(*table().values(), strict=True)]
    return write(folder / "data.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())


def write_parquet(folder: Path) -> Path:
    pq.write_table(pa.table(table()), folder / "data.parquet", row_group_size=4)
    return folder / "data.parquet"


def write_arrow_file(folder: Path) -> Path:
    with pyarrow.ipc.new_file(folder / "data.arrow", pa.table(table()).schema) as sink:
        sink.write_table(pa.table(table()))
    return folder / "data.arrow"


def write_arrow_stream(folder: Path) -> Path:
    with pyarrow.ipc.new_stream(folder / "data.arrow", pa.table(table()).schema) as sink:
        sink.write_table(pa.table(table()), max_chunksize=4)
    return folder / "data.arrow"


def write_npz(folder: Path) -> Path:
    values = np.arange(ROWS * 3, dtype=np.float64).reshape(ROWS, 3)
    np.savez(folder / "data.npz", X=values, y=np.array(LABELS), id=np.array(table()["id"]))
    return folder / "data.npz"


def write_npz_images(folder: Path) -> Path:
    np.savez_compressed(folder / "data.npz", x=np.zeros((ROWS, 5, 4), np.uint8), y=np.array(LABELS), id=np.array(table()["id"]))
    return folder / "data.npz"


def write_folder(folder: Path) -> Path:
    for i, label in enumerate(LABELS):
        place = folder / "data" / label
        place.mkdir(parents=True, exist_ok=True)
        Image.new("L", (7, 5), color=i * 20).save(place / f"{i}.png")
    return folder / "data"


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


WRITERS: Mapping[str, Callable[[Path], Path]] = {
    name.removeprefix("write_"): writer for name, writer in list(globals().items()) if name.startswith("write_")
}


@pytest.fixture(params=WRITERS, ids=str)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return WRITERS[request.param](tmp_path)


def released(dataset: Dataset, source: Path, out: Path, edits: list[Edit]) -> Path:
    target = out / source.name
    out.mkdir()
    rewrite(source, target, format=dataset.format, options=dataset.options, label_column=dataset.roles.label, edits=edits)
    return target


def contents(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_labels_that_look_missing_stay_labels(source: Path) -> None:
    dataset = read_dataset(source)
    assert sorted(dataset.labels) == sorted(LABELS)
    assert len(dataset) == ROWS == len(dataset.frame) == len(dataset.row_fingerprints) == len(dataset.hidden_characters)


def test_ids_are_unique_text(source: Path) -> None:
    dataset = read_dataset(source)
    assert all(isinstance(name, str) for name in dataset.ids)
    assert len(set(dataset.ids)) == ROWS
    if dataset.format != "folder":
        assert list(dataset.ids) == table()["id"]


def test_arrays_are_read_only(source: Path) -> None:
    dataset = read_dataset(source)
    arrays = [dataset.ids, dataset.labels, dataset.row_fingerprints, dataset.hidden_characters, dataset.vectors, dataset.images]
    assert not any(array.flags.writeable for array in arrays if array is not None)


def test_reading_twice_gives_the_same_fingerprints(source: Path) -> None:
    first, second = read_dataset(source), read_dataset(source)
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 64
    np.testing.assert_array_equal(first.row_fingerprints, second.row_fingerprints)
    assert len(set(first.row_fingerprints.tolist())) == ROWS


def test_options_survive_json(source: Path) -> None:
    options = dict(read_dataset(source).options)
    assert json.loads(json.dumps(options)) == options


def test_each_role_says_why(source: Path) -> None:
    roles = read_dataset(source).roles
    assert roles.label is not None
    assert roles.reasons["label"]


def test_no_label_leaves_every_label_missing(source: Path) -> None:
    dataset = read_dataset(source, no_label=True)
    assert dataset.roles.label is None
    assert set(dataset.labels) == {None}


def test_an_unknown_column_is_refused_with_the_list_of_columns(source: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_dataset(source, roles={"label": "nope"})
    assert "label" in caught.value.hint or "y" in caught.value.hint


def test_a_file_above_the_limit_is_refused(source: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_dataset(source, limits=Limits(file_bytes=10))
    assert caught.value.hint


def test_a_missing_file_is_said_plainly(source: Path) -> None:
    with pytest.raises(NotFoundError):
        read_dataset(source.with_name("absent" + source.suffix))


def outcome(source: Path) -> int | str:
    """Rows read, or the hint of the refusal; any other exception is a failure."""
    try:
        return len(read_dataset(source))
    except CurationError as error:
        return error.hint


def test_a_damaged_file_is_an_error_of_ours(source: Path) -> None:
    file = source if source.is_file() else next(source.rglob("*.png"))
    whole = file.read_bytes()
    for cut in range(0, len(whole), max(1, len(whole) // 40)):
        file.write_bytes(whole[:cut])
        assert outcome(source)
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert outcome(source)


def test_a_release_without_edits_reads_the_same(source: Path, tmp_path: Path) -> None:
    dataset = read_dataset(source)
    target = released(dataset, source, tmp_path / "out", [])
    again = read_dataset(target)
    np.testing.assert_array_equal(again.row_fingerprints, dataset.row_fingerprints)
    if dataset.format in ("csv", "tsv", "jsonl", "folder"):
        assert contents(target) == contents(source)


def test_a_release_is_the_same_twice(source: Path, tmp_path: Path) -> None:
    dataset = read_dataset(source)
    edits = [Edit(row=1, verdict=Verdict.DROP), Edit(row=3, verdict=Verdict.RELABEL, label="ham")]
    assert contents(released(dataset, source, tmp_path / "a", edits)) == contents(released(dataset, source, tmp_path / "b", edits))


def test_a_release_changes_what_the_edits_say_and_nothing_else(source: Path, tmp_path: Path) -> None:
    dataset = read_dataset(source)
    edits = [
        Edit(row=0, verdict=Verdict.ACCEPT),
        Edit(row=1, verdict=Verdict.DROP),
        Edit(row=3, verdict=Verdict.RELABEL, label="null"),
        Edit(row=5, verdict=Verdict.DROP),
    ]
    again = read_dataset(released(dataset, source, tmp_path / "out", edits))
    expected = [label for row, label in enumerate(dataset.labels) if row not in (1, 5)]
    expected[2] = "null"
    assert sorted(again.labels) == sorted(expected)
    if dataset.format != "folder":
        assert list(again.labels) == expected
        assert list(again.ids) == [name for row, name in enumerate(dataset.ids) if row not in (1, 5)]
        np.testing.assert_array_equal(again.row_fingerprints[[0, 1, 3]], dataset.row_fingerprints[[0, 2, 4]])


def test_an_edit_of_a_row_that_is_not_there_is_refused(source: Path, tmp_path: Path) -> None:
    dataset = read_dataset(source)
    with pytest.raises(UsageError):
        released(dataset, source, tmp_path / "out", [Edit(row=ROWS, verdict=Verdict.DROP)])
    assert not contents(tmp_path / "out")
