"""Records and fields are found where RFC 4180 puts them, and broken quotes cost one record each."""

from __future__ import annotations

import csv
import io
import random

import numpy as np
import pytest

from curation_app.domain import delimited_scan
from curation_app.domain.delimited import Records, line_numbers, quoted_field
from curation_app.domain.delimited_scan import scan


def rows_of(records: Records) -> list[list[str]]:
    kept = np.flatnonzero(~records.blank & ~records.spoilt)
    return [[records.texts(column, np.array([i]))[0] for column in range(records.field_counts[i])] for i in kept]


@pytest.mark.parametrize("window", [1, 3, 64])
def test_agrees_with_the_standard_library_on_random_bytes(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_scan, "_WINDOW", window)
    monkeypatch.setattr(delimited_scan, "_WINDOW_AFTER_FAULT", window)
    draw = random.Random(window)
    compared = 0
    for _ in range(600):
        text = "".join(draw.choices('ab,"\n\r', k=draw.randint(0, 25)))
        records = scan(text.encode(), ",")
        if not records.spoilt.any():
            compared += 1
            assert rows_of(records) == [row for row in csv.reader(io.StringIO(text, newline="")) if row], text
    assert compared > 150


def test_spans_cover_the_bytes_without_gap_or_overlap() -> None:
    data = b'a,b\r\n"x\r\ny",2\r3,\n\n4,5'
    records = scan(data, ",")
    assert b"".join(data[a:b] for a, b in zip(records.starts, records.nexts, strict=True)) == data
    assert rows_of(records) == [["a", "b"], ["x\r\ny", "2"], ["3", ""], ["4", "5"]]
    assert list(records.blank) == [False, False, False, True, False]


def test_an_unclosed_quote_spoils_its_record_and_no_other() -> None:
    records = scan(b'a,b\n1,"x\n2,y\n3,z\n', ",")
    assert [(fault.kind, fault.record) for fault in records.faults] == [("unclosed", 1)]
    assert rows_of(records) == [["a", "b"], ["2", "y"], ["3", "z"]]


def test_text_after_a_closing_quote_spoils_its_record_and_no_other() -> None:
    records = scan(b'a,b\n1,"x" y\n2,"y"\n', ",")
    assert [(fault.kind, fault.record, fault.at) for fault in records.faults] == [("trailing", 1, 6)]
    assert rows_of(records) == [["a", "b"], ["2", "y"]]


def test_a_quote_inside_an_unquoted_field_is_text_and_is_reported() -> None:
    records = scan(b'a,b\n1,5" pipe\n2,"y"\n', ",")
    assert [(fault.kind, fault.record) for fault in records.faults] == [("stray", 1)]
    assert rows_of(records) == [["a", "b"], ["1", '5" pipe'], ["2", "y"]]


def test_quotes_inside_many_unquoted_fields_cost_nothing_else() -> None:
    records = scan(b'a"b,"c,\n""d"\n' * 20_000, ",")
    assert len(records) == 20_000
    assert not records.spoilt.any()
    assert rows_of(scan(b'a"b,"c,\n""d"\n' * 3, ",")) == [['a"b', 'c,\n"d']] * 3


def test_the_scan_gives_up_where_nearly_every_record_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_scan, "MOST_SPOILT", 20)
    records = scan(b'"a"b,c\n' * 100, ",")
    assert not records.complete
    assert scan(b'"a"b,c\n' * 20, ",").complete


@pytest.mark.parametrize(("data", "lines"), [(b"a\nb\nc", [1, 2, 3]), (b"a\r\nb\r\nc", [1, 2, 3]), (b"a\rb\rc", [1, 2, 3])])
def test_lines_are_counted_as_an_editor_does(data: bytes, lines: list[int]) -> None:
    assert list(line_numbers(data, np.array([data.index(mark) for mark in (b"a", b"b", b"c")]))) == lines


def test_a_field_is_quoted_only_where_it_must_be() -> None:
    assert quoted_field("plain", ",") == "plain"
    assert quoted_field('a,"b"', ",") == '"a,""b"""'
    assert quoted_field("a,b", "\t") == "a,b"
    assert quoted_field("plain", ",", always=True) == '"plain"'
