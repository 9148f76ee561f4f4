"""How a value of any type is written as the text of a label or an id, and read back."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal


def as_text(value: object) -> str | None:
    """The value as text: 7 is "7", 7.0 is "7.0", true is "true". None for what is missing: None, NaN, NaT, the empty text."""
    if value is None or value != value:  # only NaN and NaT differ from themselves
        return None
    if isinstance(value, str):
        return value or None
    if hasattr(value, "item"):
        value = value.item()  # NumPy 2 writes its scalars with their type
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8") or None
        except UnicodeDecodeError:
            return value.hex()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def from_text(text: str, kind: str) -> bool | int | float | str:
    """The value of type ``kind`` (bool, int, float or str) that :func:`as_text` writes so. Raises ValueError where there is none."""
    if kind == "bool":
        if text not in ("true", "false"):
            raise ValueError(f"{text!r} is neither true nor false")
        return text == "true"
    if kind == "int":
        # int() also takes " 7", "1_000" and digits of other scripts: not what the file would hold.
        if not text.removeprefix("-").isdecimal() or not text.isascii():
            raise ValueError(f"{text!r} is not a whole number")
        return int(text)
    if kind == "float":
        value = float(text)
        if not math.isfinite(value) or "_" in text or text != text.strip():
            raise ValueError(f"{text!r} is not a number")
        return value
    return text
