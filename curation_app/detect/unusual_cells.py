"""Which cells of a table row are unusual, in words: numbers far outside their column's range, values that hardly anyone has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curation_app.detect.wording import clipped
from curation_app.domain.dataset import Dataset

if TYPE_CHECKING:
    import pandas as pd

# Two cells explain a row; more is a list nobody reads.
SHOWN = 2
# Both measures are in decades of rarity: 2 means one row in a hundred has such a cell.
WORTH_NAMING = 2.0
# A column is a number column when at least this share of its filled cells are numbers.
NUMERIC_SHARE = 0.95
# Robust z-scores beyond this are all "far": one absurd cell must not overflow.
FARTHEST = 1e6


def unusual_cells(dataset: Dataset, rows: np.ndarray) -> dict[int, str]:
    """Row number -> its most unusual cells in words, for those of ``rows`` that have one. Empty for anything but a table."""
    if dataset.modality != "table" or rows.size == 0:
        return {}
    names = dataset.roles.features or _unclaimed(dataset)
    columns = [name for name in names if name in dataset.frame]
    if not columns:
        return {}
    rarity = np.stack([_rarity(dataset.frame[name], rows) for name in columns])
    order = np.argsort(-rarity, axis=0, kind="stable")[:SHOWN]
    cells: dict[int, str] = {}
    for position, row in enumerate(rows.tolist()):
        named = [columns[at] for at in order[:, position] if rarity[at, position] >= WORTH_NAMING]
        if named:
            values = (f"{clipped(name)} is {clipped(dataset.frame[name].iloc[row])}" for name in named)
            cells[row] = " and ".join(values) + ", which is rare"
    return cells


def _unclaimed(dataset: Dataset) -> tuple[str, ...]:
    """Columns without another role."""
    roles = dataset.roles
    taken = {roles.label, roles.id, roles.text, roles.image, roles.source, roles.annotator, roles.time, roles.split, roles.group}
    return tuple(name for name in dataset.frame.columns if name not in taken and name not in roles.embedding)


def _rarity(column: pd.Series, rows: np.ndarray) -> np.ndarray:
    """(len(rows),) decades of rarity of the cells, 0 for an empty one."""
    import pandas as pd

    filled = column.notna().to_numpy() & (column.astype(str).to_numpy(dtype=object) != "")
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if np.sum(np.isfinite(numbers)) >= NUMERIC_SHARE * max(np.sum(filled), 1):
        return _number_rarity(numbers, rows)
    codes, _ = pd.factorize(column)
    counts = np.bincount(codes[codes >= 0], minlength=1)
    mine = np.where(codes[rows] >= 0, counts[np.maximum(codes[rows], 0)], len(codes))
    # Where most values are unique (names, free text), a rare value says nothing.
    if np.sum(counts == 1) > 0.5 * max(np.sum(filled), 1):
        return np.zeros(len(rows))
    return np.where(filled[rows], -np.log10(mine / len(codes)), 0.0)


def _number_rarity(numbers: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Robust z as decades: z * z / (2 ln 10) is what a normal tail gives."""
    finite = numbers[np.isfinite(numbers)]
    if finite.size == 0:
        return np.zeros(len(rows))
    middle = np.median(finite)
    low, high = np.quantile(finite, [0.25, 0.75])
    # 1.349 standard deviations lie between the quartiles of a normal; a column that is mostly one value falls back to its deviation.
    scale = (high - low) / 1.349 or float(np.std(finite))
    if not scale > 0:
        return np.zeros(len(rows))
    z = np.abs(numbers[rows] - middle) / scale
    return np.nan_to_num(np.minimum(z, FARTHEST) ** 2 / (2.0 * np.log(10.0)), nan=0.0)
