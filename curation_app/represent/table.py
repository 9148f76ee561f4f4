"""Tables of mixed types as numbers: every column on one scale, so that no column decides a distance by its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.represent.copies import SET_ASIDE
from curation_app.represent.numbers import number_features

if TYPE_CHECKING:
    import pandas as pd

# Text that stands for "not known".
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "-"})
# A column is numbers (or dates) when this share of its known values reads as such; the others then count as missing.
READS_AS = 0.95
# More levels than this are not compared one by one: the text itself is encoded, so that similar spellings are near.
MOST_LEVELS = 40
# A level seen on fewer rows than this is pooled with the other rare ones.
RARE_BELOW = 2
# A short text column in which this share of the values is distinct names its rows; it says nothing about them.
ID_LIKE = 0.9
# ... unless the values are sentences: this many words on average.
SENTENCE_WORDS = 4
# Numbers that stand for a column of free text; skrub's default of 30 would let one column outweigh a table.
TEXT_WIDTH = 16
# Two different levels lie at distance one, as two values one standard deviation apart do.
LEVEL_SCALE = np.float32(1 / np.sqrt(2))


@dataclass(frozen=True, slots=True)
class Block:
    """What one column became: (n, m) float32 features and the word that tells how; m = 0 when it was left out."""

    features: np.ndarray
    how: str


def table_features(dataset: Dataset, *, seed: int) -> tuple[np.ndarray, str]:
    """(n, d) float32 features of the columns that describe a row, and a sentence on how they were made.

    Label, id, source, annotator, time, split and group columns are never features; constant and id-like columns are left out and told.
    """
    names = _described_by(dataset)
    blocks = {name: _block(dataset.frame[name], seed) for name in names}
    parts = [block.features for block in blocks.values() if block.features.shape[1]]
    features = np.hstack(parts) if parts else np.zeros((len(dataset), 0), np.float32)
    return features.astype(np.float32), _told(blocks)


def _described_by(dataset: Dataset) -> list[str]:
    if dataset.roles.features:
        return [name for name in dataset.roles.features if name in dataset.frame]
    aside = {*(getattr(dataset.roles, role) for role in SET_ASIDE), *dataset.roles.annotators}
    return [name for name in dataset.frame.columns if name not in aside]


def _told(blocks: dict[str, Block]) -> str:
    by_how: dict[str, list[str]] = {}
    for name, block in blocks.items():
        by_how.setdefault(block.how, []).append(str(name))
    told = [f"{len(names)} {how}" for how, names in by_how.items() if not how.startswith("left out")]
    told += [f"{how}: {', '.join(names)}" for how, names in by_how.items() if how.startswith("left out")]
    return "; ".join(told) or "no usable column"


def _block(column: pd.Series, seed: int) -> Block:
    """The first reading that fits: numbers, dates, a name for the row, levels, text."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return _numbers(column.to_numpy(dtype=np.float64, na_value=np.nan))
    if pd.api.types.is_datetime64_any_dtype(column):
        return _numbers(_days(column), how="date columns")
    texts = column.astype(object).where(column.notna(), "").map(str).str.strip().astype(object)
    texts = texts.where(~texts.str.lower().isin(MISSING), "")
    known = (texts != "").to_numpy()
    if not known.any():
        return _left_out(len(texts), "empty")
    for read, how in _READINGS:
        values = read(texts)
        if np.isfinite(values[known]).mean() >= READS_AS:
            return _numbers(values, how=how)
    levels, counts = np.unique(texts[known].to_numpy(dtype=str), return_counts=True)
    words = float(texts[known].str.count(r"\s+").mean()) + 1
    if len(levels) > MOST_LEVELS and len(levels) >= ID_LIKE * known.sum() and words < SENTENCE_WORDS:
        return _left_out(len(texts), "names of rows")
    return _levels(texts, levels[counts >= RARE_BELOW]) if len(levels) <= MOST_LEVELS else _text(texts, seed)


def _left_out(rows: int, why: str) -> Block:
    return Block(np.zeros((rows, 0), np.float32), f"left out ({why})")


def _numbers(values: np.ndarray, *, how: str = "numeric columns") -> Block:
    if len(values) > MOST_LEVELS and np.all(np.diff(values) == 1):
        return _left_out(len(values), "row counters")
    features = number_features(values.astype(np.float32)[:, None])
    return Block(features, how) if features.shape[1] else _left_out(len(values), "constant")


def _levels(texts: pd.Series, common: np.ndarray) -> Block:
    """One column per level; the rare ones share one, and so do missing values."""
    given = texts.to_numpy(dtype=str)
    rare = (given != "") & ~np.isin(given, common)
    columns = [given == level for level in common] + [rare, given == ""]
    hits = np.stack([hit for hit in columns if hit.any()], axis=1).astype(np.float32)
    return Block(hits * LEVEL_SCALE, "categorical columns") if hits.shape[1] > 1 else _left_out(len(texts), "constant")


def _text(texts: pd.Series, seed: int) -> Block:
    """Character n-grams by skrub, scaled so that two random rows lie about as far apart as two levels."""
    from skrub import StringEncoder

    encoder = StringEncoder(n_components=TEXT_WIDTH, random_state=seed)
    coordinates = np.nan_to_num(np.asarray(encoder.fit_transform(texts.rename("text").astype("str")), dtype=np.float32))
    total = float(coordinates.var(axis=0, dtype=np.float64).sum())
    return Block(coordinates * np.float32(1 / np.sqrt(2 * total)), "text columns") if total > 0 else _left_out(len(texts), "constant")


def _as_numbers(texts: pd.Series) -> np.ndarray:
    import pandas as pd

    values: np.ndarray = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    return values


def _as_days(texts: pd.Series) -> np.ndarray:
    import pandas as pd

    if not texts.str.match(r"\d{4}-\d{2}-\d{2}").mean() > READS_AS / 2:
        return np.full(len(texts), np.nan)
    return _days(pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True))


def _days(times: pd.Series) -> np.ndarray:
    """(n,) float64 days since 1970, NaN where unknown."""
    import pandas as pd

    epoch = pd.Timestamp(0, tz="UTC") if times.dt.tz is not None else pd.Timestamp(0)
    days: np.ndarray = ((times - epoch) / pd.Timedelta(days=1)).to_numpy(dtype=np.float64)
    return days


_READINGS: tuple[tuple[Callable[[pd.Series], np.ndarray], str], ...] = ((_as_numbers, "numeric columns"), (_as_days, "date columns"))
