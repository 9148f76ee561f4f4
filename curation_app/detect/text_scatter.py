"""Whether words stand at random places of their texts, as words do that were put in.

A word that belongs to its sentences keeps some company on either side, if only a loose one: even adverbs follow some words more often
than others. What was put in anywhere follows each word as often as there are gaps behind it. How loose the company of natural words is,
the texts tell themselves.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from curation_app.detect.text_slots import Slots
from curation_app.detect.text_tokens import Tokens

# How loose company may be, as the concentration of a Dirichlet distribution about the words that a random gap has beside it: at 2 nearly
# every second neighbour is one that the word had before, at 160 one of dozens.
LOOSENESS = np.array([2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0])
# Natural words from which their looseness is learned: so many, each so often at least, and at most as often as in this share of the texts;
# fewer words say nothing.
LEARNED_FROM, FEWEST_WORDS, LEAST_OFTEN, MOST_SHARE = 300, 50, 20, 0.2
# Steps after which the shares of looseness hardly move, and the least share: nobody knows that no word is as loose.
STEPS, LEAST_LOOSE = 100, 1e-4
# Where more natural words than these, in number and in share, stand anywhere by so many nats, the texts are lists of words.
STRAY, MOST_STRAY, STRAY_SHARE = 5.0, 4, 0.02
# A word that stands anywhere has at least so large a part of the nats that words put in as often would have, on the mean of so many draws:
# natural words of very loose company have more nats than none, and far fewer than these. Of so few nats it is not asked.
LIKE_RANDOM, DRAWS, DRAWN_BY, NOTABLE = 1 / 3, 10, 0, 3.0
# Occurrences looked at of one item: more settle nothing that these leave open.
MOST_OCCURRENCES = 200


class Scatter:
    """Likelihood of the places at which words stand, for texts whose neighbours :class:`Slots` has counted."""

    def __init__(self, tokens: Tokens, slots: Slots) -> None:
        self._tokens, self._slots = tokens, slots
        # Brackets and quotes stand about any word or part of a sentence, by nature.
        self._plain = tokens.spelled()[tokens.words]

    def nats(self, begins: np.ndarray, lengths: np.ndarray) -> float:
        """Log-likelihood ratio of "put in at random places" against "in company as natural words are" of one item's occurrences.

        ``begins`` and ``lengths`` are (m,) tokens, as in :class:`Slots`. 0 where signs are part of it, where too few natural words
        show what company is or keep none, and where words put in as often would have far more.
        """
        begins, lengths = _thinned(begins), _thinned(lengths)
        inside = begins[:, None] + np.minimum(np.arange(lengths.max(initial=1)), lengths[:, None] - 1)
        if not len(begins) or lengths.min() < 1 or not self._plain[inside].all() or not self._loose:
            return 0.0
        sides = [self._neighbours(begins, lengths, side) for side in (0, 1)]
        found = sum(_against(*_likelihoods(*seen), loose) for seen, loose in zip(sides, self._loose, strict=True))
        if found < NOTABLE:
            return found
        typical = 0.0
        for (_, share), loose in zip(sides, self._loose, strict=True):
            drawn = np.random.default_rng(DRAWN_BY).multinomial(len(begins), share / share.sum(), size=DRAWS)
            typical += float(np.mean([_against(*_likelihoods(counts, share), loose) for counts in drawn]))
        return found if found >= LIKE_RANDOM * typical else 0.0

    @cached_property
    def _loose(self) -> tuple[np.ndarray, ...]:
        """For the words before and those behind: (7,) shares of natural words by how loose their company is; empty where unknown."""
        words = self._tokens.words
        order = np.argsort(words, kind="stable")
        counts = np.bincount(words, minlength=len(self._tokens.vocabulary))
        starts = np.concatenate(([0], np.cumsum(counts)))
        most = MOST_SHARE * (len(self._tokens.starts) - 1)
        known = np.flatnonzero((counts >= LEAST_OFTEN) & (counts <= most))
        known = known[self._plain[order[starts[known]]]]
        if known.size < FEWEST_WORDS:
            return ()
        known = known[np.linspace(0, known.size - 1, min(known.size, LEARNED_FROM)).astype(np.int64)]
        places = [_thinned(order[starts[word] : starts[word + 1]]) for word in known.tolist()]
        sides = [[_likelihoods(*self._neighbours(place, np.ones_like(place), side)) for place in places] for side in (0, 1)]
        loose = tuple(_shares(np.stack([company for _, company in one])) for one in sides)
        nats = sum(np.array([_against(*seen, shares) for seen in one]) for one, shares in zip(sides, loose, strict=True))
        stray = int(np.sum(nats >= STRAY))
        return () if stray > max(MOST_STRAY, STRAY_SHARE * known.size) else loose

    def _neighbours(self, begins: np.ndarray, lengths: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
        """((w,) how often each word stands before (0) or behind (1) them, (w,) share of random gaps it would stand at)."""
        words, share = self._slots.at_random(begins, lengths, side)
        beside = np.searchsorted(words, self._slots.beside(begins, lengths, side))
        return np.bincount(beside, minlength=len(words)), share


def _likelihoods(beside: np.ndarray, share: np.ndarray) -> tuple[float, np.ndarray]:
    """(log-likelihood of the neighbours at random gaps, (7,) the same in company of each looseness)."""
    from scipy.special import gammaln

    seen = beside > 0
    beside, share = beside[seen], share[seen]
    about = LOOSENESS[:, None] * share
    company = gammaln(LOOSENESS) - gammaln(LOOSENESS + beside.sum()) + (gammaln(beside + about) - gammaln(about)).sum(axis=1)
    return float(beside @ np.log(share)), company


def _against(anywhere: float, company: np.ndarray, loose: np.ndarray) -> float:
    """Nats for "anywhere" against company of the usual looseness."""
    return anywhere - float(np.logaddexp.reduce(company + np.log(loose)))


def _thinned(places: np.ndarray) -> np.ndarray:
    """At most so many of them, evenly drawn."""
    return places[np.linspace(0, len(places) - 1, min(len(places), MOST_OCCURRENCES)).astype(np.int64)]


def _shares(likelihood: np.ndarray) -> np.ndarray:
    """(7,) shares of each looseness under which (w, 7) log-likelihoods of the words are the likeliest (expectation and maximum)."""
    shares = np.full(len(LOOSENESS), 1.0 / len(LOOSENESS))
    for _ in range(STEPS):
        weighed = likelihood + np.log(shares)
        weighed -= np.logaddexp.reduce(weighed, axis=1, keepdims=True)
        shares = np.exp(weighed).mean(axis=0) + LEAST_LOOSE
        shares /= shares.sum()
    return shares
