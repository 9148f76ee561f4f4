"""A release changes the labels and rows that were decided, and not one byte besides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from curation_app.domain.decision import Edit, Verdict
from curation_app.errors import UsageError
from curation_app.load import read_dataset
from curation_app.release.rewrite import rewrite


def drop(row: int) -> Edit:
    return Edit(row=row, verdict=Verdict.DROP)


def relabel(row: int, label: str) -> Edit:
    return Edit(row=row, verdict=Verdict.RELABEL, label=label)


def released(source: Path, edits: Sequence[Edit], **options: object) -> Path:
    dataset = read_dataset(source, **options)  # type: ignore[arg-type]
    out = source.with_name("out" + source.suffix)
    rewrite(source, out, format=dataset.format, options=dataset.options, label_column=dataset.roles.label, edits=edits)
    return out


def spliced(folder: Path, name: str, data: bytes, edits: Sequence[Edit], **options: object) -> bytes:
    (folder / name).write_bytes(data)
    return released(folder / name, edits, **options).read_bytes()


CSV = b'\xef\xbb\xbfid,"label",t\r\n1,a,"x\r\n""y"""\n2,"b",  z\r\r\n3,,last'


def test_csv_without_edits_is_the_same_bytes(tmp_path: Path) -> None:
    assert spliced(tmp_path, "d.csv", CSV, []) == CSV


def test_csv_changes_only_the_label_field(tmp_path: Path) -> None:
    edits = [relabel(0, "x,y"), relabel(1, 'q"'), relabel(2, "c")]
    expected = b'\xef\xbb\xbfid,"label",t\r\n1,"x,y","x\r\n""y"""\n2,"q""",  z\r\r\n3,c,last'
    assert spliced(tmp_path, "d.csv", CSV, edits) == expected


def test_csv_drops_whole_records(tmp_path: Path) -> None:
    assert spliced(tmp_path, "d.csv", CSV, [drop(0), drop(2)]) == b'\xef\xbb\xbfid,"label",t\r\n2,"b",  z\r\r\n'


def test_csv_rows_are_those_of_the_dataset_when_some_were_skipped(tmp_path: Path) -> None:
    data = b'id,label\n1,a\n2,b,c\n\n3,"d\n4,e\n5,f\n'
    assert spliced(tmp_path, "d.csv", data, [relabel(1, "E"), drop(2)], skip_bad_rows=True) == b"id,label\n1,a\n\n4,E\n"


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "cp1252"])
def test_csv_keeps_its_encoding(tmp_path: Path, encoding: str) -> None:
    data = "t,label\r\nö,a\r\nü,b\r\n".encode(encoding)
    new = spliced(tmp_path, "d.csv", data, [relabel(1, "é")], encoding=None if encoding == "utf-16" else encoding)
    assert new == "t,label\r\nö,a\r\nü,é\r\n".encode(encoding)


def test_a_label_outside_the_encoding_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="iso8859-1"):
        spliced(tmp_path, "d.csv", "label\né\n".encode("latin-1"), [relabel(0, "→")], encoding="latin-1")
    assert not (tmp_path / "out.csv").exists()


def test_an_emptied_lone_field_does_not_become_a_blank_line(tmp_path: Path) -> None:
    assert spliced(tmp_path, "d.csv", b"label\na\nb\n", [relabel(0, "")]) == b'label\n""\nb\n'


def test_tsv_quotes_tabs_not_commas(tmp_path: Path) -> None:
    new = spliced(tmp_path, "d.tsv", b"label\tt\na\t1\nb\t2\n", [relabel(0, "x,y"), relabel(1, "x\ty")])
    assert new == b'label\tt\nx,y\t1\n"x\ty"\t2\n'


