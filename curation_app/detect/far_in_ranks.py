"""Two further looks at far rows of tables: far where every column is ranks, and values that do not go together."""

from __future__ import annotations

import numpy as np

from curation_app.detect.nearest import nearest_distances

# As the near look at distances: small scattered sets have no more rows than this about them.
NEAR = 5
# Rows that all others are compared with: 100,000 x 4,000 distances take some seconds.
REFERENCE = 4_000
# A column of two values is a level or a mark: ranks would only stretch the rarer one.
FEWEST_VALUES = 3
# Share of the mean variance added to each column's own, so that columns which say the same do not divide by nothing.
RIDGE = 0.01
# Wider tables have too many pairs of columns for their covariance to be known from a few thousand rows.
WIDEST = 256


def looks_in_ranks(features: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    """How far rows lie and how badly their values go together, with heavy tails of columns taken away.

    A few rows of huge values make all other distances look small; as normal scores of its ranks no column can. Many small oddities, one in
    each column, then add up.

    Parameters
    ----------
    features
        (n, d) one row each, without NaN.
    seed
        Chooses the rows compared with where there are more than ``REFERENCE``.

    Returns
    -------
    tuple
        Two (n,) float64 arrays, higher = farther, as logarithms; none for tables of no or too many columns.

    References
    ----------
    van der Waerden (1952), normal scores; Hawkins (1974), The detection of errors in multivariate data using principal components.
    """
    rows, width = features.shape
    if not 0 < width <= WIDEST or rows <= NEAR + 1:
        return ()
    scores = normal_scores(features)
    return _near(scores, seed), unexplained(scores)


def normal_scores(features: np.ndarray) -> np.ndarray:
    """(n, d) float64: ranks as normal scores, ties alike, times the column's deviation; columns of two values as they are; all centred."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores = features.astype(np.float64)
    for column in scores.T:
        if np.unique(column).size >= FEWEST_VALUES:
            # Not scaled up where ties make it narrow: a column that hardly ever changes would outweigh the others.
            column[:] = column.std() * ndtri((rankdata(column) - 0.5) / column.size)
        column -= column.mean()
    return scores


def _near(scores: np.ndarray, seed: int) -> np.ndarray:
    """Mean distance to the nearest rows; the nearest of all is left out for everyone, because it may be the row itself."""
    # A canonical order makes the choice depend on the rows alone.
    order = np.argsort(scores @ np.random.default_rng(seed).standard_normal(scores.shape[1]), kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(REFERENCE, len(order))).astype(np.int64)]
    return _log(nearest_distances(scores, scores[chosen], NEAR + 1)[:, 1:].mean(axis=1))


def unexplained(scores: np.ndarray) -> np.ndarray:
    """(n,) logarithm of the mean square of what the other columns do not explain of each of (n, d) centred ``scores``.

    These are the residuals of all regressions at once, from the inverse covariance.
    """
    covariance = scores.T @ scores / len(scores)
    ridge = RIDGE * np.trace(covariance) / len(covariance)
    if not ridge > 0:
        return np.zeros(len(scores))
    precision = np.linalg.inv(covariance + ridge * np.eye(len(covariance)))
    residual = scores @ precision / np.sqrt(np.diag(precision))
    return _log(np.square(residual).mean(axis=1))


def _log(values: np.ndarray) -> np.ndarray:
    """Logarithm with a floor of a thousandth of the median: copies lie at 0."""
    positive = values[values > 0]
    return np.log(values + 1e-3 * np.median(positive)) if positive.size else np.zeros(len(values))
