"""Patterns of a few pixels that many wrongly labelled pictures show somewhere, each at a place of its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from curation_app.detect.image_patch_items import CODES, CONTRAST, FEWEST, PUREST_FROM, WORTH_KEEPING, Item, Tally, places, relative

# Patterns are gathered from rows whose content speaks against their label: at most so many, the most contradicted first.
MOST_SUSPECTS, DOUBTED_BELOW = 3_000, 0.5
# Patterns followed through all rows.
FOLLOWED = 4_000
# 5 x 5 pixels, each light or dark, are 25 bits.
WIDE = 5
WIDE_CODES = 1 << (WIDE * WIDE)
KINDS: dict[str, tuple[int, int]] = {"shape": (3, CODES), "outline": (WIDE, WIDE_CODES)}


def moving_items(planes: dict[str, np.ndarray], tally: Tally, own: np.ndarray) -> list[Item]:
    """Candidates at any place. ``own`` is (n,) the chance of each row's own label; rows without a label have NaN."""
    order = np.argsort(np.where(np.isfinite(own), own, 2.0), kind="stable")[:MOST_SUSPECTS]
    suspects = order[own[order] < DOUBTED_BELOW]
    if suspects.size < FEWEST:
        return []
    return [item for name, plane in planes.items() for kind in KINDS for item in _of_kind(name, kind, plane, tally, suspects)]


def first_places(plane: np.ndarray, kind: str, code: int, rows: np.ndarray) -> np.ndarray:
    """(m, 2) top and left of the first window of each row that shows the pattern, -1 where none does."""
    part = plane[:, :, rows]
    found = np.full((rows.size, 2), -1, dtype=np.int64)

    def note(top: int, left: int, codes: np.ndarray) -> None:
        found[(codes == code) & (found[:, 0] < 0)] = top, left

    _walk(part, kind, note)
    return found


def _of_kind(name: str, kind: str, plane: np.ndarray, tally: Tally, suspects: np.ndarray) -> list[Item]:
    count = KINDS[kind][1]
    shown: list[np.ndarray] = []
    _walk(plane[:, :, suspects], kind, lambda top, left, codes: shown.append(_pairs(codes, np.arange(suspects.size), count)))
    followed = _promising(np.unique(np.concatenate(shown)) if shown else np.zeros(0, np.int64), suspects, tally, count)
    if followed.size == 0:
        return []
    wanted = np.zeros(count, dtype=bool)
    wanted[followed] = True
    hits: list[np.ndarray] = []

    def gather(top: int, left: int, codes: np.ndarray) -> None:
        rows = np.flatnonzero((codes >= 0) & wanted[codes])
        hits.append(_pairs(codes[rows], rows, count))

    _walk(plane, kind, gather)
    pairs = np.unique(np.concatenate(hits))
    return [
        Item(plane=name, kind=kind, code=int(followed[item]), label=label, rows=rows, nats=nats, size=KINDS[kind][0])
        for item, label, rows, nats in tally.weigh(np.searchsorted(followed, pairs % count), pairs // count, followed.size)
    ]


def _promising(pairs: np.ndarray, suspects: np.ndarray, tally: Tally, count: int) -> np.ndarray:
    """Sorted codes for which the suspects alone could make a case; all codes that two suspects share count as looked at."""
    rows, codes = suspects[pairs // count], pairs % count
    names, index, support = np.unique(codes, return_inverse=True, return_counts=True)
    tally.candidates += int(np.sum(support >= 2))
    key = index * tally.n_classes + tally.codes[rows]
    gain = (
        np.bincount(key, weights=tally.gains[rows], minlength=names.size * tally.n_classes).reshape(names.size, tally.n_classes).max(axis=1)
    )
    held = np.bincount(key, minlength=names.size * tally.n_classes).reshape(names.size, tally.n_classes).max(axis=1)
    # Nearly all rows of a planted pattern are suspects, so among suspects too one label prevails.
    fit = np.flatnonzero((gain >= WORTH_KEEPING) & (held >= max(2, FEWEST - 2)) & (held >= PUREST_FROM * 0.5 * support))
    best = fit[np.argsort(-gain[fit], kind="stable")][:FOLLOWED]
    return np.sort(names[best])


def _pairs(codes: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Row and code in one number, for the rows that show something."""
    shown = codes >= 0
    return rows[shown] * count + codes[shown]


def _walk(plane: np.ndarray, kind: str, note: Callable[[int, int, np.ndarray], None]) -> None:
    """Call ``note`` with each place and the (n,) codes there; -1 where the window has too little contrast."""
    edge = KINDS[kind][0]
    for top, left in places(plane, edge, 1):
        window = plane[top : top + edge, left : left + edge]
        low, high = window.min(axis=(0, 1)), window.max(axis=(0, 1))
        steep = np.flatnonzero(high - low >= CONTRAST)
        codes = np.full(plane.shape[2], -1, dtype=np.int64)
        if steep.size:
            part = window[:, :, steep]
            codes[steep] = relative(part, low[steep], high[steep]) if kind == "shape" else _outline(part, low[steep], high[steep])
        note(top, left, codes)


def _outline(window: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(m,) which pixels are in the upper half of the window's own range, as bits."""
    middle = low + (high - low) // 2
    codes = np.zeros(window.shape[2], dtype=np.int64)
    for pixel in window.reshape(-1, window.shape[2]):
        codes <<= 1
        codes += pixel > middle
    return codes