@pytest.mark.parametrize(
    ("line", "label", "expected"),
    [
        ('{"a":1, "label" : 3 }\r', "4", '{"a":1, "label" : 4 }\r'),
        ('{"label":"a","b":"\\u00e9"}', "ü", '{"label":"\\u00fc","b":"\\u00e9"}'),
        ('{"label":"a","b":"é"}', "ü", '{"label":"ü","b":"é"}'),
        ('{"label": 1.50}', "2.50", '{"label": 2.50}'),
        ('{"label": 1.5}', "7", '{"label": 7.0}'),
        ('{"label": true}', "false", '{"label": false}'),
        ('{"label": null}', "x", '{"label": "x"}'),
        ('{"b": {"label": 1}, "label": "z"}', "7", '{"b": {"label": 1}, "label": "7"}'),
    ],
)
def test_json_lines_change_one_token_and_keep_its_type(tmp_path: Path, line: str, label: str, expected: str) -> None:
    data = f"{line}\n\n{line}"
    assert spliced(tmp_path, "d.jsonl", data.encode(), [relabel(1, label)]).decode() == f"{line}\n\n{expected}"


def test_json_lines_add_a_missing_label_in_the_columns_type(tmp_path: Path) -> None:
    data = b'{"label": 1}\n{"a": 2}\n{}\n'
    assert spliced(tmp_path, "d.jsonl", data, [relabel(1, "5"), relabel(2, "6")]) == b'{"label": 1}\n{"a": 2, "label": 5}\n{"label": 6}\n'


@pytest.mark.parametrize("label", ["spam", "1.5", "٣", " 7", "1_0"])
def test_json_lines_refuse_a_label_of_another_type(tmp_path: Path, label: str) -> None:
    with pytest.raises(UsageError, match="whole numbers"):
        spliced(tmp_path, "d.jsonl", b'{"label": 1}\n', [relabel(0, label)])


def test_json_lines_leave_quarantined_rows_out(tmp_path: Path) -> None:
    data = b'{"label": "a"}\n{"label": "\\ud800"}\n{"label": "c"}\n'
    assert spliced(tmp_path, "d.jsonl", data, [relabel(1, "C")]) == b'{"label": "a"}\n{"label": "C"}\n'


def make_table() -> pa.Table:
    fields = [
        pa.field("label", pa.int16(), metadata={"why": "kept"}),
        pa.field("kind", pa.dictionary(pa.int8(), pa.string())),
        pa.field("deep", pa.list_(pa.struct([("a", pa.decimal128(8, 2))]))),
        pa.field("at", pa.timestamp("us", tz="UTC")),
    ]
    columns = [[1, 2, None, 1], ["x", "y", "x", None], [[], None, [{"a": None}], []], [0, 1, 2, None]]
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={"owner": "tests"}))


def test_parquet_keeps_schema_metadata_groups_and_compression(tmp_path: Path) -> None:
    pq.write_table(make_table(), tmp_path / "d.parquet", compression="gzip", row_group_size=3)
    out = released(tmp_path / "d.parquet", [drop(0), relabel(2, "7")])
    table, before = pq.read_table(out), pq.read_table(tmp_path / "d.parquet")
    assert table.schema.equals(before.schema, check_metadata=True)
    assert table.column("label").to_pylist() == [2, 7, 1]
    assert table.drop_columns(["label"]).to_pylist() == before.drop_columns(["label"]).slice(1).to_pylist()
    assert pq.ParquetFile(out).metadata.row_group(0).column(0).compression == "GZIP"


@pytest.mark.parametrize("label", ["spam", "40000", "1.5", "07"])
def test_parquet_refuses_a_label_that_its_column_cannot_hold(tmp_path: Path, label: str) -> None:
    pq.write_table(make_table(), tmp_path / "d.parquet")
    with pytest.raises(UsageError, match="int16"):
        released(tmp_path / "d.parquet", [relabel(0, label)])
    assert not (tmp_path / "out.parquet").exists()


