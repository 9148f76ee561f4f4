"""The second stage: trees that never saw a rule's rows, or never its columns, say how those rows would be labelled.

Rules of the data itself vanish here: what neighbouring values explain, because trees without the rows know it; what the rest of the row
explains (a small class of its own, far from the others), because trees without the columns know it. A stamped trigger does neither.
"""

from __future__ import annotations

import numpy as np

from curation_app.detect.table_trigger_candidates import Candidate, judged, kinds_of
from curation_app.detect.table_trigger_items import FEWEST, Column

# Rows that a refit learns from; more add little to what a few hundred rows would be labelled.
MOST_TAUGHT = 5_000
# Trees of the first look, which leaves several rules' rows out at once, and of the last, which leaves out one rule's.
TREES_FIRST, TREES_LAST = 25, 60
# Three rows a leaf: chances, not memories.
LEAF = 3
# One worker per core of a small machine.
WORKERS = 2
# Share of the columns tried at a split, and the most: wide tables would pay for it in proportion.
TRIED, MOST_TRIED = 0.3, 24
# Levels of a text column that are told apart one by one.
INDICATORS = 12
# A pair names a trigger better than one of its values where it has so much of the evidence on so small a share of the rows.
NEARLY_ALL, FEWER = 0.9, 2 / 3
# Rules that are left out together have no column in common and take at most this share of the rows.
TOGETHER = 0.10
MOST_FIRST, MOST_LAST = 24, 10


