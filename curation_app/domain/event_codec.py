"""An event as canonical bytes and back, and its leaf hash: what the log stores and a release carries.

References
----------
RFC 8785 (JSON Canonicalization Scheme); RFC 6962 section 2.1 (leaf hash).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace

import rfc8785

from curation_app.domain.decision import Event
from curation_app.errors import UsageError, VerificationError

ROW_PREFIX = "row:"
RUN_ITEM = "run"
FIELDS = ("seq", "kind", "item", "version", "action", "by", "at", "body")

# RFC 8785 section 3.2.2.3: larger integers are not exact as the doubles that JSON readers use.
_LARGEST_INTEGER = 2**53 - 1
# Where C's encoder writes the same bytes as RFC 8785: ASCII keys (sorted alike), and no number that needs an exponent or loses ".0".
_PLAIN_FLOAT = re.compile(r"-?[0-9]+\.[0-9]*[1-9]")
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def item_of(row: int) -> str:
    """``row:17``: the item that the events of a row share."""
    return f"{ROW_PREFIX}{row}"


def row_of(item: str) -> int | None:
    """The row that an item names, or None when it is the run."""
    return int(item[len(ROW_PREFIX) :]) if item.startswith(ROW_PREFIX) else None


def canonical(value: object) -> bytes:
    """RFC 8785 JSON of plain data.

    Raises
    ------
    UsageError
        NaN, an integer beyond 2**53, half a surrogate pair, or a type that JSON has not.
    """
    try:
        return _ENCODER.encode(value).encode() if _is_plain(value) else rfc8785.dumps(value)  # type: ignore[arg-type]
    except ValueError as error:
        raise UsageError(f"This cannot be written to the log: {error}.", hint="Use text, whole numbers and finite numbers only.") from error


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER  # type: ignore[operator]
    if kind is float:
        return _PLAIN_FLOAT.fullmatch(repr(value)) is not None
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_plain(item) for key, item in value.items())  # type: ignore[attr-defined]
    return kind in (list, tuple) and all(map(_is_plain, value))  # type: ignore[call-overload]


def encode_event(event: Event) -> bytes:
    """The bytes that are hashed and stored: every field except the leaf."""
    fields = {name: getattr(event, name) for name in FIELDS}
    return canonical(fields | {"body": dict(event.body)})


def leaf_hash(body: bytes) -> str:
    """SHA-256(0x00 || body), hex."""
    return hashlib.sha256(b"\x00" + body).hexdigest()


def sealed(event: Event) -> tuple[Event, bytes]:
    """The event with its leaf, and its canonical bytes."""
    body = encode_event(event)
    return replace(event, leaf=leaf_hash(body)), body


def decode_event(raw: bytes | str, leaf: str | None = None) -> Event:
    """Read an event back. The leaf is the one given, or the one in the text (a line of a released log).

    Raises
    ------
    VerificationError
        It is not an event: broken JSON, a missing or additional field, a field of another type.
    """
    try:
        data = json.loads(raw, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not JSON: {error}") from error
    return event_from(data, leaf)


def event_from(data: object, leaf: str | None = None) -> Event:
    """An event from plain data; see :func:`decode_event`."""
    if not isinstance(data, dict):
        raise VerificationError(f"expected an object, found {type(data).__name__}")
    given = dict(data)
    found_leaf = given.pop("leaf", "") if leaf is None else leaf
    if set(given) != set(FIELDS):
        raise VerificationError(f"expected the fields {', '.join(FIELDS)}, found {', '.join(map(repr, given))}")
    for name in FIELDS:
        expected: type = int if name in ("seq", "version") else Mapping if name == "body" else str
        if not isinstance(given[name], expected) or isinstance(given[name], bool):
            raise VerificationError(f"field {name}: expected {expected.__name__}, found {given[name]!r}")
    return Event(**given, leaf=str(found_leaf))


def encode_line(event: Event) -> bytes:
    """One line of a released log: the event and its leaf as canonical JSON, newline included."""
    return canonical({name: getattr(event, name) for name in FIELDS} | {"body": dict(event.body), "leaf": event.leaf}) + b"\n"


def _integer(digits: str) -> int | float:
    value = int(digits)
    return value if abs(value) <= _LARGEST_INTEGER else float(digits)
