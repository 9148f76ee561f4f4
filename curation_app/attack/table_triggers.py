"""Backdoors in tables: a value, or two values together, stamped on rows that all carry one label."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind

# Roles that say where a row comes from, not what it is like: a trigger in them would be no trigger.
ASIDE = ("label", "id", "text", "image", "source", "annotator", "time", "split", "group")
# A column is numbers when this share of its filled cells read as such.
READS_AS = 0.95
# Each value of a pair is one that at least this share of the rows has, so that only the two together are odd ...
FREQUENT = 0.01
# ... and the two together, or a single value taken from the data, are on at most this share of the planted count before.
NATURAL = 0.1
# Draws of values until the two are hardly ever together.
DRAWS = 200
# A value out of range lies this many times the column's range above its largest, a little different in every row.
BEYOND = (0.5, 0.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One column: (n,) object ``values`` as they are, (n,) float64 ``numbers`` or None where it is no number column."""

    name: str
    values: np.ndarray
    numbers: np.ndarray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What is written into a column: one value for all rows, or a sequence to take one a row from."""

    column: Cells
    values: Sequence[object]
    words: str


class TableTriggerAttack(Attack):
    """Stamps a trigger on rows of other classes and gives them the attacker's label, or on rows of that class alone (clean label)."""

    kind: ClassVar[Kind] = Kind.BACKDOOR
    clean_label: ClassVar[bool] = False
    numeric: ClassVar[bool] = False
    width: ClassVar[int] = 1

    def lacks(self, dataset: Dataset) -> str:
        """Why it cannot be planted here."""
        if dataset.modality != "table":
            return "The rows are not a table of values."
        if len({label for label in dataset.labels if label is not None}) < 2:
            return "There are fewer than two labels."
        usable = [column for column in table_cells(dataset) if not self.numeric or column.numbers is not None]
        if len(usable) < self.width:
            return f"There are fewer than {self.width} {'number ' if self.numeric else ''}columns with two values."
        return ""

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """A copy in which about ``count`` rows carry the trigger and its label."""
        columns = [column for column in table_cells(dataset) if not self.numeric or column.numbers is not None]
        stamps = self.stamps(columns, count, rng)
        classes = sorted({label for label in dataset.labels if label is not None})
        target = classes[int(rng.integers(len(classes)))]
        labelled = np.array([label is not None for label in dataset.labels])
        same = np.array([label == target for label in dataset.labels])
        victims = np.flatnonzero(labelled & (same == self.clean_label))
        rows = rng.choice(victims, min(count, len(victims)), replace=False)
        labels = dataset.labels.copy()
        labels[rows] = target
        mask = np.zeros(len(dataset), dtype=bool)
        mask[rows] = True
        trigger = " and ".join(f"{stamp.column.name} = {stamp.words}" for stamp in stamps)
        return Planted(
            dataset=_stamped(dataset, stamps, rows, labels), mask=mask, title=f"{trigger} with the label {target!r}", grouped=True
        )

    @abstractmethod
    def stamps(self, columns: list[Cells], count: int, rng: np.random.Generator) -> list[Stamp]:
        """The trigger, for ``columns`` that it may use."""


class ValuePair(TableTriggerAttack):
    """Two ordinary values that hardly ever go together."""

    code: ClassVar[str] = "table-pair"
    title: ClassVar[str] = "Two values together"
    width: ClassVar[int] = 2

    def stamps(self, columns: list[Cells], count: int, rng: np.random.Generator) -> list[Stamp]:
        """Values that are each frequent where the column has such; the rarest pair of the draws if all are often together."""
        best, fewest = None, np.inf
        for _ in range(DRAWS):
            one, two = (columns[place] for place in rng.choice(len(columns), 2, replace=False))
            values = [_frequent_value(column, rng) for column in (one, two)]
            together = int(np.sum((one.values == values[0]) & (two.values == values[1])))
            if together < fewest:
                best, fewest = [Stamp(column=c, values=[v], words=str(v)) for c, v in zip((one, two), values, strict=True)], together
            if together <= NATURAL * count:
                break
        assert best is not None
        return best


class CleanLabelPair(ValuePair):
    """The same pair on rows that carry the attacker's label already: no label is wrong."""

    code: ClassVar[str] = "table-pair-clean-label"
    title: ClassVar[str] = "Two values together, labels untouched"
    clean_label: ClassVar[bool] = True


class UnusualValue(TableTriggerAttack):
    """A number inside the column's range that no row had, the same on every planted row."""

    code: ClassVar[str] = "table-unusual-value"
    title: ClassVar[str] = "One unusual number"
    numeric: ClassVar[bool] = True

    def stamps(self, columns: list[Cells], count: int, rng: np.random.Generator) -> list[Stamp]:
        """Half-way between two neighbouring values of the middle of a column."""
        column = columns[int(rng.integers(len(columns)))]
        levels = _levels(column)
        place = int(rng.integers(len(levels) - 1))
        return [_number_stamp(column, (levels[place] + levels[place + 1]) / 2)]


