"""Each way in which a table can lie, and what the reader says about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation_app.domain.problem import Problem
from curation_app.errors import InputError, UsageError
from curation_app.load import Limits, read_dataset


def refused(path: Path, data: bytes, **options: object) -> list[Problem]:
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_dataset(path, **options)  # type: ignore[arg-type]
    assert caught.value.hint
    return list(caught.value.problems)  # type: ignore[arg-type]


def found(problems: list[Problem]) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.line) for problem in problems]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "data.csv"


def test_one_field_too_many_in_every_row_is_refused_with_the_lines(csv: Path) -> None:
    problems = refused(csv, b"text,label\n1,hello,spam\n2,world,ham\n")
    assert found(problems) == [("ragged", 2), ("ragged", 3)]
    assert (problems[0].expected, problems[0].found) == ("2 fields", "3")


def test_all_problems_are_reported_at_once(csv: Path) -> None:
    data = b'id,text,label\n1,a,b,c\n2,"open,x\n3,"x"y,z\n4,caf\xe9,k\n'
    assert found(refused(csv, data)) == [("encoding", 5), ("ragged", 2), ("quotes", 3), ("quotes", 4)]


def test_the_list_of_problems_ends_at_a_hundred_and_counts_the_rest(csv: Path) -> None:
    problems = refused(csv, b"a,b\n" + b"1\n" * 250)
    assert len(problems) == 101
    assert "150" in problems[-1].found


def test_bad_rows_are_skipped_counted_and_written_aside(csv: Path, tmp_path: Path) -> None:
    csv.write_bytes(b'id,label\r\n1,a\r\n2,b,c\r\n3,"d\r\n4,e\r\n')
    dataset = read_dataset(csv, skip_bad_rows=True, rejects=tmp_path / "rejects.csv")
    assert list(dataset.ids) == ["1", "4"]
    assert [problem.line for problem in dataset.remarks] == [3, 4]
    assert dataset.options["skipped"] == [2, 3]
    assert (tmp_path / "rejects.csv").read_bytes() == b'id,label\r\n2,b,c\r\n3,"d\r\n'


def test_column_names_that_repeat_are_refused_by_name(csv: Path) -> None:
    problems = refused(csv, b"a,b,a\n1,2,3\n")
    assert [(problem.code, problem.column) for problem in problems] == [("duplicate-column", "a")]


def test_ids_that_repeat_are_refused_or_numbered_on_request(csv: Path) -> None:
    assert found(refused(csv, b"id,label\n1,a\n2,b\n1,c\n1#2,d\n")) == [("duplicate-id", 4)]
    dataset = read_dataset(csv, number_duplicate_ids=True)
    assert list(dataset.ids) == ["1", "2", "1#3", "1#2"]
    assert [problem.code for problem in dataset.remarks] == ["numbered-ids"]
    assert list(read_dataset(csv, roles={"id": None}).ids) == ["0", "1", "2", "3"]


def test_hints_name_the_option_of_the_command_line_in_brackets(csv: Path) -> None:
    hints = [
        refused(csv, data)[0].hint
        for data in (b"id,label\n1,a\n1,b\n", b"id,label\n,a\n", b"a,b\n1\n", b'a,b\n"1,2\n', "a,b\n\xe9,2\n".encode("latin-1"))
    ]
    bad = "Mend the line, or skip the bad rows (--skip-bad-rows): they are counted and written aside."
    assert hints == [
        "Number the repeated ids (--number-duplicate-ids), or choose another id column (--id COL).",
        "Choose another id column (--id COL), or fill the empty cells.",
        bad,
        bad,
        "Choose the file's encoding, for example latin-1 or cp1252 (--encoding latin-1).",
    ]


def test_an_empty_id_is_refused(csv: Path) -> None:
    assert found(refused(csv, b"id,label\n,a\n2,b\n")) == [("id-missing", 2)]


def test_ids_keep_every_digit(csv: Path) -> None:
    csv.write_bytes(b"id,label\n007,1\n1e5,1.0\n9007199254740993, 1\n")
    dataset = read_dataset(csv)
    assert list(dataset.ids) == ["007", "1e5", "9007199254740993"]
    assert list(dataset.labels) == ["1", "1.0", " 1"]
    assert all(isinstance(value, str) for column in dataset.frame for value in dataset.frame[column])


def test_only_an_empty_label_is_missing(csv: Path) -> None:
    csv.write_bytes(b'x,label\n1,NA\n2,\n3,""\n4,nan\n5,null\n')
    assert list(read_dataset(csv).labels) == ["NA", None, None, "nan", "null"]


def test_latin_1_is_refused_with_the_option_that_helps(csv: Path) -> None:
    problems = refused(csv, "text,label\ncafé,a\nok,b\nthé,c\n".encode("latin-1"))
    assert found(problems) == [("encoding", 2), ("encoding", 4)]
    assert "--encoding" in problems[0].hint
    assert list(read_dataset(csv, encoding="latin-1").frame["text"]) == ["café", "ok", "thé"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(csv: Path, encoding: str) -> None:
    csv.write_bytes("text,label\nü,a\n".encode(encoding))
    dataset = read_dataset(csv)
    assert list(dataset.frame.columns) == ["text", "label"]
    assert dataset.frame["text"][0] == "ü"


def test_an_unknown_encoding_is_a_usage_error(csv: Path) -> None:
    csv.write_bytes(b"a\n1\n")
    for name in ("nope", "base64", "idna"):
        with pytest.raises(UsageError):
            read_dataset(csv, encoding=name)


def test_characters_that_nobody_sees_are_kept_and_counted(csv: Path) -> None:
    rows = ["plain", "a\0b", "a\u200bb\u200b", "\u202eevil", "tag\U000e0041", "naïve ❤\ufe0f\t"]
    csv.write_bytes(("text\n" + "\n".join(rows) + "\n").encode())
    dataset = read_dataset(csv)
    assert list(dataset.frame["text"]) == rows
    assert list(dataset.hidden_characters) == [0, 1, 2, 1, 1, 0]


def test_a_cell_above_the_limit_is_refused(csv: Path) -> None:
    problems = refused(csv, b"a,b\n1,2\n1," + b"x" * 50 + b"\n", limits=Limits(cell_bytes=49))
    assert [(problem.code, problem.line, problem.column) for problem in problems] == [("cell-too-large", 3, "b")]


def test_too_many_columns_or_cells_are_refused(csv: Path) -> None:
    assert refused(csv, b"a,b,c\n1,2,3\n", limits=Limits(columns=2))[0].code == "columns"
    assert refused(csv, b"a,b,c\n1,2,3\n", limits=Limits(cells=2))[0].code == "cells"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a,b\n", b"\xef\xbb\xbf"])
def test_nothing_to_read_is_said_plainly(csv: Path, data: bytes) -> None:
    assert refused(csv, data)[0].code == "empty"


@pytest.mark.parametrize("rows", [1, 2])
def test_one_and_two_rows_load(csv: Path, rows: int) -> None:
    csv.write_bytes(b"x,label\n" + b"1,a\n" * rows)
    assert len(read_dataset(csv)) == rows


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.pt", "model.pth", "model.pickle"])
def test_pickles_are_refused_unopened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04.")
    with pytest.raises(InputError, match="pickle"):
        read_dataset(tmp_path / name)


def test_a_semicolon_is_taken_only_without_commas_and_is_said(csv: Path) -> None:
    csv.write_bytes(b"x;label\n1;a\n")
    dataset = read_dataset(csv)
    assert list(dataset.frame.columns) == ["x", "label"]
    assert [problem.code for problem in dataset.remarks] == ["delimiter"]


def test_an_image_path_that_leads_elsewhere_is_refused(tmp_path: Path, csv: Path) -> None:
    (tmp_path / "link.png").symlink_to("/etc/hostname")
    names = ["../x.png", "/etc/passwd", "http://h/x.png", "C:\\x.png", "link.png", "a/../x.png", "", "\\\\host\\x.png", "absent.png"]
    problems = refused(csv, ("image,label\n" + "".join(f"{name},a\n" for name in names)).encode())
    assert [problem.code for problem in problems] == ["image-path"] * 8 + ["image-missing"]
