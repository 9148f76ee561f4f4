"""When rows arrived: times as they are written become numbers, where they can be read as such."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime

import numpy as np

from curation_app.workspace.data import RunData
from curation_app.workspace.group_values import TimeSpan

# Bins of a small bar chart: enough to show a burst of a few days in a quarter.
BINS = 40
# A column whose values mostly cannot be read as times is none.
READABLE = 0.8


def seconds_of(data: RunData) -> np.ndarray | None:
    """(n,) float64 seconds since 1970, NaN where missing or unreadable; None without a readable time column."""
    column = data.role("time")
    if column is None:
        return None
    import pandas as pd

    values = data.rows[column].to_pandas()
    number = pd.to_numeric(values, errors="coerce")
    if number.notna().mean() >= READABLE * values.notna().mean() > 0:
        # Larger than any second of this era: milliseconds.
        found = number.to_numpy(dtype=np.float64)
        return found / 1000 if np.nanmedian(np.abs(found)) > 1e11 else found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas says that it guesses the format; that is what is wanted
        moments = pd.to_datetime(values, errors="coerce", utc=True, format="mixed")
    if not len(moments) or moments.notna().mean() < READABLE * max(values.notna().mean(), 1e-9):
        return None
    # Through datetime64, so that the unit pandas chose does not matter.
    stamps = moments.dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1000)


def span_of(data: RunData, rows: np.ndarray) -> TimeSpan | None:
    """The time of some rows beside everybody's; None when it cannot be told."""
    seconds = data.seconds
    if seconds is None or not np.isfinite(seconds[rows]).any():
        return None
    known = np.isfinite(seconds)
    edges = edges_of(seconds)
    whole = np.histogram(seconds[known], edges)[0].tolist()
    inside = np.histogram(seconds[rows][known[rows]], edges)[0].tolist()
    mine = seconds[rows]
    return TimeSpan(
        first=written(np.nanmin(mine)),
        last=written(np.nanmax(mine)),
        whole_first=written(np.nanmin(seconds)),
        whole_last=written(np.nanmax(seconds)),
        bars=tuple(zip(inside, whole, strict=True)),
    )


def edges_of(seconds: np.ndarray) -> np.ndarray:
    """(BINS + 1,) edges over all known times."""
    low, high = float(np.nanmin(seconds)), float(np.nanmax(seconds))
    return np.linspace(low, high if high > low else low + 1.0, BINS + 1)


def written(second: float) -> str:
    """A time as a date and, unless it is midnight, the minute; a number that is no date as it is."""
    try:
        moment = datetime.fromtimestamp(float(second), UTC)
    except (OverflowError, OSError, ValueError):
        return f"{second:g}"
    if moment.year < 1980:
        return f"{second:g}"
    return moment.strftime("%d %b %Y" if moment.hour == moment.minute == 0 else "%d %b %Y, %H:%M")
