"""JSON Lines: one object a line, every number and string exactly as written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np

from curation_app.domain.encoding import Encoding
from curation_app.domain.json_line import json_kind, member_spans, split_lines
from curation_app.domain.render import as_text
from curation_app.load.request import Content, Request
from curation_app.load.text_file import read_text

_SKIP = "Mend the line, or skip the bad rows (--skip-bad-rows): they are counted and written aside."
_SURROGATE = re.compile("[\ud800-\udfff]")


class _RepeatedKey(ValueError):
    """One object with two members of one name: libraries silently keep the last."""


def read_json_lines(request: Request) -> Content:
    """Read a JSON Lines file strictly. A line with a lone surrogate is set aside and reported; other bad lines are problems."""
    data, encoding = read_text(request)
    request.problems.stop_if_any()
    lines = split_lines(data)
    objects, kept, skipped = _parse(lines, request)
    names = list(dict.fromkeys(name for item in objects for name in item))
    if len(names) > request.limits.columns:
        request.problems.add("columns", f"at most {request.limits.columns:,} columns", f"{len(names):,}")
    if len(names) * len(objects) > request.limits.cells:
        request.problems.add("cells", f"at most {request.limits.cells:,} cells", f"{len(names) * len(objects):,}", hint="Split the file.")
    request.problems.stop_if_any()
    if request.rejects is not None and skipped:
        request.rejects.write_bytes(encoding.mark + b"".join(encoding.from_utf8(lines[i]) for i in skipped))
    numbers = np.array(kept, dtype=np.int64)
    return Content(
        format="jsonl",
        count=len(objects),
        columns={name: _column([item.get(name) for item in objects]) for name in names},
        texts=_exact_texts(lines, objects, kept),
        lines=lambda row: int(numbers[row]) + 1,
        options=_options(encoding, names, skipped),
    )


def _options(encoding: Encoding, names: list[str], skipped: list[int]) -> dict[str, object]:
    """``skipped`` counts lines from 0, blank ones included."""
    return encoding.as_json() | {"columns": names, "skipped": skipped}


def _parse(lines: list[bytes], request: Request) -> tuple[list[dict[str, object]], list[int], list[int]]:
    """(objects, their line numbers from 0, numbers of the lines left out)."""
    objects: list[dict[str, object]] = []
    kept: list[int] = []
    skipped: list[int] = []
    blank = 0
    for number, raw in enumerate(lines):
        if raw.isspace():
            blank += 1
            continue
        line = raw.decode("utf-8")
        item, fault = _object(line)
        if item is None:
            fatal = not request.skip_bad_rows
            request.problems.add("json", "one JSON object", fault + ("" if fatal else "; the row is left out"),
                                 hint=_hint(line, number), line=number + 1, fatal=fatal)  # fmt: skip
            skipped.append(number)
        elif "\\u" in line and _has_surrogate(item):
            found = "half of a surrogate pair; the row is left out"
            request.problems.add("surrogate", "text that can be stored", found, line=number + 1, fatal=False)
            skipped.append(number)
        else:
            if len(raw) > request.limits.cell_bytes:
                _check_cells(item, number, request)
            objects.append(_flat(item, line))
            kept.append(number)
    if blank:
        request.problems.add("blank-line", "an object on every line", f"{blank:,} blank line(s), not counted as rows", fatal=False)
    return objects, kept, skipped


def _hint(line: str, number: int) -> str:
    if number == 0 and line.lstrip().startswith("["):
        return "This looks like one JSON array: write its objects one to a line."
    return _SKIP


def _object(line: str) -> tuple[dict[str, object] | None, str]:
    """(the line's object, ""), or (None, what is wrong with it)."""
    try:
        item = json.loads(line, object_pairs_hook=_unique)
    except _RepeatedKey as error:
        return None, f"the key {error.args[0]!r} twice"
    except RecursionError:
        return None, "too many levels of nesting"
    except json.JSONDecodeError as error:
        return None, f"{error.msg} at character {error.pos + 1}"
    except ValueError as error:
        return None, str(error)  # a whole number of more than 4,300 digits
    return (item, "") if isinstance(item, dict) else (None, f"a bare {json_kind(item)} value")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    item = dict(pairs)
    if len(item) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKey(next(key for key in keys if keys.count(key) > 1))
    return item


def _has_surrogate(value: object) -> bool:
    if isinstance(value, str):
        return _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(_has_surrogate(key) or _has_surrogate(item) for key, item in value.items())
    return isinstance(value, list) and any(_has_surrogate(item) for item in value)


def _check_cells(item: dict[str, object], number: int, request: Request) -> None:
    most = request.limits.cell_bytes
    for name, value in item.items():
        size = len(value.encode("utf-8")) if isinstance(value, str) else len(json.dumps(value)) if json_kind(value) == "nested" else 0
        if size > most:
            request.problems.add("cell-too-large", f"a cell of at most {most:,} bytes", f"{size:,} bytes", line=number + 1, column=name)


def _flat(item: dict[str, object], line: str) -> dict[str, object]:
    """The object with nested values as their own JSON text."""
    nested = [name for name, value in item.items() if isinstance(value, list | dict)]
    if nested:
        spans = member_spans(line)
        item.update({name: line[slice(*spans[name])] for name in nested})
    return item


def _column(values: list[object]) -> np.ndarray:
    """(n,) values of one kind in a typed array, where that changes none of them; an object array otherwise."""
    kinds = {json_kind(value) for value in values}
    if kinds == {"bool"}:
        return np.array(values, dtype=bool)
    if kinds == {"float"}:
        return np.array(values, dtype=np.float64)
    if kinds == {"int"} and all(-(2**63) <= value < 2**63 for value in values):  # type: ignore[operator]
        return np.array(values, dtype=np.int64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _exact_texts(lines: list[bytes], objects: list[dict[str, object]], kept: list[int]) -> Callable[[str], list[str | None]]:
    """Values of a column as the file writes them: the token itself for a float, which has many spellings."""

    def text(name: str, item: dict[str, object], number: int) -> str | None:
        value = item.get(name)
        if not isinstance(value, float) or value != value:
            return as_text(value)
        line = lines[number].decode("utf-8")
        return line[slice(*member_spans(line)[name])]

    return lambda name: [text(name, item, number) for item, number in zip(objects, kept, strict=True)]
