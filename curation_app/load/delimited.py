"""CSV and TSV: every value stays the text it is."""

from __future__ import annotations

import numpy as np

from curation_app.domain.dataset import Format
from curation_app.domain.delimited import Fault, Records, spans
from curation_app.domain.delimited_scan import scan
from curation_app.domain.encoding import Encoding
from curation_app.load.request import Content, Problems, Request
from curation_app.load.text_file import read_text

_SKIP = "Mend the line, or skip the bad rows (--skip-bad-rows): they are counted and written aside."
_FAULTS = {
    "unclosed": ("a closing quote", "a quoted field that never ends"),
    "trailing": ("a comma, tab or line end after the closing quote", "text after the closing quote of the field that begins on this line"),
}
# What separates fields in files called .csv; a comma in the header decides, then the first of these that is there.
_OTHER_DELIMITERS = ";\t|"
# A column whose first values repeat this often is held as shared strings: a tenth of the memory.
_SAMPLE, _SHARED_BELOW = 2_000, 0.5


def read_delimited(request: Request) -> Content:
    """Read a CSV or TSV file strictly. Unreadable records are problems, or skipped and written to the rejects file if asked for."""
    data, encoding = read_text(request)
    problems = request.problems
    delimiter = _delimiter(data, request)
    records = scan(data, delimiter)
    if not records.complete:
        problems.add("quotes", "a delimited table", "more than 10,000 records with broken quotes", hint="Is this the right format?")
        problems.stop_if_any()
    header = int(np.argmin(records.blank)) if not records.blank.all() else -1
    if header < 0:
        problems.add("empty", "a header line and rows", "only blank lines", hint="Choose a file with data in it.")
        problems.stop_if_any()
    names = _header(records, header, request)
    bad = _bad_records(records, header, len(names), request)
    kept = ~records.blank & ~bad
    kept[header] = False
    rows = np.flatnonzero(kept)
    if len(rows) * len(names) > request.limits.cells:
        problems.add("cells", f"at most {request.limits.cells:,} cells", f"{len(rows) * len(names):,}", hint="Split the file.")
    _check_cells(records, rows, names, request)
    problems.stop_if_any()
    if request.rejects is not None and bad.any():
        _write_rejects(request, records, encoding, header, bad)
    _remark_blank(records, header, problems)
    columns = {name: _column(records.texts(i, rows)) for i, name in enumerate(names)}
    return Content(
        format=_format(request),
        count=len(rows),
        columns=columns,
        lines=lambda row: int(records.lines(records.starts[rows[[row]]])[0]),
        options=encoding.as_json()
        | {"delimiter": delimiter, "quote": '"', "columns": names, "header": header, "skipped": np.flatnonzero(bad).tolist()},
    )


def _format(request: Request) -> Format:
    return "tsv" if request.path.suffix.lower() in (".tsv", ".tab") else "csv"


def _delimiter(data: bytes, request: Request) -> str:
    """Tab for TSV, comma for CSV; another one only where the header has no comma, and then it is said."""
    if _format(request) == "tsv":
        return "\t"
    head = data.lstrip(b"\r\n").split(b"\n", 1)[0]
    if b"," in head:
        return ","
    for other in _OTHER_DELIMITERS:
        if other.encode() in head:
            found = f"a header with {other!r} and no comma, read as the separator"
            request.problems.add("delimiter", "a comma between fields", found, fatal=False)
            return other
    return ","


def _header(records: Records, header: int, request: Request) -> list[str]:
    """Column names; repeated ones and too many of them are problems."""
    problems, count = request.problems, int(records.field_counts[header])
    line = int(records.lines(records.starts[[header]])[0])
    if records.spoilt[header]:
        problems.add("quotes", "a readable header", "a broken quote in it", line=line)
        problems.stop_if_any()
    if count > request.limits.columns:
        problems.add("columns", f"at most {request.limits.columns:,} columns", f"{count:,}", line=line)
        problems.stop_if_any()
    try:
        names = [records.texts(i, np.array([header]))[0] for i in range(count)]
    except UnicodeDecodeError:
        problems.stop_if_any()
        raise
    note_repeated_names(names, problems, line)
    return names


