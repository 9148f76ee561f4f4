"""The second stage: trees that never saw a rule's rows say what those rows would be labelled. Rules of the data itself vanish here."""

from __future__ import annotations

import numpy as np

from curation_app.detect.table_trigger_candidates import Candidate, judged

# Rows that a refit learns from; more add little to what a few hundred rows would be labelled.
MOST_TAUGHT = 10_000
# Trees of the first look, which leaves several rules' rows out at once, and of the last, which leaves out one rule's.
TREES_FIRST, TREES_LAST = 40, 100
# Three rows a leaf: chances, not memories.
LEAF = 3
# Share of the columns tried at a split.
TRIED = 0.3
# Rules that are left out together have no column in common and take at most this share of the rows.
TOGETHER = 0.10
MOST_FIRST, MOST_LAST = 40, 15


class Refit:
    """Judges candidates by forests fitted without their rows.

    ``features`` is (n, d), ``codes`` (n,) in 0 ... K-1. Rows are brought into an order of their own content first, so that the trees'
    random draws depend on the rows alone.
    """

    def __init__(self, features: np.ndarray, codes: np.ndarray, n_classes: int, *, seed: int) -> None:
        direction = np.random.default_rng(seed).standard_normal(features.shape[1])
        projected = np.einsum("ij,j->i", features, direction, dtype=np.float64)
        self._order = np.lexsort((codes, projected))
        self._features, self._codes, self._n_classes, self._seed = _ranks(features), codes, n_classes, seed

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
        forest = ExtraTreesClassifier(trees, min_samples_leaf=LEAF, max_features=TRIED, random_state=self._seed, n_jobs=1)
        forest.fit(self._features[taught], self._codes[taught])
        chances[:, forest.classes_] = forest.predict_proba(self._features[rows])
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
            confirmed.append((judged(rule, chances, self._codes), chances))
        confirmed = [(rule, chances) for rule, chances in confirmed if rule.nats >= least]
        return sorted(confirmed, key=lambda pair: pair[0].order)


def _ranks(features: np.ndarray) -> np.ndarray:
    """(n, d) float32 position of each value among its column's distinct ones: trees cut at random, and would never part a long tail."""
    ranks = np.empty(features.shape, dtype=np.float32)
    for place, values in enumerate(features.T):
        ranks[:, place] = np.unique(values, return_inverse=True)[1]
    return ranks


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
