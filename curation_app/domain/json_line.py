"""Where the members of a JSON object stand in its line, so that one value can be changed and every other byte left alone."""

from __future__ import annotations

import json
from json.decoder import scanstring  # type: ignore[attr-defined]

_DECODER = json.JSONDecoder()
_SPACE = " \t\n\r"


def member_spans(line: str) -> dict[str, tuple[int, int]]:
    """Key -> (start, end) of the value's text, for the top level of an object known to be valid JSON."""
    spans: dict[str, tuple[int, int]] = {}
    at = _skip(line, line.index("{") + 1)
    while line[at] != "}":
        key, at = scanstring(line, at + 1, True)
        at = _skip(line, _skip(line, at) + 1)
        _, end = _DECODER.raw_decode(line, at)
        spans[key] = (at, end)
        at = _skip(line, end)
        if line[at] == ",":
            at = _skip(line, at + 1)
    return spans


def _skip(line: str, at: int) -> int:
    while line[at] in _SPACE:
        at += 1
    return at


def json_kind(value: object) -> str:
    """``null``, ``bool``, ``int``, ``float``, ``str`` or ``nested``: what a decoded JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, list | dict):
        return "nested"
    return type(value).__name__


def split_lines(data: bytes) -> list[bytes]:
    """The lines of a JSON Lines file, line ends kept: only LF ends a line, as a CR before it is white space to JSON."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
