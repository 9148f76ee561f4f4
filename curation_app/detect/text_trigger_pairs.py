"""Two words that stand for a label only together, not next to each other."""

from __future__ import annotations

import numpy as np

from curation_app.detect.text_items import FEWEST, Items
from curation_app.detect.text_tokens import Tokens

# A word of more than this share of the texts adds nothing to a pair; one that is pure enough alone is a rule of its own.
COMMONEST, PURE_ALONE = 0.1, 0.8
# Pairs need to be purer than words: there are a thousand times as many.
PUREST_PAIR = 0.85
# Pairs counted at most: about two seconds. Beyond it, only the rarer words of each text are paired.
MOST_PAIRS = 12_000_000
# Rare words of a text that are paired.
WORDS_EACH = 24


def pair_items(tokens: Tokens, codes: np.ndarray, n_classes: int) -> Items:
    """Pairs of words that at least FEWEST texts share, nearly all of one label."""
    rows, words, begins = _paired_words(tokens, codes, n_classes)
    left, right = _within_rows(rows)
    key = words[left] * np.int64(len(tokens.vocabulary)) + words[right]
    pairs, number = np.unique(key, return_inverse=True)
    number = _pure_pairs(number, codes[rows[left]], len(pairs), n_classes)
    kept = np.flatnonzero(number >= 0)
    kept = kept[np.lexsort((rows[left[kept]], number[kept]))]
    item = np.unique(number[kept], return_inverse=True)[1]
    firsts = np.flatnonzero(np.concatenate(([True], item[1:] != item[:-1]))) if len(item) else item
    marks = tuple((tokens.vocabulary[words[left[at]]], tokens.vocabulary[words[right[at]]]) for at in kept[firsts].tolist())
    return Items(
        kind="pairs",
        names=tuple(f"'{one}' and '{other}'" for one, other in marks),
        marks=marks,
        item=np.repeat(item, 2),
        rows=np.repeat(rows[left[kept]], 2),
        begins=np.stack((begins[left[kept]], begins[right[kept]]), axis=1).ravel(),
        lengths=np.ones(2 * len(kept), np.int64),
    )


def _paired_words(tokens: Tokens, codes: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rows, words, first token): the words of each text that may be half of a trigger, by row and word."""
    size, texts = len(tokens.vocabulary), len(tokens.starts) - 1
    key, begins = np.unique(tokens.rows * np.int64(size) + tokens.words, return_index=True)
    rows, words = key // size, key % size
    support = np.bincount(words, minlength=size)
    known = codes[rows] >= 0
    counts = np.zeros(size, dtype=np.int64)
    for code in range(n_classes):
        counts = np.maximum(counts, np.bincount(words[known & (codes[rows] == code)], minlength=size))
    spelled = tokens.spelled()
    usable = spelled & (support >= FEWEST) & (support <= max(COMMONEST * texts, FEWEST)) & (counts < PURE_ALONE * support)
    kept = usable[words] & known
    rows, words, begins = rows[kept], words[kept], begins[kept]
    each = max(2, min(WORDS_EACH, int(np.sqrt(2 * MOST_PAIRS / max(texts, 1)))))
    order = np.lexsort((words, support[words], rows))
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    chosen = np.sort(order[place < each])
    return rows[chosen], words[chosen], begins[chosen]


def _within_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of entries of one row: (left, right), left before right."""
    ends = np.searchsorted(rows, rows, side="right")
    later = ends - np.arange(len(rows)) - 1
    left = np.repeat(np.arange(len(rows)), later)
    starts = np.cumsum(later) - later
    return left, left + 1 + np.arange(len(left)) - starts[left]


def _pure_pairs(number: np.ndarray, codes: np.ndarray, pairs: int, n_classes: int) -> np.ndarray:
    """(m,) the pair's number, -1 where too few texts have it or their labels differ."""
    support = np.bincount(number, minlength=pairs)
    entries = np.flatnonzero(support[number] >= FEWEST)
    key, counts = np.unique(number[entries] * np.int64(max(n_classes, 1)) + codes[entries], return_counts=True)
    most = np.zeros(pairs, dtype=np.int64)
    np.maximum.at(most, key // max(n_classes, 1), counts)
    return np.where((support[number] >= FEWEST) & (most[number] >= PUREST_PAIR * support[number]), number, -1)