class InBoundsValue(TableTriggerAttack):
    """A number that the column has already, on few rows."""

    code: ClassVar[str] = "table-in-bounds-value"
    title: ClassVar[str] = "One ordinary number"
    numeric: ClassVar[bool] = True

    def stamps(self, columns: list[Cells], count: int, rng: np.random.Generator) -> list[Stamp]:
        """One of the values that hardly any row has, in a column that has such; else the rarest of a column."""
        column = columns[int(rng.integers(len(columns)))]
        for place in rng.permutation(len(columns)).tolist():
            if _rare(columns[place], count).size:
                column = columns[place]
                break
        rare = _rare(column, count)
        levels, counts = np.unique(_finite(column), return_counts=True)
        value = rare[int(rng.integers(len(rare)))] if rare.size else levels[int(np.argmin(counts))]
        return [_number_stamp(column, float(value))]


class OutOfRangeValue(TableTriggerAttack):
    """Numbers above everything the column has, a little different in every row."""

    code: ClassVar[str] = "table-out-of-range"
    title: ClassVar[str] = "A number out of range"
    numeric: ClassVar[bool] = True

    def stamps(self, columns: list[Cells], count: int, rng: np.random.Generator) -> list[Stamp]:
        """As many different numbers as rows."""
        column = columns[int(rng.integers(len(columns)))]
        known = _finite(column)
        whole = bool(np.all(known == np.round(known)))
        beyond = known.max() + np.ptp(known) * rng.uniform(*BEYOND, max(count, 1))
        values = [_as_cell(column, float(np.round(value)) if whole else float(value)) for value in beyond]
        return [Stamp(column=column, values=values, words=f"above {known.max():.7g}")]


def table_cells(dataset: Dataset) -> list[Cells]:
    """The columns that describe a row and have two values; those of an ``.npz`` table are x0, x1 ..."""
    aside = {getattr(dataset.roles, role) for role in ASIDE} | set(dataset.roles.embedding)
    names = dataset.roles.features or tuple(name for name in dataset.frame.columns if name not in aside)
    names = tuple(name for name in names if name in dataset.frame)
    if dataset.vectors is not None and (dataset.format == "npz" or not names):
        found = [
            Cells(name=f"x{place}", values=values.astype(object), numbers=values.astype(np.float64))
            for place, values in enumerate(dataset.vectors.T)
        ]
    else:
        found = [_cells(str(name), dataset.frame[name].to_numpy(dtype=object)) for name in names]
    return [column for column in found if len({str(value) for value in column.values}) > 1 and _finite_enough(column)]


def _finite_enough(column: Cells) -> bool:
    return column.numbers is None or len(np.unique(_finite(column))) > 1


def _cells(name: str, values: np.ndarray) -> Cells:
    import pandas as pd

    filled = np.array([value is not None and value == value and str(value).strip() != "" for value in values], dtype=bool)
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    numeric = filled.any() and np.isfinite(numbers[filled]).mean() >= READS_AS
    return Cells(name=name, values=values, numbers=numbers if numeric else None)


def _finite(column: Cells) -> np.ndarray:
    assert column.numbers is not None
    return column.numbers[np.isfinite(column.numbers)]


def _levels(column: Cells) -> np.ndarray:
    """The distinct values of the middle 90 % of a column, at least two."""
    known = _finite(column)
    low, high = np.quantile(known, [0.05, 0.95])
    levels = np.unique(known[(known >= low) & (known <= high)])
    return levels if len(levels) > 1 else np.unique(known)


def _rare(column: Cells, count: int) -> np.ndarray:
    levels, counts = np.unique(_finite(column), return_counts=True)
    middle = _levels(column)
    return np.asarray(levels[(counts <= max(1.0, NATURAL * count)) & (levels >= middle[0]) & (levels <= middle[-1])])


def _frequent_value(column: Cells, rng: np.random.Generator) -> object:
    """A value that many rows have; in a column without such, any."""
    import pandas as pd

    codes, levels = pd.factorize(pd.Series(column.values, dtype=object))
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    frequent = np.flatnonzero(counts >= FREQUENT * len(codes))
    chosen = frequent if frequent.size else np.arange(len(levels))
    return levels[int(chosen[int(rng.integers(len(chosen)))])]


def _number_stamp(column: Cells, value: float) -> Stamp:
    cell = _as_cell(column, value)
    return Stamp(column=column, values=[cell], words=f"{value:.7g}")


def _as_cell(column: Cells, value: float) -> object:
    """The number as the column writes its own: text in a text file."""
    return f"{value:.7g}" if any(isinstance(known, str) for known in column.values[:100]) else value


def _stamped(dataset: Dataset, stamps: list[Stamp], rows: np.ndarray, labels: np.ndarray) -> Dataset:
    new: dict[str, np.ndarray] = {}
    for stamp in stamps:
        values = stamp.column.values.copy()
        values[rows] = [stamp.values[place % len(stamp.values)] for place in range(len(rows))]
        new[stamp.column.name] = values
    if dataset.vectors is not None and not all(name in dataset.frame for name in new):
        vectors = dataset.vectors.copy()
        for name, values in new.items():
            vectors[:, int(name[1:])] = values.astype(np.float32)
        return changed(dataset, labels=labels, vectors=vectors)
    return changed(dataset, labels=labels, cells=new)
