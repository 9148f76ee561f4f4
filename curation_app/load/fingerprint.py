"""What a file and each of its rows are recognised by."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np


def file_fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def row_fingerprints(columns: Mapping[str, np.ndarray], rows: int, extra: Callable[[int], bytes] | None = None) -> np.ndarray:
    """(rows,) ``S32``: SHA-256 of the column names and the row's values, as JSON, and of ``extra(row)`` behind them.

    Values that JSON lacks are written with their type's name, so that the number 7 and the text "7" differ, and a date is no text.
    """
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_tagged).encode
    base = hashlib.sha256(encode(list(columns)).encode("utf-8"))
    cells = zip(*(column.tolist() for column in columns.values()), strict=True) if columns else ((),) * rows
    # S32 strips trailing zero bytes on the way out but stores all 32: comparing and hashing stay exact.
    found = bytearray()
    for row, values in enumerate(cells):
        digest = base.copy()
        digest.update(encode(values).encode("utf-8"))
        if extra is not None:
            digest.update(extra(row))
        found += digest.digest()
    return np.frombuffer(bytes(found), dtype="S32")


def _tagged(value: object) -> object:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, datetime.date | datetime.time):
        return {type(value).__name__: value.isoformat()}
    return {type(value).__name__: str(value)}
