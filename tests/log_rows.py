"""Rows for tests of the log."""

from __future__ import annotations

import hashlib

from curation_app.review import RowFacts


def seen(row: int, version: int = 0, given: str | None = "ham") -> RowFacts:
    """A row as it stood on the screen at that version."""
    print_of_row = hashlib.sha256(str(row).encode()).hexdigest()
    return RowFacts(row=row, id=f"id-{row}", fingerprint=print_of_row, given=given, evidence="looks odd", version=version)
