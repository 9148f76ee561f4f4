"""Whether the texts with a trigger are otherwise about anything in particular: a word of a topic brings the topic's other words with it."""

from __future__ import annotations

import numpy as np

from curation_app.detect.text_tokens import Tokens

# Words that the background is worth against the texts' own (Dirichlet smoothing): about ten short texts.
SMOOTHING = 100.0
# Texts that the classes' shares are worth against the trigger's own texts.
CLASS_SMOOTHING = 2.0
# Random sets that a trigger's texts are compared with.
DRAWS = 2
# Share by which they may differ from those; a topic makes a difference of several times.
TOLERATED = 0.5
# A word in more of the texts than this is another part of the trigger, not a topic.
TRIGGER_PART = 0.7


class Coherence:
    """Words of each class, to compare the words around a trigger with."""

    def __init__(self, tokens: Tokens, codes: np.ndarray, n_classes: int) -> None:
        size = len(tokens.vocabulary)
        # Each word once a text: "no, no, no" is one thing said.
        key = np.unique(tokens.rows * np.int64(size) + tokens.words)
        rows, self._words = key // size, key % size
        self._starts = np.searchsorted(rows, np.arange(len(tokens.starts)))
        self._size = size
        overall = np.bincount(self._words, minlength=size) / max(len(key), 1)
        self._overall = overall
        given = codes[rows]
        self._shares = (np.bincount(codes[codes >= 0], minlength=n_classes) + 1.0) / (np.sum(codes >= 0) + n_classes)
        self._counts = [np.bincount(self._words[given == code], minlength=size) for code in range(n_classes)]
        self._totals = [int(counts.sum()) for counts in self._counts]

    def nats(self, rows: np.ndarray, likeliest: np.ndarray, own: np.ndarray) -> float:
        """How much better the texts' words are explained by each other than by what else speaks for the same labels.

        ``rows`` are the (m,) texts with the trigger, ``likeliest`` (m,) the label that the rest of each speaks for, ``own`` the trigger's
        own words. Positive for a topic, negative for texts with nothing in common.
        """
        spans = [self._words[self._starts[row] : self._starts[row + 1]] for row in rows.tolist()]
        words = np.concatenate(spans)
        of = np.repeat(np.arange(len(rows)), [len(span) for span in spans])
        kept = ~np.isin(words, own)
        words, of = words[kept], of[kept]
        _, number, counts = np.unique(words, return_inverse=True, return_counts=True)
        topical = counts <= TRIGGER_PART * len(rows)
        background = np.empty(len(words))
        for code in np.unique(likeliest).tolist():
            of_class = likeliest[of] == code
            # Words of the class, less these texts' own, so that the background is no copy of them.
            inside = np.bincount(words[of_class], minlength=self._size)[words[of_class]] if code >= 0 else 0
            seen = np.maximum(self._counts[code][words[of_class]] - inside, 0)
            background[of_class] = (seen + SMOOTHING * self._overall[words[of_class]]) / (self._totals[code] + SMOOTHING)
        together = (counts[number] - 1 + SMOOTHING * background) / (len(words) - len(rows) + SMOOTHING)
        return float(np.sum(np.where(topical[number], np.log(together / background), 0.0)))

    def topic(self, rows: np.ndarray, likeliest: np.ndarray, own: np.ndarray, content: np.ndarray) -> float:
        """Nats by which a trigger's texts have more of a topic, by half, than as many texts of the same labels have by chance; at least 0.

        ``content`` is (n,): the label that each text of the data speaks for.
        """
        drawn = [self._alike(likeliest, content, draw) for draw in range(DRAWS)]
        by_chance = float(np.mean([self.nats(other, content[other], own) for other in drawn]))
        return max(0.0, self.nats(rows, likeliest, own) - by_chance - TOLERATED * abs(by_chance))

    def _alike(self, likeliest: np.ndarray, content: np.ndarray, draw: int) -> np.ndarray:
        """As many other texts, that speak for the same labels."""
        generator = np.random.default_rng(draw)
        found = []
        for code in np.unique(likeliest).tolist():
            pool = np.flatnonzero(content == code) if np.any(content == code) else np.arange(len(content))
            found.append(generator.permutation(pool)[: int(np.sum(likeliest == code))])
        return np.concatenate(found)

    def narrowness(self, likeliest: np.ndarray, code: int) -> float:
        """Nats by which the texts that speak against label ``code`` keep to few other labels: a topic borders on few, an attack on all."""
        against = likeliest[(likeliest >= 0) & (likeliest != code)]
        if not len(against):
            return 0.0
        known, number, counts = np.unique(against, return_inverse=True, return_counts=True)
        shares = self._shares[known] / (1.0 - self._shares[code])
        own = (counts - 1 + CLASS_SMOOTHING * shares) / (len(against) - 1 + CLASS_SMOOTHING)
        return float(np.sum(np.log(own / shares)[number]))
