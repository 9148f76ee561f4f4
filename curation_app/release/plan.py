"""What a release changes, by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curation_app.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rows to drop, and new labels by row; no row is in both."""

    drops: frozenset[int]
    labels: Mapping[int, str]
    label_column: str | None

    def check_rows(self, rows: int) -> None:
        """Raise UsageError if an edit names a row that is not among ``rows``."""
        outside = sorted(row for row in (*self.drops, *self.labels) if not 0 <= row < rows)
        if outside:
            raise UsageError(
                f"Row {outside[0]} does not exist: the data has {rows:,} rows.", hint="Were these decisions made on another file?"
            )

    def kept(self, rows: int) -> np.ndarray:
        """(rows,) bool: rows that stay."""
        kept = np.ones(rows, dtype=bool)
        kept[sorted(self.drops)] = False
        return kept


def cannot_hold(row: int, label: str, column: str, why: str) -> UsageError:
    """The refusal of a label that a column cannot hold."""
    return UsageError(f"Row {row} cannot be labelled {label!r}: the column {column!r} holds {why}.", hint="Choose a label of that kind.")
