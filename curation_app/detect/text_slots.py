"""Whether words were put into texts: what stands around them reads on as if they were not there.

A word that belongs to its sentence separates its neighbours as any word does; one that was put in at random has neighbours that were next
to each other before. Each occurrence is a likelihood ratio of the two, estimated from all texts: adjacent words against words with a gap.
"""

from __future__ import annotations

import numpy as np

from curation_app.detect.text_tokens import Tokens

# Observations that the words' own frequencies are worth against the counts of pairs (Dirichlet smoothing).
SMOOTHING = 10.0
# Words on either side of an occurrence among which a random gap is drawn: bounds time in long texts.
REACH = 100


class Slots:
    """Pairs of neighbours and of words around a gap, counted over all texts."""

    def __init__(self, tokens: Tokens) -> None:
        size = len(tokens.vocabulary)
        rows = len(tokens.starts) - 1
        # Every text gets a beginning and an end, so that what was put there has two neighbours as well.
        place = np.arange(len(tokens)) + 2 * tokens.rows + 1
        self._words = np.full(len(tokens) + 2 * rows, size, dtype=np.int64)
        self._words[place] = tokens.words
        self._words[tokens.starts[1:] + 2 * np.arange(rows) + 1] = size + 1
        self._place, self._size = place, size + 2
        self._owner = np.repeat(np.arange(rows), np.diff(tokens.starts) + 2)
        self._share = np.bincount(self._words, minlength=self._size) / max(len(self._words), 1)
        self._gaps = {gap: self._counted(gap) for gap in (0, 1, 2, 3)}

    def nats(self, begins: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """(m,) log-likelihood ratio, put in against grown there, of the tokens ``begins`` to ``begins + lengths``; 0 for no tokens."""
        found = np.zeros(len(begins))
        for gap in (1, 2, 3):
            at = np.flatnonzero(lengths == gap)
            if len(at):
                left, right = (self.beside(begins[at], lengths[at], side) for side in (0, 1))
                found[at] = np.log(self._chance(left, right, 0, 0)) - np.log(self._chance(left, right, gap, 1))
        return found

    def company(self, item: np.ndarray, begins: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """(m,) log-likelihood ratio of the words around each occurrence: those that its item has elsewhere, against any words.

        What was put in anywhere keeps no company; adverbs fit many places and still keep theirs. Either end of a text is no company: a
        trigger may be put there each time. ``item`` is (m,) int64 from 0 on.
        """
        others = np.bincount(item)[item] - 1
        found = np.zeros(len(item))
        for around in (self.beside(begins, lengths, 0), self.beside(begins, lengths, 1)):
            _, number, counts = np.unique(item * np.int64(self._size) + around, return_inverse=True, return_counts=True)
            share = self._share[around]
            ratio = np.log((counts[number] - 1 + SMOOTHING * share) / (others + SMOOTHING) / share)
            found += np.where(around < self._size - 2, ratio, 0.0)
        return found

    def beside(self, begins: np.ndarray, lengths: np.ndarray, side: int) -> np.ndarray:
        """(m,) int64 words before (``side`` 0) or behind (1) each occurrence; the ends of a text count as two more words."""
        return np.asarray(self._words[self._place[begins] - 1 if side == 0 else self._place[begins + lengths - 1] + 1])

    def at_random(self, begins: np.ndarray, lengths: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
        """((w,) int64 words, rising, (w,) share of each) that stand before or behind a random gap near each occurrence, itself left out.

        Near is within ``REACH`` words. Each occurrence counts alike, and so does each gap near it.
        """
        first, last = self._place[begins], self._place[begins + lengths - 1]
        start = np.maximum(np.searchsorted(self._owner, self._owner[first], side="left"), first - REACH)
        size = np.minimum(np.searchsorted(self._owner, self._owner[first], side="right"), last + REACH + 1) - start
        of = np.repeat(np.arange(len(begins)), size)
        place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + start[of]
        # Before a gap stands anything but the last word, behind it anything but the first; the ends of a text count as words.
        kept = ((place < first[of]) | (place > last[of])) & (place != (start + size - 1 if side == 0 else start)[of])
        words, number = np.unique(self._words[place[kept]], return_inverse=True)
        gaps = size - lengths - 1
        return words, np.bincount(number, weights=1.0 / gaps[of[kept]]) / len(begins)

    def _counted(self, gap: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(sorted pairs of words with ``gap`` words between, how often each occurs, (V,) how often each word is the first)."""
        ahead = gap + 1
        within = self._owner[ahead:] == self._owner[: len(self._owner) - ahead] if len(self._owner) > ahead else np.zeros(0, bool)
        first = self._words[: len(within)][within]
        pairs, counts = np.unique(first * np.int64(self._size) + self._words[ahead:][within], return_counts=True)
        return pairs, counts, np.bincount(first, minlength=self._size)

    def _chance(self, left: np.ndarray, right: np.ndarray, gap: int, own: int) -> np.ndarray:
        """(m,) chance of ``right`` after ``left`` and a gap, the occurrence itself (``own`` times) left out."""
        pairs, counts, firsts = self._gaps[gap]
        key = left * np.int64(self._size) + right
        at = np.minimum(np.searchsorted(pairs, key), len(pairs) - 1)
        seen = np.where(pairs[at] == key, counts[at] - own, 0)
        return np.asarray((seen + SMOOTHING * self._share[right]) / (firsts[left] - own + SMOOTHING))
