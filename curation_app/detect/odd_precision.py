"""Numbers written finer than the rest of their column: what is computed, mixed or nudged has decimals that what is measured has not.

Whoever makes rows by blending others, adding noise or following a gradient leaves 4.8137 in a column of whole numbers unless each number is
rounded as the column is. A column of whole numbers that was standardised is written with many decimals, and still goes by steps. Honest
rows may be finer too: gaps that somebody filled, another unit, another source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.table_trigger_items import read_columns
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.precision import KEPT_BY, Fineness, Precision, usual_precision
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# A column usually written with so many decimals is as fine as anything: nothing in it can be told to be finer.
FINEST = 5
# A finer number that more rows than this hold (copies count once) is the column's own: a mean put in for what was missing, a third.
HELD_BY = 2
# One clean row in ten thousand, or the most extreme of so many rows, is no issue yet; two rows are no group.
ISSUE_AT, BEYOND_CHANCE, SMALLEST_GROUP = 4.0, 0.5, 3
# The least values that show what is usual.
FEWEST = 20
# A row is computed as a whole where so many of its numbers have no end, and half of those that tell. Otherwise a gap may have been filled,
# or one column be told in another unit: it is in doubt and no more.
WHOLE, HALF = 3, 0.5
# Columns named in a sentence; a group's are those that half as many of its rows are finer in as in the first, at most what a page shows.
SHOWN, SHARED, LISTED = 2, 0.5, 12


class OddPrecision(Detector):
    """Rows with numbers finer than their columns."""

    code: ClassVar[str] = "odd-precision"
    title: ClassVar[str] = "Finer than its columns"
    question: ClassVar[str] = "Are the numbers of this row finer than those of its columns elsewhere?"
    kind: ClassVar[Kind] = Kind.INJECTION
    family: ClassVar[str] = "precision"
    needs: ClassVar[tuple[str, ...]] = ("table",)
    source: ClassVar[str] = "Own; digits as traces of made-up numbers: Mosimann, Wiseman & Edelman (1995), Data fabrication"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        rows = len(representation)
        grids = _grids(dataset, representation.copies)
        surprise = _surprise(grids, rows)
        alarm = max(ISSUE_AT, float(np.log10(max(rows, 1))) + BEYOND_CHANCE)
        # Beyond it, for what is in doubt and no more ends there.
        group = np.flatnonzero(surprise > alarm)
        finer = [grid for grid in grids if grid.fineness.any()]
        finer_numbers = np.zeros(rows, dtype=np.int32)
        for grid in finer:
            finer_numbers += grid.fineness > Fineness.USUAL
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if group.size else Outcome.PASSED,
            reason=f"Rows with numbers finer than their columns: {group.size:,}." if group.size else _nothing(grids),
            reasons={row: _sentence(row, finer) for row in np.flatnonzero(surprise >= 1.0).tolist()},
            groups=(_group(group, surprise, finer, representation),) if group.size >= SMALLEST_GROUP else (),
            evidence={"finer_numbers": finer_numbers},
            rule=(
                f"Numbers with more decimals and more digits than {percent(KEPT_BY)} of their column, or between the steps it goes by, "
                f"held by no more than {HELD_BY} rows. How rare each number without end is in its column adds up, the choice of columns "
                f"paid for; of those that are finer in a regular way one counts. Where less than half of a row is finer, {ISSUE_AT:.0f} is "
                f"the most. An issue from surprise {alarm:.1f}."
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """A column with a usual ``precision``: its ``name``, (n,) ``numbers``, and their (n,) ``fineness``."""

    name: str
    numbers: np.ndarray
    precision: Precision
    fineness: np.ndarray

    def rarity(self, least: Fineness) -> float:
        """Decades by which numbers of this fineness, or finer ones, are rare among those that tell."""
        return float(-np.log10((np.sum(self.fineness >= least) + 1) / (self.precision.told + 1)))


def _grids(dataset: Dataset, copies: np.ndarray) -> list[_Grid]:
    """The number columns that have a usual precision."""
    columns = [(column.name, column.numbers) for column in read_columns(dataset) if column.numbers is not None]
    return [grid for name, numbers in columns if (grid := _grid(name, numbers, copies)) is not None]


def _grid(name: str, numbers: np.ndarray, copies: np.ndarray) -> _Grid | None:
    known = np.flatnonzero(np.isfinite(numbers))
    precision = usual_precision(numbers[known])
    if precision is None or precision.told < FEWEST or (precision.decimals or 0) >= FINEST:
        return None
    # A default is the column's own, also where all rows that hold it are copies of one.
    found = precision.fineness(numbers[known]) * precision.tells(numbers[known])
    odd = known[found > Fineness.USUAL]
    fineness = np.zeros(len(numbers), dtype=np.int8)
    if odd.size:
        _, value = np.unique(numbers[odd], return_inverse=True)
        held = np.bincount(np.unique(np.stack((value, copies[odd])), axis=1)[0])[value]
        fineness[odd] = np.where(held <= HELD_BY, found[found > Fineness.USUAL], Fineness.USUAL)
    return _Grid(name=name, numbers=numbers, precision=precision, fineness=fineness)


def _surprise(grids: list[_Grid], rows: int) -> np.ndarray:
    """(n,) decades: how rare the finer numbers of a row are in their columns, less the ways to choose so many of those that tell.

    Arithmetic gives every number of a row decimals without end. Those that are finer in a regular way have a common cause, such as a unit
    or an instrument, and are one piece of evidence however many they are.
    """
    total, regular, count, telling = np.zeros(rows), np.zeros(rows), np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    for grid in grids:
        endless = grid.fineness == Fineness.ENDLESS
        total += endless * grid.rarity(Fineness.ENDLESS)
        count += endless
        telling += grid.precision.tells(grid.numbers)
        regular = np.maximum(regular, (grid.fineness == Fineness.REGULAR) * grid.rarity(Fineness.REGULAR))
    whole = (count >= WHOLE) & (count >= HALF * telling)
    total, count = total + regular, count + (regular > 0)
    factorials = np.concatenate(([0.0], np.cumsum(np.log10(np.arange(1, len(grids) + 1)))))
    ways = factorials[telling] - factorials[count] - factorials[telling - count]
    surprise = np.maximum(total - ways, 0.0)
    return np.where(whole, surprise, np.minimum(surprise, ISSUE_AT))


def _group(rows: np.ndarray, surprise: np.ndarray, finer: list[_Grid], representation: Representation) -> Group:
    counts = np.array([int(np.sum(grid.fineness[rows] > Fineness.USUAL)) for grid in finer])
    named = [grid for grid, count in zip(finer, counts.tolist(), strict=True) if count >= SHARED * counts.max()][:LISTED]
    codes, carried = np.unique(representation.codes[rows], return_counts=True)
    names = ["" if code < 0 else representation.classes[code] for code in codes.tolist()]
    return Group(
        rows=tuple(rows.tolist()),
        title=f"{rows.size:,} rows hold numbers finer than their columns are elsewhere, as computed ones are.",
        surprise=float(np.median(surprise[rows])),
        evidence={
            "cells": {grid.name: _finer_than(grid.precision) for grid in named},
            "labels": dict(zip(names, carried.tolist(), strict=True)),
        },
    )


def _sentence(row: int, finer: list[_Grid]) -> str:
    mine = sorted((grid for grid in finer if grid.fineness[row]), key=lambda grid: -grid.fineness[row])
    shown = " and ".join(f"{clipped(grid.name)} is {grid.numbers[row]:.9g} ({_finer_than(grid.precision)})" for grid in mine[:SHOWN])
    more = len(mine) - SHOWN
    others = "" if more <= 0 else "; so is one more of its numbers" if more == 1 else f"; so are {more:,} more of its numbers"
    return f"Finer than its columns: {shown}{others}."


def _finer_than(precision: Precision) -> str:
    if precision.decimals is None:
        return f"between steps of {precision.step:.3g}"
    usual = "whole numbers" if precision.decimals == 0 else "one decimal" if precision.decimals == 1 else f"{precision.decimals} decimals"
    return f"finer than {usual}"


def _nothing(grids: list[_Grid]) -> str:
    return "No row has numbers finer than its columns." if grids else "No column of numbers has a usual precision."
