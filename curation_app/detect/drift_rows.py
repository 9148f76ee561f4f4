"""How unlike trusted rows each row is: by distance, by trees that tell the two sides apart, and as p-values by comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.nearest import nearest_distances

# Mean distance to this many trusted rows: small enough to see a small group, more than one so that a lone trusted twin does not hide it.
NEAREST = 5
# Distances computed in all, and trusted rows kept whatever their number: 20,000 x 6,000 or 100,000 x 4,000, some seconds.
MOST_PAIRS, KEPT = 120_000_000, 4_000
# Shares of the median distance that count as none: copies have no logarithm, and rounding must not order them.
SMALLEST, DECIMALS = 1e-3, 6
# Every row is judged by trees that did not see it; the same for both sides, which the comparison rests on. Three parts leave two thirds
# of a small group to learn from.
FOLDS = 3
# Trees of a forest, rows in a leaf, and rows of each side that one forest learns from: more changes no score by much.
TREES, LEAF, MOST_LEARNT = 100, 3, 2_500
# From fewer trusted rows nothing can be learnt about what is usual.
FEWEST = 20
# Where fewer trusted rows than this are as extreme, their count is coarse and the fitted tail speaks; it may say at most this much more.
COARSE, MOST_BEYOND = 10, 3.0
# The tail is fitted to this part of the trusted scores.
TAIL = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """What two looks say of rows.

    Attributes
    ----------
    p_value
        (n,) share of trusted rows at least as extreme, of two looks the smaller, doubled.
    surprise
        (n,) float64 at least 0: -log10 of it, told further where the trusted rows end.
    times_as_far
        (n,) distance from the trusted rows, in their own usual distance from each other.
    chance_new
        (n,) chance in [0, 1] that the row is not of the trusted side, by trees that did not see it.
    by_distance
        (n,) bool: whether distance speaks louder than the trees.
    auc, low, high
        How well the trees tell the sides apart, 0.5 = not at all, with a 99 % interval.
    finest
        Smallest p-value that so many trusted rows can give.
    """

    p_value: np.ndarray
    surprise: np.ndarray
    times_as_far: np.ndarray
    chance_new: np.ndarray
    by_distance: np.ndarray
    auc: float
    low: float
    high: float
    finest: float


def unlike(rows: np.ndarray, trusted: np.ndarray, *, seed: int) -> Unlike:
    """Judge (n, d) distinct ``rows`` against (m, d) ``trusted`` ones, none of which is among them; n at least 1, m at least FEWEST.

    A trusted row's distance leaves the row itself out and so has one row less to be near to: the p-values err to the safe side.
    """
    far, usual = _distances(rows, trusted, seed)
    ours, theirs = _told_apart(rows, trusted, seed)
    looks = [_by_comparison(far, usual), _by_comparison(_logit(ours), _logit(theirs))]
    p_value = np.minimum(2.0 * np.minimum(looks[0][0], looks[1][0]), 1.0)
    surprises = np.stack([look[1] for look in looks])
    auc, low, high = _area(ours, theirs)
    return Unlike(
        p_value=p_value,
        surprise=np.maximum(surprises.max(axis=0) - np.log10(2.0), 0.0),
        times_as_far=np.exp(far - np.median(usual)),
        chance_new=ours,
        by_distance=surprises[0] >= surprises[1],
        auc=auc,
        low=low,
        high=high,
        finest=2.0 / (min(len(usual), len(theirs)) + 1),
    )


def _distances(rows: np.ndarray, trusted: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of the mean distance to the nearest trusted rows: (n,) of the rows, (s,) of the trusted ones, each without itself."""
    most = max(KEPT, MOST_PAIRS // (len(rows) + len(trusted)))
    if len(trusted) > most:
        trusted = trusted[np.random.default_rng(seed).permutation(_order(trusted, seed))[:most]]
    k = min(NEAREST, len(trusted) - 1)
    far = nearest_distances(rows, trusted, k).mean(axis=1)
    usual = nearest_distances(trusted, trusted, k + 1)[:, 1:].mean(axis=1)
    floor = SMALLEST * max(float(np.median(usual)), float(np.finfo(np.float32).tiny))
    return np.round(np.log(far + floor), DECIMALS), np.round(np.log(usual + floor), DECIMALS)


def _told_apart(rows: np.ndarray, trusted: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Chance of being a new row: (n,) of the rows, (m,) of the trusted ones, each by trees that learnt from the other parts."""
    from sklearn.ensemble import ExtraTreesClassifier

    both = np.concatenate([rows, trusted])
    new = np.arange(len(both)) < len(rows)
    # Trees draw by position: in a canonical order the draw depends on the rows alone.
    order = _order(both, seed)
    rng = np.random.default_rng(seed)
    fold = np.empty(len(both), dtype=np.int64)
    for side in (order[new[order]], order[~new[order]]):
        fold[rng.permutation(side)] = np.arange(len(side)) % FOLDS
    chance = np.full(len(both), 0.5)
    for part in range(FOLDS):
        sides = [order[(new[order] == side) & (fold[order] != part)] for side in (True, False)]
        learnt = np.concatenate([side if len(side) <= MOST_LEARNT else rng.permutation(side)[:MOST_LEARNT] for side in sides])
        judged = np.flatnonzero(fold == part)
        if not len(judged) or not new[learnt].any() or new[learnt].all():
            continue
        trees = ExtraTreesClassifier(TREES, min_samples_leaf=LEAF, class_weight="balanced", random_state=seed, n_jobs=1)
        chance[judged] = trees.fit(both[learnt], new[learnt]).predict_proba(both[judged])[:, 1]
    chance = np.round(chance, DECIMALS)
    return chance[: len(rows)], chance[len(rows) :]


def _order(features: np.ndarray, seed: int) -> np.ndarray:
    return np.argsort(_projected(features, seed), kind="stable")


def _projected(features: np.ndarray, seed: int) -> np.ndarray:
    """(n,) float64: one number per row, equal for equal rows and practically never else."""
    direction = np.random.default_rng(seed).standard_normal((features.shape[1],))
    # Term by term in one order, so that equal rows give equal sums wherever they stand.
    total = np.zeros(len(features))
    for column, weight in enumerate(direction):
        total += features[:, column].astype(np.float64) * weight
    return total


def _by_comparison(scores: np.ndarray, usual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) p-values by comparison with the usual scores, (n,) surprise that goes on where those end)."""
    ordered = np.sort(usual)
    beyond = len(ordered) - np.searchsorted(ordered, scores, side="left")
    p_value = (1.0 + beyond) / (len(ordered) + 1.0)
    surprise = -np.log10(p_value)
    body = float(np.quantile(ordered, 1.0 - TAIL))
    above = ordered[ordered > body] - body
    if len(above) >= COARSE:
        tail = -np.log10(TAIL) + (scores - body) / (float(above.mean()) * np.log(10.0))
        coarse = beyond < COARSE
        surprise[coarse] = np.maximum(surprise, np.minimum(tail, surprise + MOST_BEYOND))[coarse]
    return p_value, np.maximum(surprise, 0.0)


def _logit(chance: np.ndarray) -> np.ndarray:
    clipped = np.clip(chance, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _area(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Area under the ROC curve with the 99 % interval of Hanley and McNeil (1982)."""
    ordered = np.sort(theirs)
    below = np.searchsorted(ordered, ours, side="left") + np.searchsorted(ordered, ours, side="right")
    n, m = len(ours), len(theirs)
    auc = float(below.sum()) / (2.0 * n * m)
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (auc * (1 - auc) + (n - 1) * (one - auc**2) + (m - 1) * (two - auc**2)) / (n * m)
    half = 2.576 * float(np.sqrt(max(variance, 0.0)))
    return auc, max(auc - half, 0.0), min(auc + half, 1.0)
