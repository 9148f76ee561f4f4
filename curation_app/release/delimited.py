"""CSV and TSV by splicing bytes: only the label fields of relabelled records are written anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from curation_app.domain.delimited import QUOTE, Records, quoted_field, spans
from curation_app.domain.delimited_scan import scan
from curation_app.domain.encoding import Encoding
from curation_app.errors import UsageError
from curation_app.release.plan import Plan, cannot_hold


def rewrite_delimited(original: Path, out: Path, options: Mapping[str, object], plan: Plan) -> None:
    """Write the records that stay, byte for byte but for new labels."""
    encoding, delimiter = Encoding.from_json(options), str(options["delimiter"])
    records = scan(encoding.to_utf8(original.read_bytes()), delimiter)
    data = ~records.blank
    data[cast("Sequence[int]", options["skipped"])] = False
    kept = data | records.blank
    data[cast("int", options["header"])] = False
    rows = np.flatnonzero(data)
    plan.check_rows(len(rows))
    kept[rows[sorted(plan.drops)]] = False
    columns = cast("Sequence[str]", options["columns"])
    changes = _changes(records, rows, columns, delimiter, encoding, plan)
    with out.open("wb") as file:
        file.write(encoding.mark)
        for piece in _pieces(records, kept, changes):
            file.write(encoding.from_utf8(piece))


def _changes(
    records: Records, rows: np.ndarray, columns: Sequence[str], delimiter: str, encoding: Encoding, plan: Plan
) -> list[tuple[int, int, bytes]]:
    """(start, end, new bytes) of each label field that changes, in file order."""
    if not plan.labels or plan.label_column is None:
        return []
    if plan.label_column not in columns:
        raise UsageError(f"There is no column {plan.label_column!r}.", hint=f"The columns are: {', '.join(columns)}.")
    edited = sorted(plan.labels)
    starts, ends = records.fields(columns.index(plan.label_column), rows[edited])
    changes = []
    for row, start, end in zip(edited, starts.tolist(), ends.tolist(), strict=True):
        label = plan.labels[row]
        quoted = records.data[start : start + 1] == bytes([QUOTE])
        # A lone empty field would leave a blank line, which no reader counts as a record.
        field = quoted_field(label, delimiter, always=quoted or (not label and len(columns) == 1))
        try:
            piece = field.encode("utf-8")
            encoding.from_utf8(piece)
        except UnicodeError:
            raise cannot_hold(row, label, plan.label_column, f"text in {encoding.name}") from None
        changes.append((start, end, piece))
    return changes


def _pieces(records: Records, kept: np.ndarray, changes: Sequence[tuple[int, int, bytes]]) -> Iterator[bytes]:
    """The kept ranges with the changes spliced in; ranges and changes both ascend."""
    waiting = iter(changes)
    change = next(waiting, None)
    for at, stop in spans(kept, records):
        while change is not None and change[0] < stop:
            yield records.data[at : change[0]]
            yield change[2]
            at, change = change[1], next(waiting, None)
        yield records.data[at:stop]
