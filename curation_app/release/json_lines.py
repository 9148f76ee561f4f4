"""JSON Lines by splicing: only the label's token changes, and keeps its JSON type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from curation_app.domain.encoding import Encoding
from curation_app.domain.json_line import json_kind, member_spans, split_lines
from curation_app.domain.render import from_text
from curation_app.release.plan import Plan, cannot_hold

_KINDS = {"bool": "true or false", "int": "whole numbers", "float": "numbers", "str": "text", "nested": "nested values"}


def rewrite_json_lines(original: Path, out: Path, options: Mapping[str, object], plan: Plan) -> None:
    """Write the lines that stay, byte for byte but for new labels."""
    encoding = Encoding.from_json(options)
    lines = split_lines(encoding.to_utf8(original.read_bytes()))
    skipped = set(cast("Sequence[int]", options["skipped"]))
    rows = [number for number, line in enumerate(lines) if number not in skipped and not line.isspace()]
    plan.check_rows(len(rows))
    dropped = skipped | {rows[row] for row in plan.drops}
    changed = _changed(lines, rows, plan, encoding)
    with out.open("wb") as file:
        file.write(encoding.mark)
        for number, line in enumerate(lines):
            if number not in dropped:
                file.write(encoding.from_utf8(changed.get(number, line)))


def _changed(lines: Sequence[bytes], rows: Sequence[int], plan: Plan, encoding: Encoding) -> dict[int, bytes]:
    """Line number -> the line with its new label."""
    changed: dict[int, bytes] = {}
    column = plan.label_column
    if not plan.labels or column is None:
        return changed
    others = _column_kinds(lines, rows, column)
    for row, label in plan.labels.items():
        line = lines[rows[row]].decode("utf-8")
        own = json_kind(json.loads(line).get(column))
        token = _token(row, label, column, own, others, escape=line.isascii())
        new = _spliced(line, column, token).encode("utf-8")
        try:
            encoding.from_utf8(new)
        except UnicodeError:
            new = _spliced(line, column, json.dumps(label)).encode("utf-8")
        changed[rows[row]] = new
    return changed


def _column_kinds(lines: Sequence[bytes], rows: Sequence[int], column: str) -> list[str]:
    """The JSON types of the column, narrowest first: what a label may be where its own row has another type, or none."""
    found = {json_kind(json.loads(lines[number]).get(column)) for number in rows}
    return [kind for kind in ("bool", "int", "float", "str") if kind in found] or ["str"]


def _token(row: int, label: str, column: str, own: str, others: Sequence[str], *, escape: bool) -> str:
    """The label as JSON of the row's own type, else of a type the column has elsewhere."""
    if label == "":
        return '""' if own == "str" else "null"
    if own == "nested":
        raise cannot_hold(row, label, column, _KINDS[own])
    for kind in _tried(own, others):
        try:
            value = from_text(label, kind)
        except ValueError:
            continue
        if kind == "float":
            return _number(label)
        try:
            label.encode("utf-8")
        except UnicodeEncodeError:
            break
        return json.dumps(value, ensure_ascii=escape)
    raise cannot_hold(row, label, column, " or ".join(_KINDS[kind] for kind in _tried(own, others)))


def _tried(own: str, others: Sequence[str]) -> Iterator[str]:
    if own in _KINDS:
        yield own
    yield from (kind for kind in others if kind != own)


def _number(label: str) -> str:
    """The label itself where it is a JSON fraction as written, so that 1.50 stays 1.50; 7 becomes 7.0, or it were no fraction."""
    try:
        return label if isinstance(json.loads(label), float) else json.dumps(float(label))
    except ValueError:
        return json.dumps(float(label))


def _spliced(line: str, column: str, token: str) -> str:
    """The line with the column's value replaced, or added as the last member where it has none."""
    spans = member_spans(line)
    if column in spans:
        start, end = spans[column]
        return line[:start] + token + line[end:]
    close = line.rindex("}")
    comma = ", " if spans else ""
    return f"{line[:close].rstrip()}{comma}{json.dumps(column, ensure_ascii=line.isascii())}: {token}{line[close:]}"
