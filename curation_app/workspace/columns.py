"""What is usual in a column: the range or the values that a card compares a cell with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curation_app.workspace.card_values import Cell

# A number outside the middle 99 % is unusual; the card names the middle 90 % as normal.
UNUSUAL_TAIL, NORMAL_TAIL = 0.5, 5.0
# A value carried by fewer than one row in a hundred is unusual, in a column of few enough values to compare.
RARE_SHARE, MOST_VALUES = 0.01, 50
# A column is numeric when nearly every filled cell reads as a number.
NUMERIC_SHARE = 0.95
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """``low`` to ``high`` bound the usual numbers, or ``common`` maps the usual values to their shares; both empty: nothing to compare."""

    normal: str = ""
    low: float | None = None
    high: float | None = None
    rare: frozenset[str] = frozenset()

    def cell(self, column: str, value: str | None) -> Cell:
        """One cell of the card."""
        shown = "" if value is None else value
        return Cell(column=column, value=shown, normal=self.normal, unusual=self._is_unusual(shown))

    def _is_unusual(self, value: str) -> bool:
        if self.low is None or self.high is None:
            return value in self.rare
        try:
            return not self.low <= float(value) <= self.high
        except ValueError:
            return bool(value.strip())


def usual(column: pa.ChunkedArray) -> Usual:
    """What is usual in a column of text."""
    filled = pc.drop_null(column)
    if len(filled) == 0:
        return Usual()
    numeric = pc.match_substring_regex(filled, NUMBER)
    if pc.mean(pc.cast(numeric, pa.float64())).as_py() >= NUMERIC_SHARE:
        return usual_number(pc.cast(pc.utf8_trim_whitespace(pc.filter(filled, numeric)), pa.float64()).to_numpy())
    return _usual_value(filled)


def usual_number(numbers: np.ndarray) -> Usual:
    """What is usual among numbers."""
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) == 0:
        return Usual()
    tails = (UNUSUAL_TAIL, NORMAL_TAIL, 100 - NORMAL_TAIL, 100 - UNUSUAL_TAIL)
    low, normal_low, normal_high, high = np.percentile(numbers, tails)
    return Usual(normal=f"{normal_low:,.4g} to {normal_high:,.4g}", low=float(low), high=float(high))


def _usual_value(filled: pa.ChunkedArray) -> Usual:
    counts = pc.value_counts(filled).to_pylist()
    if len(counts) > MOST_VALUES:
        return Usual()
    counts.sort(key=lambda entry: (-entry["counts"], entry["values"]))
    named = ", ".join(f"{entry['values']} {entry['counts'] / len(filled):.0%}" for entry in counts[:3])
    rare = frozenset(entry["values"] for entry in counts if entry["counts"] < RARE_SHARE * len(filled))
    return Usual(normal=named, rare=rare)
