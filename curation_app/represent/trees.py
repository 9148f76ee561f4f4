"""Extremely randomised trees, each row judged only by trees that saw neither it nor a copy of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from curation_app.represent.probability import calibrated, class_shares

# Two rows a leaf: the best of 1-5 for planted flips, and flat around it.
LEAF = 2
# Trees times rows that one labelling may cost (300 trees up to 10,000 rows, about four seconds on two cores) ...
BUDGET = 3_000_000
# ... but never fewer trees than this, with which the votes are within a percent of the full forest's.
FEWEST = 100
# One worker per core of a small machine; the sums are made in tree order whatever the number.
WORKERS = 2


class OutOfBagTrees:
    """Out-of-bag probabilities of a bootstrap over copy groups: the copies of a row share its fate in every draw.

    A group enters a draw as one case, its weight shared among its rows, so copies do not vouch for one another.
    """

    def __init__(self, features: np.ndarray, copies: np.ndarray, n_classes: int, *, trees: int, seed: int) -> None:
        self._features, self._n_classes, self._seed = features, n_classes, seed
        _, self._group = np.unique(copies, return_inverse=True)
        self._share = 1.0 / np.bincount(self._group)[self._group]
        self._trees = max(min(FEWEST, trees), min(trees, BUDGET // max(1, len(features))))

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """(n, K) float32 out-of-bag probabilities; a row that no tree may judge gets the class shares."""
        votes = np.zeros((len(codes), self._n_classes))
        counts = np.zeros(len(codes))
        with ThreadPoolExecutor(WORKERS) as pool:
            for out, classes, chances in pool.map(lambda tree: self._grown(tree, codes), range(self._trees)):
                votes[np.ix_(out, classes)] += chances
                counts[out] += 1
        shares = class_shares(codes, self._n_classes)
        # Half a vote for the class shares keeps a chance above zero, so that a logarithm can be taken.
        chances = ((votes + 0.5 * shares) / (counts + 0.5)[:, None]).astype(np.float32)
        return calibrated(np.log(chances), codes)

    def _grown(self, number: int, codes: np.ndarray) -> tuple[np.ndarray, Any, np.ndarray]:
        """Rows that tree ``number`` may judge, the classes it knows, and its (rows, classes) chances."""
        from sklearn.tree import ExtraTreeClassifier

        rng = np.random.default_rng((self._seed, number))
        groups = int(self._group.max()) + 1
        drawn = np.bincount(rng.integers(0, groups, groups), minlength=groups)[self._group]
        taught = np.flatnonzero((drawn > 0) & (codes >= 0))
        out = np.flatnonzero(drawn == 0)
        if not len(taught) or not len(out):
            return out[:0], np.zeros(0, np.int64), np.zeros((0, 0))
        tree = ExtraTreeClassifier(min_samples_leaf=LEAF, random_state=int(rng.integers(2**31)))
        tree.fit(self._features[taught], codes[taught], sample_weight=(drawn * self._share)[taught])
        return out, tree.classes_, tree.predict_proba(self._features[out])
