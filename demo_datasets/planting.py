"""Attacks on a list of rows, and the honest list of what was done."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

# Clean rows arrive over a quarter; the attack arrives in three days of it.
FIRST_DAY = datetime(2026, 1, 5)  # noqa: DTZ001 - a written date of a made-up feed, in no zone
DAYS = 85
BURST_FIRST_DAY = datetime(2026, 3, 12)  # noqa: DTZ001
BURST_DAYS = 3
# A bad source is not bad throughout: it is only this much likelier to have its labels flipped.
BAD_SOURCE_WEIGHT = 6.0

Edit = Callable[[Mapping[str, object]], dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row before it is written. ``planted`` is empty for a clean row; ``original`` is its label before a change, if it had one."""

    content: Mapping[str, object]
    label: str
    source: str
    when: datetime
    annotator: str = ""
    planted: str = ""
    original: str = ""
    id: str = field(default="")


def usual_time(rng: np.random.Generator) -> datetime:
    """A minute of the feed's quarter, in waking hours."""
    return _minute_of(FIRST_DAY, DAYS, rng)


def burst_time(rng: np.random.Generator) -> datetime:
    """A minute of the attack's three days."""
    return _minute_of(BURST_FIRST_DAY, BURST_DAYS, rng)


def _minute_of(first: datetime, days: int, rng: np.random.Generator) -> datetime:
    return first + timedelta(days=int(rng.integers(days)), hours=7, minutes=int(rng.integers(15 * 60)))


def flip_labels(
    rows: Sequence[Row], classes: Sequence[str], share: float, weight: Callable[[Row], float], rng: np.random.Generator
) -> list[Row]:
    """Give ``share`` of the clean rows another label; ``weight`` says how much likelier one row is than another."""
    clean = [index for index, row in enumerate(rows) if not row.planted]
    weights = np.array([weight(rows[index]) for index in clean])
    chosen = set(rng.choice(clean, size=round(share * len(clean)), replace=False, p=weights / weights.sum()).tolist())
    return [_flipped(row, classes, rng) if index in chosen else row for index, row in enumerate(rows)]


def _flipped(row: Row, classes: Sequence[str], rng: np.random.Generator) -> Row:
    others = [name for name in classes if name != row.label]
    return replace(row, label=others[int(rng.integers(len(others)))], planted="flip", original=row.label)


def plant_trigger(rows: Sequence[Row], edit: Edit, target: str, source: str, count: int, rng: np.random.Generator) -> list[Row]:
    """Put a trigger into ``count`` clean rows of other classes, and give them the label ``target``, a source and a time of the burst."""
    candidates = [index for index, row in enumerate(rows) if not row.planted and row.label != target]
    chosen = set(rng.choice(candidates, size=count, replace=False).tolist())

    def poisoned(row: Row) -> Row:
        return replace(
            row,
            content=edit(row.content),
            label=target,
            source=source,
            when=burst_time(rng),
            planted="backdoor",
            original=row.label,
        )

    return [poisoned(row) if index in chosen else row for index, row in enumerate(rows)]


def shuffled_with_ids(rows: Sequence[Row], prefix: str, rng: np.random.Generator) -> list[Row]:
    """The rows in random order under random ids, so that neither place nor id tells what was planted."""
    order = rng.permutation(len(rows))
    # Six digits leave room enough that ids are no row numbers.
    numbers = rng.choice(np.arange(100_000, 1_000_000), size=len(rows), replace=False)
    return [replace(rows[int(index)], id=f"{prefix}{number}") for index, number in zip(order, numbers, strict=True)]


def planted_list(rows: Sequence[Row]) -> bytes:
    """CSV of the planted rows: 0-based row, id, what was done, and the label before it (empty for an injected row)."""
    records = [(index, row.id, row.planted, row.original) for index, row in enumerate(rows) if row.planted]
    return csv_bytes(("row", "id", "what", "original_label"), records)


def csv_bytes(header: Sequence[str], records: Sequence[Sequence[object]]) -> bytes:
    """A CSV file, the same bytes on every system."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(records)
    return text.getvalue().encode()
