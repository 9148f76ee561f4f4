"""What can be counted in new and in trusted rows alike: words, cell values, pairs of them, patches of pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from curation_app.detect.content import content_columns
from curation_app.detect.wording import clipped
from curation_app.domain.dataset import Dataset

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# An item of fewer rows could not be told from chance against a baseline of the same size.
FEWEST = 4
# Only the first letters of very long texts are read.
LONGEST = 5_000
# Words, and runs of other signs, among them characters that show nothing.
_TOKEN = re.compile(r"\w+|[^\w\s]+")
# Pairs of values are counted while rows x columns x columns stays below this: some seconds, some hundred megabytes.
MOST_PAIR_WORK = 30_000_000
# Places of a picture that are looked at, times pictures: 160 MB of codes.
MOST_PLACES = 20_000_000
# A patch is three by three pixels of three levels: enough to tell a trigger's corner, few enough to repeat exactly.
SIDE, LEVELS = 3, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Items of one sort.

    Attributes
    ----------
    now, then
        (i,) rows that carry each item, among the new rows and among the trusted ones.
    share
        (i,) share of all rows counted that are new: the chance that a carrier is a new row when nothing has changed.
    rows_of
        Item -> the new rows that carry it, rising.
    told
        Item -> its name in words ("the word 'cf'") and its evidence.
    """

    now: np.ndarray
    then: np.ndarray
    share: np.ndarray
    rows_of: Callable[[int], np.ndarray]
    told: Callable[[int], tuple[str, dict[str, object]]]


def items_of(mine: Dataset, codes: np.ndarray, classes: Sequence[str], theirs: Dataset, their_codes: np.ndarray) -> list[Items]:
    """All sorts of items that these rows have; ``codes`` are positions in ``classes`` of both sides' labels, -1 where there is none."""
    if mine.images is not None and theirs.images is not None:
        return [_patches(mine.images, theirs.images)]
    if mine.column("text") is not None and theirs.column("text") is not None:
        new, old, told = _words(_texts(mine), _texts(theirs))
        return [_counted(new, old, told), _with_label(new, old, codes, their_codes, classes, told)]
    if mine.modality != "table":
        return []
    values = _values(mine, theirs)
    if values is None:
        return []
    new, old, told, width = values
    found = [_counted(new, old, told), _with_label(new, old, codes, their_codes, classes, told)]
    if (new.shape[0] + old.shape[0]) * width * width <= MOST_PAIR_WORK:
        found.append(_pairs(new, old, told))
    return found


def _texts(dataset: Dataset) -> list[str]:
    texts = dataset.column("text")
    return [(text or "")[:LONGEST].lower() for text in texts] if texts is not None else []


def _words(mine: list[str], theirs: list[str]) -> tuple[csr_matrix, csr_matrix, Callable[[int], tuple[str, dict[str, object]]]]:
    """Words and pairs of neighbouring words, that at least FEWEST new rows have."""
    vocabulary: dict[str, int] = {}
    new, old = (
        _incidence([_grams(text) for text in mine], vocabulary),
        _incidence([_grams(text) for text in theirs], vocabulary, grow=False),
    )
    kept = np.flatnonzero(np.asarray(new.sum(axis=0)).ravel() >= FEWEST)
    names = list(vocabulary)

    def told(item: int) -> tuple[str, dict[str, object]]:
        token = names[kept[item]]
        shown = clipped(token) if token.isprintable() and token.strip() else " ".join(f"U+{ord(letter):04X}" for letter in token[:4])
        trigger = f"the words '{shown}'" if " " in token else f"'{shown}'"
        return trigger, {"trigger": trigger, "tokens": [token]}

    return new[:, kept], old[:, kept], told


def _grams(text: str) -> set[str]:
    tokens = _TOKEN.findall(text)
    return {*tokens, *(f"{one} {two}" for one, two in pairwise(tokens))}


def _incidence(sets: Sequence[set[str]], numbers: dict[Any, int], *, grow: bool = True) -> csr_matrix:
    """(rows, items) 0/1 float32; unknown items get a number of their own, or are left out."""
    from scipy.sparse import csr_matrix

    places: list[int] = []
    ends = [0]
    for items in sets:
        if grow:
            places.extend(numbers.setdefault(item, len(numbers)) for item in sorted(items))
        else:
            places.extend(numbers[item] for item in items if item in numbers)
        ends.append(len(places))
    shape = len(sets), max(len(numbers), 1)
    return csr_matrix((np.ones(len(places), np.float32), np.array(places, np.int64), np.array(ends, np.int64)), shape=shape)


