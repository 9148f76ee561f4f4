from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from curation_app.domain.fold import fold
from curation_app.release.log_files import COLUMNS, as_it_was, change_table, read_events, spreadsheet_safe, write_events
from tests.unit.release.released import release

CELLS = st.text(st.sampled_from("=+-@'\t\r\n ab\N{FULLWIDTH EQUALS SIGN}"), max_size=6)


@given(CELLS)
def test_no_cell_runs_and_every_cell_comes_back(cell: str) -> None:
    safe = spreadsheet_safe(cell)
    assert not safe.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert as_it_was(safe) == cell


def test_the_table_has_a_line_for_each_decision_in_force(tmp_path: Path) -> None:
    made = release(tmp_path)
    table = list(csv.reader(io.StringIO((made.folder / "changes.csv").read_text(), newline="")))
    assert tuple(table[0]) == COLUMNS
    assert [line[:6] for line in table[1:]] == [
        ["0", "0", "ham", "spam", "relabel", "wrong"],
        ["2", "2", "ham", "", "drop", "flood"],
        ["3", "3", "ham", "", "drop", "flood"],
        ["4", "4", "spam", "", "drop", "flood"],
        ["5", "5", "ham", "ham", "accept", ""],
        ["6", "6", "ham", "ham", "later", ""],
    ]
    assert {line[6] for line in table[1:]} == {"'=odd"}
    assert change_table(fold(made.events)) == (made.folder / "changes.csv").read_bytes()


def test_events_read_back_are_the_events(tmp_path: Path) -> None:
    made = release(tmp_path)
    assert read_events(made.folder / "changes.jsonl") == made.events
    write_events(tmp_path / "empty.jsonl", [])
    assert read_events(tmp_path / "empty.jsonl") == []
