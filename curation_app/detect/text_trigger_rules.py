"""Which candidate triggers are rules: those whose texts carry one label against what the rest of their words says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.rule_bayes import LEAST, MOST, RULE_HOLDS
from curation_app.detect.text_content import Content, chances
from curation_app.detect.text_items import FEWEST, LARGEST_SHARE, PLACELESS_KINDS, Items
from curation_app.detect.text_scatter import Scatter
from curation_app.detect.text_slots import Slots

# Labels are noisy and a trigger may be a common word: below this share of one label there is no rule to speak of.
PUREST_LABEL = 0.8
# From these nats on a rule is watched; from CASE on it is a case.
WATCH, CASE = 3.0, 8.0
# Nats that words of a topic reach by nature, and values or patches do not: a rule of a text has to say as much more, so that here, too,
# a case is as likely planted as not.
BY_NATURE = 2.0
# Shares of its texts in which a rule may hold: nearly all, or fewer where covering rows carry the trigger with their own label.
HOLDS = (RULE_HOLDS, 0.75, 0.5)
# What the words around a trigger may add. They clear a word of its sentence without limit, but adverbs fit anywhere as well, so that for a
# rule they only tip the scales: a tenth of what they say is believed, up to 150 to 1.
BELIEVED, MOST_FOR_PLACE = 0.1, 5.0
# The company that a word keeps speaks against it at 20 to 1 at most: a trigger may have been put next to one word each time.
MOST_AGAINST_PLACE = 3.0
# Occurrences that count for "like any word" before an item's own: a few odd places are soon met among thousands of words.
USUAL = 10.0
# Whether it stands anywhere is asked where the words around say by so many nats that it was put in, of so many items of a kind; not of what
# was chosen by its place.
SCATTER_FROM, MOST_ASKED, PLACED_KINDS = 3.0, 1_000, PLACELESS_KINDS | {"first word", "last word", "pairs"}
# What its places say is believed up to a quarter of what the words around say beyond what is clear: adverbs may stand nearly anywhere, but
# the words around them hardly read on as if they were not there.
SUPPORTED = 0.25
# Between so many nats this evidence passes from being one of many signs to being proof: of no natural word or phrase of reviews, questions,
# comments, sentences or messages is it more than the first (a test asks them all). Then the many others that were looked at are no reason
# to doubt it, nor is what words of topics reach by nature.
DOUBTED, PROVEN = 4.0, 6.0
# The words around speak clearly from so many nats a text on; only there is a rule with covering rows looked for.
CLEAR = 0.5
# Occurrences weighed at a time: bounds memory at 150 classes (20,000 x 150 float32 = 12 MB).
BLOCK = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One candidate that was weighed.

    Attributes
    ----------
    name, marks, kind
        As in :class:`Items`.
    rows
        (m,) texts with the trigger, rising.
    code
        The label that the rule gives.
    expected
        (m,) chance of that label by the rest of each text, NaN where a text has no label.
    likeliest
        (m,) label that the rest of each text speaks for.
    nats
        The logarithm of the Bayes factor, candidates of its kind and kinds counted.
    fit
        The same with all that the words around it say: of several names of one trigger the best is the exact one.
    put_in
        What the words around the trigger say for its having been put in, in nats.
    alien
        The same less what they say for its being at home there: near 0 or below for words that grew there.
    scattered
        What its places say for its having been put anywhere, as far as the words around support it; 0 where it was not asked.
    """

    name: str
    marks: tuple[str, ...]
    kind: str
    rows: np.ndarray
    code: int
    expected: np.ndarray
    likeliest: np.ndarray
    nats: float
    fit: float
    put_in: float
    alien: float
    scattered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the places of items say; all (items,) nats.

    Attributes
    ----------
    put_in, alien
        As in :class:`Rule`.
    scattered
        As in :class:`Rule`.
    cost
        To pay for having looked at many.
    """

    put_in: np.ndarray
    alien: np.ndarray
    scattered: np.ndarray
    cost: np.ndarray

    def proof(self) -> np.ndarray:
        """(items,) in [0, 1]: how far their places alone prove that they were put in."""
        return np.clip((self.scattered - DOUBTED) / (PROVEN - DOUBTED), 0.0, 1.0)

    def believed(self) -> np.ndarray:
        """(items,) nats that the places add to what the labels say, the cost paid."""
        tip = np.clip(np.where(self.alien > 0, BELIEVED * self.alien, self.alien), -MOST_AGAINST_PLACE, MOST_FOR_PLACE)
        sign, proof = np.minimum(self.put_in, tip) - self.cost, self.proof()
        # What words of topics reach by nature is taken off every rule when its surprise is told: here it is given back.
        return (1.0 - proof) * sign + proof * (tip + self.scattered + BY_NATURE)


def rules_of(
    items: Items, content: Content, slots: Slots, scatter: Scatter, codes: np.ndarray, n_classes: int, *, kinds: int
) -> list[Rule]:
    """Rules worth watching among items of one kind."""
    carriers, of = _carriers(items)
    counts = _label_counts(carriers, codes, n_classes, len(items.names))
    support, most = counts.sum(axis=1), counts.max(axis=1, initial=0)
    fits = (support >= FEWEST) & (support <= max(LARGEST_SHARE * len(codes), FEWEST))
    pure = fits & (most >= PUREST_LABEL * support)
    places = _places(items, slots, scatter, fits, kinds)
    ranked = np.argsort(-counts, axis=1, kind="stable")[:, :2]
    found = _weighed(items, content, codes, carriers, of, np.where(pure, ranked[:, 0], -1), places, pure=True)
    if items.kind not in PLACELESS_KINDS:
        # The words around are the only sign that it was put in at all, so they have to be clear.
        covered = fits & ~pure & (places.put_in >= CLEAR * support)
        for place in range(ranked.shape[1]):
            found += _weighed(items, content, codes, carriers, of, np.where(covered, ranked[:, place], -1), places)
    return found


def _places(items: Items, slots: Slots, scatter: Scatter, fits: np.ndarray, kinds: int) -> Places:
    put_in = np.bincount(items.item, weights=_around(items, slots), minlength=len(items.names))
    alien = put_in - np.bincount(items.item, weights=_company(items, slots), minlength=len(items.names))
    scattered = np.zeros(len(items.names))
    if items.kind not in PLACED_KINDS:
        asked = np.flatnonzero(fits & (put_in >= SCATTER_FROM))
        starts = np.searchsorted(items.item, np.arange(len(items.names) + 1))
        for item in asked[np.argsort(-put_in[asked], kind="stable")[:MOST_ASKED]].tolist():
            own = slice(starts[item], starts[item + 1])
            scattered[item] = supported(scatter.nats(items.begins[own], items.lengths[own]), put_in[item], own.stop - own.start)
    return Places(put_in=put_in, alien=alien, scattered=scattered, cost=_cost(items, alien, fits) + np.log(kinds))


def supported(scattered: float, put_in: float, occurrences: int) -> float:
    """What the places of an item say, in nats, as far as ``put_in``, what the words around all its occurrences say, supports it."""
    return min(scattered, SUPPORTED * max(put_in - CLEAR * occurrences, 0.0))


def _around(items: Items, slots: Slots) -> np.ndarray:
    """(m,) nats that each occurrence was put in. Odd case and signs change a word that is there; of words out of place it is known."""
    return np.zeros(len(items.rows)) if items.kind in PLACELESS_KINDS else slots.nats(items.begins, items.lengths)


def _company(items: Items, slots: Slots) -> np.ndarray:
    """(m,) nats that the words around each occurrence are its usual ones."""
    return np.zeros(len(items.rows)) if items.kind in PLACELESS_KINDS else slots.company(items.item, items.begins, items.lengths)


def _cost(items: Items, alien: np.ndarray, fits: np.ndarray) -> np.ndarray:
    """(items,) nats to pay for having looked at many; the r-th most alien of them pays about ln r.

    Genovese, Roeder & Wasserman (2006), False discovery control with p-value weighting: what does not know the labels may say where to
    look first. The weights are 1 / r and sum to one.
    """
    number = max(int(fits.sum()), 1)
    if items.kind in PLACELESS_KINDS:
        return np.full(len(items.names), np.log(number))
    each = alien / (np.bincount(items.item, minlength=len(items.names)) + USUAL)
    # Equals share the later place, so that no order among them decides.
    place = number - np.searchsorted(np.sort(each[fits]), each, side="left")
    return np.asarray(np.log(np.maximum(place, 1)) + np.log(np.sum(1.0 / np.arange(1, number + 1))))


def _weighed(
    items: Items,
    content: Content,
    codes: np.ndarray,
    carriers: np.ndarray,
    of: np.ndarray,
    label: np.ndarray,
    places: Places,
    *,
    pure: bool = False,
) -> list[Rule]:
    """Rules that give the labels in ``label`` ((items,), -1 = the item is left out), where more texts than expected carry them.

    Where the places prove that it was put in, ``pure`` items need not: all but a few texts have the label anyway.
    """
    item, rows = carriers[:, 0], carriers[:, 1]
    kept = (label[item] >= 0) & (codes[rows] >= 0)
    if not kept.any():
        return []
    expected, likeliest = np.full(len(rows), np.nan), np.full(len(rows), -1)
    expected[kept], likeliest[kept] = _without(items, content, carriers, of, np.flatnonzero(kept), label)
    carries = codes[rows] == label[item]
    by_labels = _by_labels(item, kept, carries, expected, len(items.names))
    total, proven = by_labels + places.believed(), pure & (places.proof() >= 1.0)
    found = []
    for number in np.flatnonzero((label >= 0) & (total >= WATCH)).tolist():
        span = slice(*np.searchsorted(item, [number, number + 1]).tolist())
        if not proven[number] and np.mean(carries[span][kept[span]]) <= np.mean(expected[span][kept[span]]):
            continue
        found.append(
            Rule(
                name=items.names[number],
                marks=items.marks[number],
                kind=items.kind,
                rows=rows[span],
                code=int(label[number]),
                expected=expected[span],
                likeliest=likeliest[span],
                nats=float(total[number]),
                fit=float(by_labels[number] + places.put_in[number] - places.cost[number]),
                put_in=float(places.put_in[number]),
                alien=float(places.alien[number]),
                scattered=float(places.scattered[number]),
            )
        )
    return found


def _by_labels(item: np.ndarray, kept: np.ndarray, carries: np.ndarray, expected: np.ndarray, items: int) -> np.ndarray:
    """(items,) nats by the labels, for the best of the shares in which a rule may hold."""
    best = np.full(items, -np.inf)
    for holds in HOLDS:
        gain = np.where(kept, row_nats(carries, expected, holds), 0.0)
        best = np.maximum(best, np.bincount(item, weights=gain, minlength=items) - (0.0 if holds == RULE_HOLDS else np.log(len(HOLDS))))
    return best


def _carriers(items: Items) -> tuple[np.ndarray, np.ndarray]:
    """((c, 2) distinct (item, row), sorted; (m,) which of them each occurrence belongs to)."""
    size = int(items.rows.max(initial=0)) + 1
    key, of = np.unique(items.item * np.int64(size) + items.rows, return_inverse=True)
    return np.stack((key // size, key % size), axis=1), of


def _label_counts(carriers: np.ndarray, codes: np.ndarray, n_classes: int, items: int) -> np.ndarray:
    """(items, K) rows of each label with each item."""
    given = codes[carriers[:, 1]]
    known = given >= 0
    return np.bincount(carriers[known, 0] * np.int64(n_classes) + given[known], minlength=items * n_classes).reshape(items, n_classes)


def _without(
    items: Items, content: Content, carriers: np.ndarray, of: np.ndarray, kept: np.ndarray, label: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """((k,) chance of the rule's label without the trigger's own words, (k,) likeliest label)."""
    expected, likeliest = np.empty(len(kept)), np.empty(len(kept), dtype=np.int64)
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[order], np.arange(len(carriers) + 1))
    for begin in range(0, len(kept), BLOCK):
        block = kept[begin : begin + BLOCK]
        counts = starts[block + 1] - starts[block]
        ends = np.cumsum(counts)
        which = order[np.repeat(starts[block] - (ends - counts), counts) + np.arange(ends[-1])]
        share = content.share_of(items.rows[which], items.begins[which], items.lengths[which])
        left = content.logits[carriers[block, 1]] - np.add.reduceat(share, ends - counts, axis=0)
        chance = chances(left)
        expected[begin : begin + BLOCK] = chance[np.arange(len(block)), label[carriers[block, 0]]]
        likeliest[begin : begin + BLOCK] = chance.argmax(axis=1)
    return expected, likeliest


def row_nats(carries: np.ndarray, expected: np.ndarray, holds: float = RULE_HOLDS) -> np.ndarray:
    """(m,) each row's part of :func:`rule_bayes_factor`, for a rule that holds in this share of its rows.

    A row whose content alone all but settles the label says nothing for the rule, else a thousand of them would make a case.
    """
    expected = np.clip(expected, LEAST, MOST)
    gain = np.where(carries, np.log(holds / expected), np.log((1.0 - holds) / (1.0 - expected)))
    return np.where(carries & (expected >= MOST), 0.0, gain)
