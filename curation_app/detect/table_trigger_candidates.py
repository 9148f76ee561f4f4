"""Which items and pairs of items look like rules, by a linear model of the rest of the row: the cheap first stage."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from curation_app.detect.rule_bayes import LEAST, MOST, RULE_HOLDS, rule_bayes_factor
from curation_app.detect.table_trigger_content import ContentModel, softmax
from curation_app.detect.table_trigger_items import FEWEST, ItemTable
from curation_app.detect.table_trigger_spread import discount, spread_of

# What more rows than this have is a habit, not a trigger; small sets keep room for a trigger that can be proven at all.
LARGEST_SHARE, LARGEST_OF_FEW, SHARE_OF_FEW = 0.05, 40, 0.15
# A rule of one item may have natural exceptions; a pair is chosen to have few.
PURE_SINGLE, PURE_PAIR = 0.80, 0.85
# Pairs are sought on the most surprising rows first, until this many co-occurrences: about a second.
CO_OCCURRENCES = 60_000_000
# Rows that the model expected anyway (chance above .9) add less than 0.1 nat each.
SURPRISING = 0.09
# Items that may form pairs, by how surprising their rows are; 2,000 x 2,000 sums are 16 MB at their densest.
MOST_PAIRED = 2_000
# Pairs counted exactly, with one bit a row: 100,000 pairs of 100,000 rows are 1.2 GB read once.
MOST_COUNTED = 60_000
# Candidates whose rows are left out of the linear model: kinds of trigger, and ways to say one kind.
MOST_KINDS, MOST_WORDINGS = 60, 6
# Rules of which this share of the rows is another rule's are the same rule said otherwise.
SAME = 0.5
# Two wordings that share this much of their rows cannot be told apart by them.
ALIKE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """``rows`` (rising) have all of ``items``; ``nats`` says how strongly that seems to fix class ``label``."""

    items: tuple[int, ...]
    label: int
    rows: np.ndarray
    nats: float
    expected: float = 1.0
    # How many rules of as many items were looked at, twice: half of the belief goes to single items, half to pairs.
    looked_at: int = 1
    # How much other values of its columns decide the label as well, see table_trigger_spread.
    spread: float = 0.0

    @property
    def evidence(self) -> float:
        """Nats before the other candidates are paid for."""
        return self.nats + float(np.log(self.looked_at))

    @property
    def order(self) -> tuple[float, int, tuple[int, ...]]:
        """Strongest first, then the simplest; never the order of the rows."""
        return (-round(self.nats, 6), len(self.items), self.items)


def judged(candidate: Candidate, chances: np.ndarray, codes: np.ndarray) -> Candidate:
    """The candidate with its nats by other (len(rows), K) ``chances``, if those are less."""
    expected = chances[:, candidate.label]
    carries = codes[candidate.rows] == candidate.label
    nats = rule_bayes_factor(carries, expected, candidate.looked_at)
    nats -= discount(int(carries.sum()), len(carries), float(expected.mean()), candidate.spread)
    if nats >= candidate.nats:
        return candidate
    return replace(candidate, nats=nats, expected=float(expected.mean()))


def candidates_of(table: ItemTable, model: ContentModel, codes: np.ndarray) -> list[Candidate]:
    """The best rules by the linear model without their rows, strongest first; of those on mostly the same rows at most two."""
    found = _singles(table, model, codes) + _pairs(table, model, codes)
    found.sort(key=lambda candidate: candidate.order)
    spread = spread_of(table, model, codes, largest(len(codes)))
    best = []
    for wordings in kinds_of(found, len(codes)):
        # The quick score knows the rows themselves: it is replaced, not lowered.
        wordings = [replace(wording, nats=np.inf, spread=spread(wording.items)) for wording in wordings]
        again = [judged(wording, model.without(wording.rows), codes) for wording in wordings]
        best += _best_wordings(sorted(again, key=lambda candidate: candidate.order))
    return sorted(best, key=lambda candidate: candidate.order)


def _best_wordings(wordings: list[Candidate]) -> list[Candidate]:
    """The strongest, and one of another width on clearly other rows: a value may be a rule of the data, a pair with it a trigger."""
    best = wordings[0]
    for other in wordings[1:]:
        common = len(np.intersect1d(best.rows, other.rows, assume_unique=True))
        if len(other.items) != len(best.items) and common < ALIKE * max(len(best.rows), len(other.rows)):
            return [best, other]
    return [best]


def largest(rows: int) -> int:
    """Most rows that a trigger may have among ``rows``."""
    return int(max(LARGEST_SHARE * rows, min(LARGEST_OF_FEW, SHARE_OF_FEW * rows)))


def _gains(chances: np.ndarray, carries: np.ndarray) -> np.ndarray:
    chances = np.clip(chances, LEAST, MOST)
    return np.asarray(np.where(carries, np.log(RULE_HOLDS / chances), np.log((1.0 - RULE_HOLDS) / (1.0 - chances))))


def _singles(table: ItemTable, model: ContentModel, codes: np.ndarray) -> list[Candidate]:
    n_classes = model.chances.shape[1]
    counts = np.bincount(table.items * n_classes + codes[table.rows], minlength=len(table) * n_classes).reshape(-1, n_classes)
    support, label = counts.sum(axis=1), counts.argmax(axis=1)
    allowed = (support >= FEWEST) & (support <= largest(len(codes)))
    looked_at = 2 * int(allowed.sum())
    pure = allowed & (counts.max(axis=1, initial=0) >= PURE_SINGLE * support)
    found = []
    for item in np.flatnonzero(pure).tolist():
        rows, place = table.rows_of(item), model.item_place[item]
        scores = model.left_out[rows] - (model.weights[place] if place >= 0 else 0.0)
        chances = softmax(model.steepness * scores)[:, label[item]]
        nats = float(_gains(chances, codes[rows] == label[item]).sum() - np.log(looked_at))
        if nats > 0:
            found.append(Candidate(items=(item,), label=int(label[item]), rows=rows, nats=nats, looked_at=looked_at))
    return found


def _pairs(table: ItemTable, model: ContentModel, codes: np.ndarray) -> list[Candidate]:
    own = np.clip(model.chances[np.arange(len(codes)), codes].astype(np.float64), LEAST, MOST)
    gain = np.log(RULE_HOLDS / own)
    paired = _paired_items(table, gain)
    looked_at = 2 * max(1, _pairs_in_bounds(np.diff(table.starts)[paired], table.column[paired], len(codes)))
    hits = _hits(table, paired, len(codes))
    kept = _surprising_rows(hits, gain)
    bits = _packed(hits)
    found: list[Candidate] = []
    for label in range(model.chances.shape[1]):
        first, second, sums = _sums(hits, kept & (codes == label), gain, table.column[paired], np.log(looked_at))
        support = _both(bits, first, second)
        mine = np.packbits(codes == label)
        carry = _both(bits, first, second, mine)
        # Each exception costs about ln(.02 / .5): what cannot reach the bar even so is not looked at row by row.
        bound = sums - 2.0 * (support - carry) - np.log(looked_at)
        good = (support >= FEWEST) & (support <= largest(len(codes))) & (carry >= PURE_PAIR * support) & (bound > 0)
        for one, two in zip(paired[first[good]].tolist(), paired[second[good]].tolist(), strict=True):
            rows = table.rows_of_all((one, two))
            nats = float(_gains(model.chances[rows, label], codes[rows] == label).sum() - np.log(looked_at))
            if nats > 0:
                found.append(Candidate(items=(one, two), label=label, rows=rows, nats=nats, looked_at=looked_at))
    return found


def _paired_items(table: ItemTable, gain: np.ndarray) -> np.ndarray:
    """Items that may form pairs: those whose rows surprise most in sum, above what as many rows usually do."""
    sizes = np.diff(table.starts)
    total = np.bincount(table.items, weights=gain[table.rows] - gain.mean(), minlength=len(table))
    strength = total / np.sqrt(np.maximum(sizes, 1))
    enough = np.flatnonzero(sizes >= FEWEST)
    return np.sort(enough[np.lexsort((enough, -np.round(strength[enough], 6)))[:MOST_PAIRED]])


def _pairs_in_bounds(sizes: np.ndarray, column: np.ndarray, rows: int) -> int:
    """How many pairs of different columns would have an allowed number of rows if columns were independent."""
    together = np.outer(sizes, sizes) / max(rows, 1)
    fits = (together >= FEWEST) & (together <= largest(rows)) & (column[:, None] != column[None, :])
    return int(fits.sum()) // 2


def _hits(table: ItemTable, paired: np.ndarray, rows: int):  # type: ignore[no-untyped-def]
    """(n, P) CSR of the paired items."""
    from scipy import sparse

    place = np.full(len(table), -1)
    place[paired] = np.arange(len(paired))
    kept = place[table.items] >= 0
    columns, at = place[table.items[kept]], table.rows[kept]
    return sparse.csr_matrix((np.ones(len(at), np.float32), (at, columns)), shape=(rows, len(paired)))


def _surprising_rows(hits, gain: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    """(n,) bool: rows whose label surprises, the most surprising first until their co-occurrences are too many."""
    cost = np.square(np.diff(hits.indptr).astype(np.float64))
    order = np.argsort(-gain, kind="stable")
    within = np.cumsum(cost[order]) <= CO_OCCURRENCES
    lowest = gain[order[within]].min(initial=np.inf) if not within.all() else 0.0
    return np.asarray(gain >= max(SURPRISING, lowest))


def _sums(hits, rows: np.ndarray, gain: np.ndarray, column: np.ndarray, least: float):  # type: ignore[no-untyped-def]
    """Pairs (first, second) of different columns whose gains on ``rows`` sum to at least ``least``, the largest sums first."""
    from scipy import sparse

    part = hits[np.flatnonzero(rows)]
    together = sparse.triu(part.T @ part.multiply(gain[rows][:, None]).tocsr(), k=1, format="coo")
    good = (together.data >= least) & (column[together.row] != column[together.col])
    first, second, sums = together.row[good], together.col[good], together.data[good]
    best = np.lexsort((second, first, -np.round(sums, 4)))[:MOST_COUNTED]
    return first[best], second[best], sums[best]


def _packed(hits) -> np.ndarray:  # type: ignore[no-untyped-def]
    """(P, n / 8) one bit a row, a few items at a time."""
    columns = hits.tocsc()
    parts = [np.packbits(columns[:, low : low + 64].toarray().astype(bool).T, axis=1) for low in range(0, columns.shape[1], 64)]
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.uint8)


def _both(bits: np.ndarray, first: np.ndarray, second: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """How many rows (of ``mask``) have both items of each pair."""
    counts = np.zeros(len(first), dtype=np.int64)
    step = max(1, 20_000_000 // max(1, bits.shape[1]))
    for low in range(0, len(first), step):
        both = bits[first[low : low + step]] & bits[second[low : low + step]]
        if mask is not None:
            both &= mask
        counts[low : low + step] = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
    return counts


def kinds_of(found: list[Candidate], rows: int) -> list[list[Candidate]]:
    """Candidates strongest first, gathered by the rows they share."""
    owner = np.full(rows, -1)
    kinds: list[list[Candidate]] = []
    for candidate in found:
        owners = owner[candidate.rows]
        owned = np.bincount(owners[owners >= 0], minlength=1)
        if owned.sum() > SAME * len(candidate.rows):
            mine = kinds[int(owned.argmax())]
            if len(mine) < MOST_WORDINGS:
                mine.append(candidate)
        elif len(kinds) < MOST_KINDS:
            owner[candidate.rows] = len(kinds)
            kinds.append([candidate])
    return kinds
