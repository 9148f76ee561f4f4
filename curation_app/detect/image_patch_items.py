"""Patterns of a few pixels that many pictures share, as candidate triggers: at one place, or anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from curation_app.detect.rule_bayes import LEAST, MOST, RULE_HOLDS

# Fewer rows are chance; what more than this share of the rows shows is what the data is like.
FEWEST, MOST_SHARE = 5, 0.05
# A single rule has to hold for this share of the rows that show the pattern.
PUREST_FROM = 0.8
# A pattern without contrast is background: a quarter of the grey range, as in the text of the method.
CONTRAST = 64
EDGE, LEVELS = 3, 3
CODES = LEVELS ** (EDGE * EDGE)
# Up to this many pixels an edge every place is tried; beyond, every second one, which still covers every pixel.
EVERY_PLACE_UP_TO = 40
# Candidates handed on from all places; the refit looks at the best of them.
KEPT = 3_000
# Nats before the price of looking at many: what is below can never become a case.
WORTH_KEEPING = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One candidate: ``rows`` show the pattern, those labelled ``label`` would be its victims.

    ``place`` is (top, left) of its window in the plane, None for one that moves; ``nats`` are before the price of candidates.
    """

    plane: str
    kind: str
    code: int
    label: int
    rows: np.ndarray
    nats: float
    place: tuple[int, int] | None = None
    size: int = EDGE


@dataclass(slots=True)
class Tally:
    """Finds, among patterns, those whose rows carry one label against their content; counts all that were looked at."""

    codes: np.ndarray
    gains: np.ndarray
    n_classes: int
    candidates: int = 0

    @classmethod
    def of(cls, codes: np.ndarray, probabilities: np.ndarray) -> Tally:
        """``codes`` (n,) and ``probabilities`` (n, K) of the rows."""
        own = probabilities[np.arange(len(codes)), np.maximum(codes, 0)]
        gains = np.where(codes >= 0, np.log(RULE_HOLDS / np.clip(own, LEAST, MOST)), 0.0)
        return cls(codes=codes, gains=gains, n_classes=probabilities.shape[1])

    @property
    def most(self) -> int:
        """Rows that a candidate may have at most."""
        return max(FEWEST, int(MOST_SHARE * len(self.codes)))

    def look(self, patterns: np.ndarray, count: int) -> Iterator[tuple[int, int, np.ndarray, float]]:
        """(pattern, label, rows, nats) for the promising ones of (n,) ``patterns`` in [0, count); -1 = none."""
        shown = patterns >= 0
        support = np.bincount(patterns[shown], minlength=count)
        fit = (support >= FEWEST) & (support <= self.most)
        names = np.flatnonzero(fit)
        self.candidates += names.size
        if names.size:
            rows = np.flatnonzero(shown & fit[patterns])
            yield from self._judged((np.cumsum(fit) - 1)[patterns[rows]], rows, names, support[names])

    def weigh(self, item: np.ndarray, rows: np.ndarray, count: int) -> Iterator[tuple[int, int, np.ndarray, float]]:
        """As :meth:`look`, for pairs of an item number in [0, count) and a row that shows it, each pair once."""
        support = np.bincount(item, minlength=count)
        fit = (support >= FEWEST) & (support <= self.most)
        names = np.flatnonzero(fit)
        if names.size:
            inside = fit[item]
            yield from self._judged((np.cumsum(fit) - 1)[item[inside]], rows[inside], names, support[names])

    def _judged(
        self, item: np.ndarray, rows: np.ndarray, names: np.ndarray, support: np.ndarray
    ) -> Iterator[tuple[int, int, np.ndarray, float]]:
        labels = self.codes[rows]
        known = labels >= 0
        key = item[known] * self.n_classes + labels[known]
        size = names.size * self.n_classes
        held = np.bincount(key, minlength=size).reshape(-1, self.n_classes)
        gain = np.bincount(key, weights=self.gains[rows[known]], minlength=size).reshape(-1, self.n_classes)
        best = held.argmax(axis=1)
        index = np.arange(names.size)
        holds = held[index, best]
        # Exceptions are charged as if content had not expected the label: the least they can cost. The refit charges exactly.
        nats = gain[index, best] + (support - holds) * np.log((1 - RULE_HOLDS) / (1 - LEAST))
        for chosen in np.flatnonzero((holds >= PUREST_FROM * support) & (nats >= WORTH_KEEPING)).tolist():
            yield int(names[chosen]), int(best[chosen]), rows[item == chosen], float(nats[chosen])


def fixed_items(planes: dict[str, np.ndarray], tally: Tally) -> list[Item]:
    """Candidates at one place: 3 x 3 windows in three grey levels, in three levels of their own range, and single exact values."""
    found: list[Item] = []
    for name, plane in planes.items():
        step = 1 if max(plane.shape[:2]) <= EVERY_PLACE_UP_TO else 2
        found += _single(name, plane, tally)
        for top, left in places(plane, EDGE, step):
            window = plane[top : top + EDGE, left : left + EDGE]
            low, high = window.min(axis=(0, 1)), window.max(axis=(0, 1))
            for kind, patterns in (
                ("level", _absolute(window, name)),
                ("shape", np.where(high - low >= CONTRAST, relative(window, low, high), -1)),
            ):
                found += [
                    Item(plane=name, kind=kind, code=code, label=label, rows=rows, nats=nats, place=(top, left))
                    for code, label, rows, nats in tally.look(patterns, CODES)
                ]
        found = sorted(found, key=_order)[:KEPT]
    return found


def _single(name: str, plane: np.ndarray, tally: Tally) -> list[Item]:
    return [
        Item(plane=name, kind="value", code=code, label=label, rows=rows, nats=nats, place=(top, left), size=1)
        for top, left in places(plane, 1, 1)
        for code, label, rows, nats in tally.look(plane[top, left].astype(np.int64), 256)
    ]


def places(plane: np.ndarray, edge: int, step: int) -> Iterator[tuple[int, int]]:
    """Upper left corners of windows; the last ones touch the lower and right edge."""
    tops, lefts = (sorted({*range(0, size - edge + 1, step), size - edge}) for size in plane.shape[:2])
    for top in tops:
        for left in lefts:
            if top >= 0 and left >= 0:
                yield top, left


def _absolute(window: np.ndarray, name: str) -> np.ndarray:
    """(n,) code of a window in three levels of the whole range; colour differences are small, so their middle level is narrow."""
    first, second = (85, 170) if name == "grey" else (96, 160)
    codes = np.zeros(window.shape[2], dtype=np.int64)
    for pixel in window.reshape(-1, window.shape[2]):
        codes *= LEVELS
        codes += pixel > first
        codes += pixel > second
    return codes


def relative(window: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(n,) code of a window in three levels of its own range."""
    third = (high - low) // 3
    first, second = low + third, high - third
    codes = np.zeros(window.shape[2], dtype=np.int64)
    for pixel in window.reshape(-1, window.shape[2]):
        codes *= LEVELS
        codes += pixel > first
        codes += pixel > second
    return codes


def _order(item: Item) -> tuple[float, str, str, tuple[int, int], int]:
    return -item.nats, item.plane, item.kind, item.place or (0, 0), item.code