class Refit:
    """Judges candidates by forests fitted without their rows, and without their columns.

    ``columns`` are those of the table, ``rows`` the (n,) row numbers that take part, ``codes`` (n,) their labels in 0 ... K-1. Rows are
    brought into an order of their own content first, so that the trees' random draws depend on the rows alone.
    """

    def __init__(self, columns: list[Column], rows: np.ndarray, codes: np.ndarray, n_classes: int, *, seed: int) -> None:
        self._features, self._column = tree_features(columns, rows)
        direction = np.random.default_rng(seed).standard_normal(self._features.shape[1])
        projected = np.einsum("ij,j->i", self._features, direction, dtype=np.float64)
        self._order = np.lexsort((codes, projected))
        self._codes, self._n_classes, self._seed = codes, n_classes, seed

    def chances(self, rows: np.ndarray, without: np.ndarray, trees: int) -> np.ndarray:
        """(len(rows), K) chances of ``rows`` by a forest that saw none of the rows in ``without``."""
        from sklearn.ensemble import ExtraTreesClassifier

        absent = np.zeros(len(self._codes), dtype=bool)
        absent[without] = True
        taught = self._order[~absent[self._order]]
        taught = taught[:: -(-len(taught) // MOST_TAUGHT)] if len(taught) else taught
        chances = np.zeros((len(rows), self._n_classes))
        if len(taught) == 0:
            return chances + 1.0 / self._n_classes
        tried = _tried(self._features.shape[1])
        forest = ExtraTreesClassifier(trees, min_samples_leaf=LEAF, max_features=tried, random_state=self._seed, n_jobs=WORKERS)
        forest.fit(self._features[taught], self._codes[taught])
        judged_rows = self._features[rows]
        # One tree after the other: the forest's own sum depends on which thread ends first.
        chances[:, forest.classes_] = sum(tree.predict_proba(judged_rows, check_input=False) for tree in forest.estimators_) / trees
        return chances

    def chances_without_columns(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """(len(rows), K) out-of-bag chances of ``rows`` by a forest that saw the other rows, these too, but none of ``columns``."""
        from sklearn.ensemble import ExtraTreesClassifier

        kept = ~np.isin(self._column, columns)
        if not kept.any():
            return np.full((len(rows), self._n_classes), 1.0 / self._n_classes)
        mine = np.zeros(len(self._codes), dtype=bool)
        mine[rows] = True
        others = self._order[~mine[self._order]]
        taught = np.zeros(len(self._codes), dtype=bool)
        taught[others[:: -(-len(others) // MOST_TAUGHT)] if len(others) else others] = True
        taught[rows] = True
        ordered = self._order[taught[self._order]]
        tried = _tried(int(kept.sum()))
        forest = ExtraTreesClassifier(
            TREES_LAST, min_samples_leaf=LEAF, max_features=tried, bootstrap=True, oob_score=True, random_state=self._seed, n_jobs=WORKERS
        )
        forest.fit(self._features[np.ix_(ordered, np.flatnonzero(kept))], self._codes[ordered])
        place = np.empty(len(self._codes), dtype=np.int64)
        place[ordered] = np.arange(len(ordered))
        chances = np.zeros((len(rows), self._n_classes))
        chances[:, forest.classes_] = np.nan_to_num(forest.oob_decision_function_[place[rows]])
        return chances

    def confirmed(self, candidates: list[Candidate], columns: np.ndarray, least: float) -> list[tuple[Candidate, np.ndarray]]:
        """Those of ``candidates`` that keep ``least`` nats, with the forest's (rows, K) chances, strongest first.

        ``columns`` is the column of every item.
        """
        strong = [candidate for candidate in candidates if candidate.nats >= least][:MOST_FIRST]
        left: list[Candidate] = []
        for batch in _batches(strong, columns, len(self._codes)):
            without = np.unique(np.concatenate([candidate.rows for candidate in batch]))
            chances = self.chances(without, without, TREES_FIRST)
            left += [judged(rule, chances[np.searchsorted(without, rule.rows)], self._codes) for rule in batch]
        left = sorted((rule for rule in left if rule.nats >= least), key=lambda rule: rule.order)[:MOST_LAST]
        confirmed = []
        for rule in left:
            chances = self.chances(rule.rows, rule.rows, TREES_LAST)
            rule = judged(rule, chances, self._codes)
            if rule.nats >= least:
                rule = judged(rule, self.chances_without_columns(rule.rows, columns[list(rule.items)]), self._codes)
            confirmed.append((rule, chances))
        confirmed = sorted(((rule, chances) for rule, chances in confirmed if rule.nats >= least), key=lambda pair: pair[0].order)
        best = {exact_wording(kind).items for kind in kinds_of([rule for rule, _ in confirmed], len(self._codes))}
        return [(rule, chances) for rule, chances in confirmed if rule.items in best]


def exact_wording(wordings: list[Candidate]) -> Candidate:
    """The strongest wording, or one with a further cell that has nearly all of its evidence on far fewer rows: the others are natural."""
    best = wordings[0]
    for other in wordings[1:]:
        inside = len(np.intersect1d(best.rows, other.rows, assume_unique=True))
        fewer = len(other.rows) <= FEWER * len(best.rows) and inside == len(other.rows)
        if fewer and len(other.items) > len(best.items) and other.evidence >= NEARLY_ALL * best.evidence:
            return other
    return best


def _tried(width: int) -> int:
    return max(1, min(MOST_TRIED, round(TRIED * width)))


def tree_features(columns: list[Column], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n, d) float32 features of the ``rows``, (d,) the column each is made of).

    Numbers become their position among the column's distinct ones, missing = -1: trees cut at random, and would never part a long tail.
    Frequent texts are indicators, and all texts are ordered by how frequent they are.
    """
    parts: list[np.ndarray] = []
    owners: list[int] = []
    for place, column in enumerate(columns):
        for values in _ranked(column.numbers[rows]) if column.numbers is not None else _levelled(column.texts[rows]):  # type: ignore[index]
            parts.append(values)
            owners.append(place)
    features = np.stack(parts, axis=1) if parts else np.zeros((len(rows), 0))
    return np.ascontiguousarray(features, dtype=np.float32), np.array(owners, dtype=np.int64)


def _ranked(numbers: np.ndarray) -> list[np.ndarray]:
    ranks = np.unique(numbers, return_inverse=True, equal_nan=True)[1].reshape(-1)
    return [np.where(np.isfinite(numbers), ranks, -1).astype(np.float32)]


def _levelled(texts: np.ndarray) -> list[np.ndarray]:
    import pandas as pd

    codes, levels = pd.factorize(texts)
    counts = np.bincount(codes, minlength=len(levels))
    order = sorted(range(len(levels)), key=lambda level: (-int(counts[level]), str(levels[level])))
    rank = np.empty(len(levels))
    rank[order] = np.arange(len(levels))
    frequent = [level for level in order[:INDICATORS] if counts[level] >= FEWEST]
    return [rank[codes].astype(np.float32), *((codes == level).astype(np.float32) for level in frequent)]


def _batches(candidates: list[Candidate], columns: np.ndarray, rows: int) -> list[list[Candidate]]:
    """First fit: each candidate joins the first batch that shares no column with it and stays small."""
    batches: list[tuple[list[Candidate], set[int], int]] = []
    for candidate in candidates:
        mine = {int(column) for column in columns[list(candidate.items)]}
        for place, (batch, used, size) in enumerate(batches):
            if not mine & used and size + len(candidate.rows) <= TOGETHER * rows:
                batches[place] = ([*batch, candidate], used | mine, size + len(candidate.rows))
                break
        else:
            batches.append(([candidate], mine, len(candidate.rows)))
    return [batch for batch, *_ in batches]