def note_repeated_names(names: list[str], problems: Problems, line: int | None = None) -> None:
    """A problem for each column name that occurs more than once."""
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            places = ", ".join(str(i + 1) for i, other in enumerate(names) if other == name)
            problems.add(
                "duplicate-column",
                "column names that differ",
                f"{name!r} as columns {places}",
                line=line,
                column=name,
                hint="Give each column its own name: a decision must say which one it means.",
            )


def _bad_records(records: Records, header: int, width: int, request: Request) -> np.ndarray:
    """(r,) bool: records with a broken quote or another number of fields than the header. Each is noted."""
    counts, spoilt = records.field_counts, records.spoilt
    ragged = ~records.blank & ~spoilt & (counts != width)
    ragged[header] = False
    bad = spoilt | ragged
    fatal = not request.skip_bad_rows
    places = sorted([(fault.at, fault) for fault in records.faults] + [(int(records.starts[i]), i) for i in np.flatnonzero(ragged)],
                    key=lambda place: place[0])  # fmt: skip
    lines = records.lines(np.array([at for at, _ in places], dtype=np.int64))
    for (_, what), line in zip(places, lines.tolist(), strict=True):
        if isinstance(what, Fault):
            _note_fault(what, line, request.problems, fatal)
        else:
            found = f"{counts[what]}" + ("" if fatal else "; the row is left out")
            request.problems.add("ragged", f"{width} field{'s' if width > 1 else ''}", found, hint=_SKIP, line=line, fatal=fatal)
    return bad


def _note_fault(fault: Fault, line: int, problems: Problems, fatal: bool) -> None:
    if fault.kind == "stray":
        expected, found = "quotes only around a whole field", "a quote inside an unquoted field, kept as it is"
        problems.add("stray-quote", expected, found, line=line, fatal=False)
        return
    expected, found = _FAULTS[fault.kind]
    problems.add("quotes", expected, found + ("" if fatal else "; the row is left out"), hint=_SKIP, line=line, fatal=fatal)


def _check_cells(records: Records, rows: np.ndarray, names: list[str], request: Request) -> None:
    """A problem for each cell above the limit."""
    most = request.limits.cell_bytes
    for column, name in enumerate(names if len(rows) else []):
        starts, ends = records.fields(column, rows)
        for i in np.flatnonzero(ends - starts > most).tolist():
            line = int(records.lines(starts[[i]])[0])
            found = f"{int(ends[i] - starts[i]):,} bytes"
            request.problems.add("cell-too-large", f"a cell of at most {most:,} bytes", found, line=line, row=i, column=name)


def _remark_blank(records: Records, header: int, problems: Problems) -> None:
    blank = np.flatnonzero(records.blank)
    inner = blank[(blank > header) & (blank < np.flatnonzero(~records.blank)[-1])]
    if len(inner):
        line = int(records.lines(records.starts[inner[:1]])[0])
        problems.add("blank-line", "a record on every line", f"{len(inner):,} blank line(s), not counted as rows", line=line, fatal=False)


def _write_rejects(request: Request, records: Records, encoding: Encoding, header: int, bad: np.ndarray) -> None:
    """The header and the unreadable records, byte for byte, so that they can be mended and read."""
    wanted = bad.copy()
    wanted[header] = True
    assert request.rejects is not None
    request.rejects.write_bytes(encoding.mark + b"".join(encoding.from_utf8(records.data[a:b]) for a, b in spans(wanted, records)))


def _column(values: list[str]) -> np.ndarray:
    """(n,) object array of the values; equal ones share one string where many are equal."""
    sample = values[:_SAMPLE]
    if len(set(sample)) < _SHARED_BELOW * len(sample):
        shared: dict[str, str] = {}
        values = [shared.setdefault(value, value) for value in values]
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