def _values(mine: Dataset, theirs: Dataset) -> tuple[csr_matrix, csr_matrix, Callable[[int], tuple[str, dict[str, object]]], int] | None:
    """Every value of every column that at least FEWEST new rows have; numbers count as they are written."""
    from scipy.sparse import csr_matrix, hstack

    columns = columns_of(mine, theirs)
    names: list[tuple[str, str]] = []
    new_parts: list[csr_matrix] = []
    old_parts: list[csr_matrix] = []
    for name, (new_values, old_values) in columns.items():
        levels, inverse, counts = np.unique(new_values, return_inverse=True, return_counts=True)
        kept = np.flatnonzero(counts >= FEWEST)
        number = np.full(len(levels), -1, np.int64)
        number[kept] = np.arange(len(kept))
        place = np.minimum(np.searchsorted(levels, old_values), len(levels) - 1)
        known = np.where(levels[place] == old_values, number[place], -1)
        for part, codes in ((new_parts, number[inverse]), (old_parts, known)):
            rows = np.flatnonzero(codes >= 0)
            part.append(csr_matrix((np.ones(len(rows), np.float32), (rows, codes[rows])), shape=(len(codes), len(kept))))
        names += [(name, str(level)) for level in levels[kept]]
    if not names:
        return None

    def told(item: int) -> tuple[str, dict[str, object]]:
        name, value = names[item]
        trigger = f"{clipped(name)} = {clipped(value) or 'nothing'}"
        return trigger, {"trigger": trigger, "cells": {name: value}}

    return hstack(new_parts).tocsr(), hstack(old_parts).tocsr(), told, len(columns)


def columns_of(mine: Dataset, theirs: Dataset) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Column -> its values as text, new and trusted; plain arrays of numbers have numbered columns."""
    names = [name for name in content_columns(mine) if name in theirs.frame]
    if names:
        return {str(name): (_as_text(mine.frame[name]), _as_text(theirs.frame[name])) for name in names}
    if mine.vectors is None or theirs.vectors is None:
        return {}
    return {
        f"column {place}": (mine.vectors[:, place].astype(str), theirs.vectors[:, place].astype(str))
        for place in range(mine.vectors.shape[1])
    }


def _as_text(column: Any) -> np.ndarray:
    return np.array(["" if value is None or value != value else str(value) for value in column.to_numpy(dtype=object)], dtype=str)


def _counted(new: csr_matrix, old: csr_matrix, told: Callable[[int], tuple[str, dict[str, object]]]) -> Items:
    columns = new.tocsc()
    now, then = (np.asarray(matrix.sum(axis=0)).ravel() for matrix in (new, old))
    share = np.full(len(now), new.shape[0] / max(new.shape[0] + old.shape[0], 1))
    return Items(now=now, then=then, share=share, rows_of=lambda item: _carriers(columns, item), told=told)


def _carriers(columns: Any, item: int) -> np.ndarray:
    return np.sort(columns.indices[columns.indptr[item] : columns.indptr[item + 1]]).astype(np.int64)


def _with_label(
    new: csr_matrix,
    old: csr_matrix,
    codes: np.ndarray,
    their_codes: np.ndarray,
    classes: Sequence[str],
    told: Callable[[int], tuple[str, dict[str, object]]],
) -> Items:
    """Each item together with each label, counted against the label's own numbers, so that a shift of labels alone is no novelty."""
    from scipy.sparse import csr_matrix

    def one_hot(given: np.ndarray) -> csr_matrix:
        rows = np.flatnonzero(given >= 0)
        return csr_matrix((np.ones(len(rows), np.float32), (given[rows], rows)), shape=(len(classes), len(given)))

    together, columns = (one_hot(codes) @ new).tocoo(), new.tocsc()
    frequent = together.data >= FEWEST
    label, item, now = together.row[frequent], together.col[frequent], together.data[frequent]
    then = np.asarray((one_hot(their_codes) @ old).tocsr()[label, item]).ravel() if len(label) else np.zeros(0)
    of_label = [np.bincount(given[given >= 0], minlength=max(len(classes), 1)) for given in (codes, their_codes)]
    # A label that the baseline lacks would make every word of its rows new: that is told as a shift of labels.
    known = of_label[1][label] > 0
    label, item, now, then = label[known], item[known], now[known], then[known]
    share = of_label[0][label] / np.maximum(of_label[0][label] + of_label[1][label], 1)

    def rows_of(pair: int) -> np.ndarray:
        carriers = _carriers(columns, int(item[pair]))
        return carriers[codes[carriers] == label[pair]]

    def told_with(pair: int) -> tuple[str, dict[str, object]]:
        words, evidence = told(int(item[pair]))
        return f"{words} with the label {clipped(classes[label[pair]])}", evidence | {"label": classes[label[pair]]}

    return Items(now=now, then=then, share=share, rows_of=rows_of, told=told_with)


