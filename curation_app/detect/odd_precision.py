"""Numbers written finer than the rest of their column: what is computed, mixed or nudged has decimals that what is measured has not.

Whoever makes rows by blending others, adding noise or following a gradient leaves 4.8137 in a column of whole numbers unless each number is
rounded as the column is. A column of whole numbers that was standardised is written with many decimals, and still goes by steps.
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
from curation_app.domain.precision import KEPT_BY, Precision, usual_precision
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# A finer number that more rows than this hold (copies count once) is the column's own: a mean put in for what was missing, a third.
HELD_BY = 2
# One clean row in ten thousand, or the most extreme of so many rows, is no issue yet; two rows are no group.
ISSUE_AT, BEYOND_CHANCE, SMALLEST_GROUP = 4.0, 0.5, 3
# The least rows that show what is usual.
FEWEST = 20
# Columns named in a sentence; a group's are those that half as many of its rows are finer in as in the first.
SHOWN, SHARED = 2, 0.5


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
        group = np.flatnonzero(surprise >= alarm)
        finer = [grid for grid in grids if grid.finer.any()]
        finer_numbers = np.zeros(rows, dtype=np.int32)
        for grid in finer:
            finer_numbers += grid.finer
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if group.size else Outcome.PASSED,
            reason=f"Rows with numbers finer than their columns: {group.size:,}." if group.size else _nothing(grids),
            reasons={row: _sentence(row, finer) for row in np.flatnonzero(surprise >= 1.0).tolist()},
            groups=(_group(group, surprise, finer, representation),) if group.size >= SMALLEST_GROUP else (),
            evidence={"finer_numbers": finer_numbers},
            rule=(
                f"Numbers with more decimals and more digits than {percent(KEPT_BY)} of their column, or between the steps it goes by, "
                f"held by no more than {HELD_BY} rows; how rare each is in its column adds up, the choice of columns paid for; an issue "
                f"from surprise {alarm:.1f}."
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """A column with a usual ``precision``: its ``name``, (n,) ``numbers``, and (n,) bool which rows are ``finer``."""

    name: str
    numbers: np.ndarray
    precision: Precision
    finer: np.ndarray


def _grids(dataset: Dataset, copies: np.ndarray) -> list[_Grid]:
    """The number columns that have a usual precision."""
    columns = [(column.name, column.numbers) for column in read_columns(dataset) if column.numbers is not None]
    return [grid for name, numbers in columns if (grid := _grid(name, numbers, copies)) is not None]


def _grid(name: str, numbers: np.ndarray, copies: np.ndarray) -> _Grid | None:
    known = np.flatnonzero(np.isfinite(numbers))
    precision = usual_precision(numbers[known]) if known.size >= FEWEST else None
    if precision is None:
        return None
    odd = known[precision.finer(numbers[known])]
    _, value = np.unique(numbers[odd], return_inverse=True)
    held = np.unique(np.stack((value, copies[odd])), axis=1)[0]
    finer = np.zeros(len(numbers), dtype=bool)
    finer[odd[np.bincount(held)[value] <= HELD_BY] if odd.size else odd] = True
    return _Grid(name=name, numbers=numbers, precision=precision, finer=finer)


def _surprise(grids: list[_Grid], rows: int) -> np.ndarray:
    """(n,) decades: how rare each finer number is in its column, less the ways to choose so many of the columns."""
    total, count = np.zeros(rows), np.zeros(rows, dtype=np.int64)
    for grid in grids:
        total += grid.finer * -np.log10((grid.finer.sum() + 1) / (rows + 1))
        count += grid.finer
    factorials = np.concatenate(([0.0], np.cumsum(np.log10(np.arange(1, len(grids) + 1)))))
    ways = factorials[-1] - factorials[count] - factorials[len(grids) - count]
    return np.maximum(total - ways, 0.0)


def _group(rows: np.ndarray, surprise: np.ndarray, finer: list[_Grid], representation: Representation) -> Group:
    # A column that few of them are finer in is not what they share.
    most = max(int(grid.finer[rows].sum()) for grid in finer)
    named = [grid for grid in finer if grid.finer[rows].sum() >= SHARED * most]
    codes, counts = np.unique(representation.codes[rows], return_counts=True)
    names = ["" if code < 0 else representation.classes[code] for code in codes.tolist()]
    return Group(
        rows=tuple(rows.tolist()),
        title=f"{rows.size:,} rows hold numbers finer than their columns are elsewhere.",
        surprise=float(np.median(surprise[rows])),
        evidence={
            "cells": {grid.name: _finer_than(grid.precision) for grid in named},
            "labels": dict(zip(names, counts.tolist(), strict=True)),
        },
    )


def _sentence(row: int, finer: list[_Grid]) -> str:
    mine = [grid for grid in finer if grid.finer[row]]
    shown = " and ".join(f"{clipped(grid.name)} is {grid.numbers[row]:.7g} ({_finer_than(grid.precision)})" for grid in mine[:SHOWN])
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
