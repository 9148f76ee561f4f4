"""Where rows come from: the sources, annotators and stretches of time that can be compared with one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.wording import moment
from curation_app.domain.dataset import Dataset

# A stretch of time holds this many rows, or a fiftieth of the data: a burst of a few hundred rows then fills at least one of them.
STRETCH_ROWS, STRETCHES = 50, 50
# A time column is one when this share of its values can be read.
READABLE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One way of telling where rows come from.

    Attributes
    ----------
    role
        ``source``, ``annotator`` or ``time``.
    names
        The origins, sorted; of a stretch of time "from to to".
    codes
        (n,) int32 position in ``names``, -1 where nothing is said.
    """

    role: str
    names: tuple[str, ...]
    codes: np.ndarray


def origins_of(dataset: Dataset) -> tuple[Origin, ...]:
    """Every way in which this data tells where its rows come from."""
    found = [_named(dataset, role) for role in ("source", "annotator")]
    times = times_of(dataset)
    if times is not None:
        found.append(_stretches(times, dataset.column("time")))
    return tuple(origin for origin in found if origin is not None)


def times_of(dataset: Dataset) -> np.ndarray | None:
    """(n,) float64 times that can be compared, NaN where unknown; None without a readable time column."""
    given = dataset.column("time")
    if given is None or not len(given):
        return None
    known = np.array([value is not None and value.strip() != "" for value in given])
    times = _numbers(given)
    if np.isfinite(times[known]).mean() < READABLE if known.any() else True:
        times = _dates(given)
    return times if known.any() and np.isfinite(times[known]).mean() >= READABLE else None


def _named(dataset: Dataset, role: str) -> Origin | None:
    given = dataset.column(role)
    if given is None:
        return None
    names = tuple(sorted({name for name in given.tolist() if name}))
    places = {name: place for place, name in enumerate(names)}
    return Origin(role=role, names=names, codes=np.array([places.get(name, -1) for name in given.tolist()], dtype=np.int32))


def _numbers(given: np.ndarray) -> np.ndarray:
    def read(value: str | None) -> float:
        try:
            return float(value) if value else np.nan
        except ValueError:
            return np.nan

    numbers = np.array([read(value) for value in given.tolist()], dtype=np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _dates(given: np.ndarray) -> np.ndarray:
    import pandas as pd

    dates = pd.to_datetime(pd.Series(given, dtype=object), errors="coerce", utc=True, format="ISO8601")
    seconds = (dates - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return seconds.to_numpy(dtype=np.float64)


def _stretches(times: np.ndarray, given: np.ndarray | None) -> Origin | None:
    """Stretches of about equally many rows; rows of one time are never parted."""
    known = np.flatnonzero(np.isfinite(times))
    size = max(STRETCH_ROWS, known.size // STRETCHES)
    if known.size < 2 * size or given is None:
        return None
    # The number of rows before a time is the same for all rows of that time, in whatever order they come.
    before = np.searchsorted(np.sort(times[known]), times[known], side="left")
    _, place = np.unique(before // size, return_inverse=True)
    codes = np.full(len(times), -1, dtype=np.int32)
    codes[known] = place
    names = tuple(_span(times[known][place == number], given[known][place == number]) for number in range(int(place.max()) + 1))
    return Origin(role="time", names=names, codes=codes)


def _span(times: np.ndarray, given: np.ndarray) -> str:
    """First and last time as they are written; of several spellings of one time the first by alphabet."""
    first, last = min(given[times == times.min()]), min(given[times == times.max()])
    return moment(first) if first == last else f"{moment(first)} to {moment(last)}"