def _pairs(new: csr_matrix, old: csr_matrix, told: Callable[[int], tuple[str, dict[str, object]]]) -> Items:
    """Two values in one row: a trigger whose parts are all well known."""
    from scipy.sparse import triu

    together, columns = triu(new.T @ new, k=1).tocoo(), new.tocsc()
    frequent = together.data >= FEWEST
    one, two, now = together.row[frequent], together.col[frequent], together.data[frequent]
    then = np.asarray((old.T @ old).tocsr()[one, two]).ravel() if len(one) else np.zeros(0)
    share = np.full(len(now), new.shape[0] / max(new.shape[0] + old.shape[0], 1))

    def rows_of(pair: int) -> np.ndarray:
        return np.intersect1d(_carriers(columns, int(one[pair])), _carriers(columns, int(two[pair])))

    def told_both(pair: int) -> tuple[str, dict[str, object]]:
        (first, these), (second, those) = told(int(one[pair])), told(int(two[pair]))
        cells = dict(these["cells"]) | dict(those["cells"])  # type: ignore[call-overload]
        return f"{first} and {second}", {"trigger": f"{first} and {second}", "cells": cells}

    return Items(now=now, then=then, share=share, rows_of=rows_of, told=told_both)


def _patches(mine: np.ndarray, theirs: np.ndarray) -> Items:
    """Three by three pixels at one place, in three levels of grey; even patches are background and say nothing."""
    codes, places = _patch_codes(mine, len(mine) + len(theirs))
    theirs_codes, _ = _patch_codes(theirs, len(mine) + len(theirs))
    found: list[tuple[int, int, int, int]] = []
    for place in range(codes.shape[1]):
        values, counts = np.unique(codes[:, place], return_counts=True)
        often = (counts >= FEWEST) & (values >= 0)
        before = np.bincount(theirs_codes[:, place][theirs_codes[:, place] >= 0], minlength=LEVELS ** (SIDE * SIDE))
        found += [(place, int(value), int(count), int(before[value])) for value, count in zip(values[often], counts[often], strict=True)]
    table = np.array(found, dtype=np.int64).reshape(-1, 4)

    def rows_of(item: int) -> np.ndarray:
        return np.flatnonzero(codes[:, table[item, 0]] == table[item, 1])

    def told(item: int) -> tuple[str, dict[str, object]]:
        top, left = places[table[item, 0]]
        trigger = f"one and the same patch at row {top}, column {left}"
        return trigger, {"trigger": trigger, "box": [int(top), int(left), SIDE, SIDE]}

    share = np.full(len(table), len(mine) / max(len(mine) + len(theirs), 1))
    return Items(now=table[:, 2], then=table[:, 3], share=share, rows_of=rows_of, told=told)


def _patch_codes(images: np.ndarray, together: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """(n, places) int16 code of the patch at each place, -1 where it is even, and the places' upper left corners."""
    height, width = (max(side - SIDE + 1, 0) for side in images.shape[1:3])
    step = max(1, int(np.ceil(np.sqrt(together * height * width / MOST_PLACES))))
    places = [(top, left) for top in range(0, height, step) for left in range(0, width, step)]
    grey = images if images.ndim == 3 else images.mean(axis=3)
    levels = np.minimum(grey.astype(np.int16) * LEVELS // 256, LEVELS - 1).astype(np.int16)
    codes = np.empty((len(images), len(places)), np.int16)
    ones = sum(LEVELS**power for power in range(SIDE * SIDE))
    for place, (top, left) in enumerate(places):
        patch = levels[:, top : top + SIDE, left : left + SIDE].reshape(len(images), -1)
        code = patch @ (LEVELS ** np.arange(SIDE * SIDE)).astype(np.int16)
        codes[:, place] = np.where(code % ones == 0, -1, code)
    return codes, places
