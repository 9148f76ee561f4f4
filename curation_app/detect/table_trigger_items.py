"""The items of a table that a trigger can be made of: values that come again, ranges of numbers, tails, missing cells."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from curation_app.detect.wording import clipped
from curation_app.domain.dataset import Dataset

if TYPE_CHECKING:
    import pandas as pd

# Text that stands for "not known".
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "-"})
# A column is numbers when this share of its known values reads as such; the others then count as missing.
READS_AS = 0.95
# Fewer rows than this prove nothing: five coin flips agree once in sixteen.
FEWEST = 5
# Eight ranges keep the shape of a column and leave enough rows in each; a column with fewer values than this needs none.
RANGES = 8
# A tail is cut off at a gap among the outermost share of the rows, if nothing in the middle of the column is as wide; at two gaps, for the
# data may have values apart by nature (capital gains of 99,999) and a trigger beyond them.
TAIL, CUTS = 0.10, 2
# Roles that say where a row comes from, not what it is like.
ASIDE = ("label", "id", "source", "annotator", "time", "split", "group", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing a cell can be: ``words`` as in "hours = 51.5", and ``cell`` as shown beside the column ("51.5", "3 to 7")."""

    column: str
    words: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column read: (n,) float64 ``numbers`` (NaN = missing) or (n,) object ``texts`` ("" = missing)."""

    name: str
    numbers: np.ndarray | None
    texts: np.ndarray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTable:
    """Which row has which item.

    Attributes
    ----------
    rows, items
        (e,) int64: row and item number of every membership, sorted by item, then row.
    starts
        (I + 1,) where each item's memberships begin.
    column
        (I,) number of the column an item is of.
    exact
        (I,) bool: a single value (or missing), not a range.
    described
        The items in words.
    """

    rows: np.ndarray
    items: np.ndarray
    starts: np.ndarray
    column: np.ndarray
    exact: np.ndarray
    described: tuple[Item, ...]

    def __len__(self) -> int:
        return len(self.described)

    def rows_of(self, item: int) -> np.ndarray:
        """Rows that have an item, rising."""
        return self.rows[self.starts[item] : self.starts[item + 1]]

    def restricted(self, kept: np.ndarray) -> ItemTable:
        """The same items on the ``kept`` rows ((m,) rising row numbers) alone, which are numbered anew."""
        place = np.full(int(max(self.rows.max(initial=-1), kept.max(initial=-1))) + 1, -1)
        place[kept] = np.arange(len(kept))
        held = place[self.rows] >= 0
        sizes = np.bincount(self.items[held], minlength=len(self))
        return ItemTable(
            rows=place[self.rows[held]],
            items=self.items[held],
            starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            column=self.column,
            exact=self.exact,
            described=self.described,
        )

    def rows_of_all(self, items: tuple[int, ...]) -> np.ndarray:
        """Rows that have every one of ``items``, rising."""
        common = self.rows_of(items[0])
        for item in items[1:]:
            common = np.intersect1d(common, self.rows_of(item), assume_unique=True)
        return common


def read_columns(dataset: Dataset) -> list[Column]:
    """The columns that describe a row, parsed. Label, ids and provenance are left out; an ``.npz`` table has columns x0, x1 ..."""
    named = dataset.roles.features or _unclaimed(dataset)
    names = [name for name in named if name in dataset.frame]
    if dataset.vectors is not None and (dataset.format == "npz" or not names):
        return [_numbers(f"x{place}", values) for place, values in enumerate(dataset.vectors.T.astype(np.float64))]
    return [_column(dataset.frame[name], str(name)) for name in names]


def items_of(columns: list[Column], counted: np.ndarray) -> ItemTable:
    """Every item that at least five of the ``counted`` rows ((n,) bool) have and not all of them."""
    found: list[tuple[int, bool, Item, np.ndarray]] = []
    for place, column in enumerate(columns):
        reader = _number_items if column.numbers is not None else _text_items
        for exact, item, rows in reader(column, counted):
            if FEWEST <= int(counted[rows].sum()) < int(counted.sum()):
                found.append((place, exact, item, rows))
    sizes = np.array([len(rows) for *_, rows in found], dtype=np.int64)
    return ItemTable(
        rows=np.concatenate([rows for *_, rows in found]) if found else np.zeros(0, np.int64),
        items=np.repeat(np.arange(len(found)), sizes),
        starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        column=np.array([place for place, *_ in found], dtype=np.int64),
        exact=np.array([exact for _, exact, *_ in found], dtype=bool),
        described=tuple(item for _, _, item, _ in found),
    )


def _unclaimed(dataset: Dataset) -> tuple[str, ...]:
    taken = {getattr(dataset.roles, role) for role in ASIDE} | set(dataset.roles.embedding)
    return tuple(name for name in dataset.frame.columns if name not in taken)


def _column(values: pd.Series, name: str) -> Column:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return _numbers(name, values.to_numpy(dtype=np.float64, na_value=np.nan))
    # Few values are distinct: each is parsed once.
    codes, levels = pd.factorize(values.astype(object))
    written = [str(level).strip() for level in levels]
    texts = np.array(["" if text.lower() in MISSING else text for text in written] + [""], dtype=object)
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    known = texts[codes] != ""
    if known.any() and np.isfinite(numbers[codes][known]).mean() >= READS_AS:
        return _numbers(name, numbers[codes])
    return Column(name=name, numbers=None, texts=texts[codes])


def _numbers(name: str, values: np.ndarray) -> Column:
    # Adding zero turns -0.0 into 0.0, which reads as the same value.
    return Column(name=name, numbers=np.where(np.isfinite(values), values, np.nan) + 0.0, texts=None)


def _text_items(column: Column, counted: np.ndarray) -> list[tuple[bool, Item, np.ndarray]]:
    import pandas as pd

    assert column.texts is not None
    codes, levels = pd.factorize(column.texts)
    order = sorted(range(len(levels)), key=lambda place: str(levels[place]))
    by_level = _rows_by_code(codes, len(levels), counted)
    return [(True, _value_item(column.name, str(levels[at])), by_level[at]) for at in order if at in by_level]


def _number_items(column: Column, counted: np.ndarray) -> list[tuple[bool, Item, np.ndarray]]:
    assert column.numbers is not None
    values = column.numbers
    known = np.isfinite(values)
    levels, inverse = np.unique(values[known], return_inverse=True)
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[known] = inverse
    items = [
        (True, _value_item(column.name, number_words(levels[code])), rows)
        for code, rows in sorted(_rows_by_code(codes, len(levels), counted).items())
    ]
    if not known.all():
        items.append((True, _value_item(column.name, ""), np.flatnonzero(~known)))
    if len(levels) > RANGES:
        items += _ranges(column, values, known & counted)
        items += _tails(column, values, np.sort(values[known & counted]))
    return items


def _rows_by_code(codes: np.ndarray, n_codes: int, counted: np.ndarray) -> dict[int, np.ndarray]:
    """Rows of each code that at least FEWEST counted rows have."""
    often = np.bincount(codes[(codes >= 0) & counted], minlength=n_codes) >= FEWEST
    rows = np.flatnonzero((codes >= 0) & often[np.maximum(codes, 0)]) if n_codes else np.zeros(0, np.int64)
    order = rows[np.argsort(codes[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return {int(codes[part[0]]): part for part in np.split(order, starts[1:]) if part.size}


def _ranges(column: Column, values: np.ndarray, known: np.ndarray) -> list[tuple[bool, Item, np.ndarray]]:
    """Equal-count ranges; a value that fills several of them is an item of its own already."""
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, RANGES + 1), method="higher")) if known.any() else np.zeros(0)
    items = []
    for place, (low, high) in enumerate(itertools.pairwise(edges)):
        last = place == len(edges) - 2
        rows = np.flatnonzero((values >= low) & ((values <= high) if last else (values < high)))
        cell = f"{number_words(low)} to {number_words(high)}" if last else f"{number_words(low)} to below {number_words(high)}"
        items.append((False, Item(column=column.name, words=f"{clipped(column.name)} from {cell}", cell=cell), rows))
    return items


def _tails(column: Column, values: np.ndarray, ordered: np.ndarray) -> list[tuple[bool, Item, np.ndarray]]:
    """What lies beyond the widest gaps at either end of the column: values out of range that need not be equal."""
    width = int(TAIL * len(ordered))
    if width < FEWEST:
        return []
    gaps = np.diff(ordered)
    middle = gaps[width:-width].max() if len(gaps) > 2 * width else 0.0
    items = []
    for below in _widest(gaps[:width], middle):
        bound = number_words(ordered[below])
        item = Item(column=column.name, words=f"{clipped(column.name)} at most {bound}", cell=f"at most {bound}")
        items.append((False, item, np.flatnonzero(values <= ordered[below])))
    for outer in _widest(gaps[::-1][:width], middle):
        above = len(gaps) - 1 - outer
        bound = number_words(ordered[above + 1])
        item = Item(column=column.name, words=f"{clipped(column.name)} at least {bound}", cell=f"at least {bound}")
        items.append((False, item, np.flatnonzero(values >= ordered[above + 1])))
    return items


def _widest(gaps: np.ndarray, middle: float) -> list[int]:
    """Places of the widest gaps, of those that are wider than any in the middle of the column."""
    widest = np.argsort(-gaps, kind="stable")[:CUTS]
    return [int(place) for place in widest if gaps[place] > middle]


def _value_item(name: str, value: str) -> Item:
    shown = clipped(value)
    return Item(column=name, words=f"{clipped(name)} = {shown}" if value else f"{clipped(name)} missing", cell=shown or "missing")


def number_words(value: float) -> str:
    """A number as short as it can be told from its neighbours in float32 or in a file.

    Examples
    --------
    >>> number_words(51.5), number_words(40.0), number_words(0.30000001192092896)
    ('51.5', '40', '0.3')
    """
    return f"{value:.7g}" if abs(value) < 1e6 or value != int(value) else str(int(value))