def test_arrow_dictionary_labels_keep_their_codes(tmp_path: Path) -> None:
    table = make_table().rename_columns(["n", "label", "deep", "at"])
    with pyarrow.ipc.new_file(tmp_path / "d.arrow", table.schema) as sink:
        sink.write_table(table)
    out = released(tmp_path / "d.arrow", [relabel(0, "y"), relabel(3, "new")])
    again = pyarrow.ipc.open_file(out).read_all()
    assert again.schema.equals(table.schema)
    assert again.column("label").to_pylist() == ["y", "y", "x", "new"]
    assert again.column("label").chunk(0).dictionary.to_pylist()[:2] == ["x", "y"]


def test_npz_keeps_types_order_and_other_arrays(tmp_path: Path) -> None:
    values = np.asfortranarray(np.arange(8, dtype=np.float32).reshape(4, 2))
    others = {"names": np.array(["a", "b"]), "extra": np.ones((4, 3, 2))}
    np.savez_compressed(tmp_path / "d.npz", X=values, y=np.array([0, 1, 2, 3], np.int8), **others)
    with np.load(released(tmp_path / "d.npz", [drop(1), relabel(2, "9")])) as out:
        assert out.files == ["X", "y", "names", "extra"]
        np.testing.assert_array_equal(out["X"], values[[0, 2, 3]])
        assert (out["X"].dtype, out["X"].flags.f_contiguous) == (np.float32, True)
        assert (out["y"].tolist(), out["y"].dtype) == ([0, 9, 3], np.int8)
        assert out["names"].tolist() == ["a", "b"]
        assert out["extra"].shape == (3, 3, 2)


@pytest.mark.parametrize(("labels", "label"), [([1, 2], "x"), ([1, 2], "1.0"), (["ab", "c"], "abc"), ([True, False], "2")])
def test_npz_refuses_a_label_that_its_array_cannot_hold(tmp_path: Path, labels: list[object], label: str) -> None:
    np.savez(tmp_path / "d.npz", X=np.zeros((2, 2)), y=np.array(labels))
    with pytest.raises(UsageError):
        released(tmp_path / "d.npz", [relabel(0, label)])
    assert not (tmp_path / "out.npz").exists()


def test_folder_moves_copies_and_tells_equal_names_apart(tmp_path: Path) -> None:
    from PIL import Image

    for i, name in enumerate(["cat/1.png", "cat/2.png", "dog/1.png", "dog/3.png"]):
        (tmp_path / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (3, 3), i).save(tmp_path / "d" / name)
    out = released(tmp_path / "d", [relabel(0, "dog"), drop(1), relabel(3, "new")])
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.png")) == ["dog/1.png", "dog/1~2.png", "new/3.png"]
    assert (out / "dog/1~2.png").read_bytes() == (tmp_path / "d/cat/1.png").read_bytes()
    assert (out / "dog/1.png").read_bytes() == (tmp_path / "d/dog/1.png").read_bytes()


@pytest.mark.parametrize("label", ["..", "a/b", "/etc", "a\\b", "C:", "a\0b", " a"])
def test_folder_refuses_a_label_that_is_no_folder_name(tmp_path: Path, label: str) -> None:
    from PIL import Image

    (tmp_path / "d" / "cat").mkdir(parents=True)
    Image.new("L", (3, 3)).save(tmp_path / "d" / "cat" / "1.png")
    with pytest.raises(UsageError):
        released(tmp_path / "d", [relabel(0, label)])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("edits", [[drop(2)], [drop(-1)], [drop(0), relabel(0, "x")], [Edit(row=0, verdict=Verdict.RELABEL)]])
def test_edits_that_make_no_sense_are_refused(tmp_path: Path, edits: list[Edit]) -> None:
    with pytest.raises(UsageError):
        spliced(tmp_path, "d.csv", b"label\na\nb\n", edits)
    assert not (tmp_path / "out.csv").exists()


def test_a_relabel_without_a_label_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no label column"):
        spliced(tmp_path, "d.csv", b"a,b\n1,2\n", [relabel(0, "x")])
