"""Whatever table is written, it reads as it was, and a release without edits changes nothing."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from curation_app.domain.dataset import Dataset
from curation_app.domain.decision import Edit, Verdict
from curation_app.load import read_dataset
from curation_app.release.rewrite import rewrite

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(',"\r\n\t ab', max_size=8)
WHOLE = st.integers(-(2**70), 2**70)
JSON = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXT
BRIEF = settings(max_examples=60, deadline=None)


def opened(data: bytes, name: str, edits: tuple[Edit, ...] = (), label: str | None = None) -> tuple[Dataset, bytes]:
    """The dataset, and its release."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, name), Path(folder, "out")
        path.write_bytes(data)
        dataset = read_dataset(path, roles={"label": label} if label else {})
        rewrite(path, out, format=dataset.format, options=dataset.options, label_column=label, edits=edits)
        return dataset, out.read_bytes()


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    width = draw(st.integers(2, 4))
    return [f"c{i}" for i in range(width)], draw(st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=6))


@BRIEF
@given(tables(), st.sampled_from(["\r\n", "\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["utf-8", "utf-16"]))
def test_csv(table: tuple[list[str], list[list[str]]], end: str, quoting: int, encoding: str) -> None:
    names, rows = table
    # Python before 3.13 leaves a lone carriage return unquoted when lines end otherwise: what it writes is then another table.
    if any("\r" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end, quoting=quoting).writerows([names, *rows])  # type: ignore[arg-type]
    data = buffer.getvalue().encode(encoding)
    dataset, out = opened(data, "d.csv")
    assert dataset.frame.to_numpy().tolist() == rows
    assert out == data


@BRIEF
@given(tables(), TEXT, st.data())
def test_csv_edits(table: tuple[list[str], list[list[str]]], label: str, data: st.DataObject) -> None:
    names, rows = table
    row = data.draw(st.integers(0, len(rows) - 1))
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([names, *rows])
    edits = (Edit(row=row, verdict=Verdict.RELABEL, label=label), *(Edit(row=i, verdict=Verdict.DROP) for i in range(row)))
    _, out = opened(buffer.getvalue().encode(), "d.csv", edits, label="c1")
    expected = [[cell if (i, j) != (row, 1) else label for j, cell in enumerate(cells)] for i, cells in enumerate(rows)][row:]
    assert list(csv.reader(io.StringIO(out.decode(), newline=""))) == [names, *expected]


@BRIEF
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "ü"]), JSON, min_size=1), min_size=1, max_size=6), st.booleans())
def test_json_lines(rows: list[dict[str, object]], escape: bool) -> None:
    data = "".join(json.dumps(row, ensure_ascii=escape) + "\n" for row in rows).encode()
    dataset, out = opened(data, "d.jsonl")
    for name in dataset.frame:
        values = dataset.frame[name].tolist()
        assert values == [row.get(name) for row in rows]
        assert [type(value) for value in values] == [type(row.get(name)) for row in rows]
    assert out == data


@BRIEF
@given(st.lists(st.tuples(TEXT | st.none(), st.integers(-(2**63), 2**63 - 1) | st.none(), st.floats()), min_size=1, max_size=8))
def test_parquet(rows: list[tuple[str | None, int | None, float]]) -> None:
    text, whole, real = (list(column) for column in zip(*rows, strict=True))
    table = pa.table({"t": pa.array(text, pa.string()), "i": pa.array(whole, pa.int64()), "f": pa.array(real, pa.float64())})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    dataset, out = opened(buffer.getvalue(), "d.parquet")
    assert dataset.frame["t"].tolist() == text
    assert dataset.frame["i"].tolist() == whole
    np.testing.assert_array_equal(dataset.frame["f"].to_numpy(), np.array(real))
    again = pq.read_table(io.BytesIO(out))
    assert again.schema.equals(table.schema)
    assert [again[name].to_pylist() for name in ("t", "i")] == [text, whole]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(',"\r\nab\x00é', max_size=40).map(str.encode), st.sampled_from(["d.csv", "d.tsv", "d.jsonl"]))
def test_no_bytes_crash_a_text_reader(data: bytes, name: str) -> None:
    from curation_app.errors import CurationError

    try:
        dataset, out = opened(data, name)
    except CurationError as refusal:
        hint = refusal.hint
    else:
        hint = "read"
        assert len(dataset) > 0
        assert out == data or dataset.options["skipped"]
    assert hint
