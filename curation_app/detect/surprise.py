"""Raw scores of any scale -> surprise: -log10 of how rare such a score is among ordinary rows.

Peaks over threshold: up to the 80 % quantile the rank speaks; above it, an exponential tail whose scale comes from the quantiles up to 95 %
or less, so that a few planted rows at the very top cannot hide themselves by stretching the scale.

References
----------
Pickands (1975), Statistical inference using extreme order statistics; Balkema & de Haan (1974), Residual life time at great age.
"""

from __future__ import annotations

import numpy as np

# Where the tail starts and where its scale is read: robust to up to 5 % bad rows (measured on clean digits: no row in 4,000 above 4).
BODY, SCALE = 0.80, 0.95
# Where scores lie in heaps, two quantiles may meet in one: no step that halves the rows beyond is taken for less than this share of the one
# before it.
LIGHTEST = 0.7
# Below this many scored rows two quantiles are guesses: only the rank speaks.
FEWEST_FOR_A_TAIL = 20
# Standard error of a tail's shape read from three quantiles, times the root of the rows above the first (2,000 exponential samples each of
# 300, 1,000 and 3,000 rows: 3.6).
SHAPE_ERROR = 3.6
# A surprise of 6 is one clean row in a million: beyond that all are equally certain, and scores keep their distance from 1.
CERTAIN = 6.0
# Largest surprise reported; a distance can be absurdly large and nothing is gained by printing 10^-4000.
HIGHEST = 30.0


def tail_surprise(raw: np.ndarray, *, heavy: bool = False, scale: float = SCALE) -> np.ndarray:
    """Surprise of each raw score among all of them.

    Parameters
    ----------
    raw
        (n,) any scale, higher = more suspicious, NaN = not scored. Scores with a heavy right tail (distances) should come as logarithms.
    heavy
        Whether the tail may fall more slowly than an exponential one where the quantiles up to ``scale`` show it: for scores that have far
        rows by nature. Not for scores of errors, which are many enough to bend the tail themselves.
    scale
        Quantile in (0.8, 1) up to which the tail is read; more bad rows than lie beyond pass for its shape.

    Returns
    -------
    np.ndarray
        (n,) float64 in [0, 30], never falling with ``raw``, equal for equal scores, 0 when all scores are equal, NaN where ``raw`` is.

    Examples
    --------
    >>> tail_surprise(np.array([1.0, 1.0, 1.0]))
    array([0., 0., 0.])
    """
    raw = np.asarray(raw, dtype=np.float64)
    surprise = np.full(raw.shape, np.nan)
    scored = np.isfinite(raw)
    values = raw[scored]
    if values.size == 0:
        return surprise
    by_rank = rank_surprise(values)
    body, end = np.quantile(values, [BODY, scale])
    if values.size < FEWEST_FOR_A_TAIL or not end > body:
        surprise[scored] = by_rank
        return surprise
    falls = (1.0 - BODY) / (1.0 - scale)
    shape, step = _heavy(values, scale) if heavy else (0.0, 0.0)
    length = max(end - body, LIGHTEST * step * np.log2(falls))
    beta = length * (shape / (falls**shape - 1.0) if shape > 0 else 1.0 / np.log(falls))
    beyond = np.maximum(values - body, 0.0) / beta
    tail = -np.log10(1.0 - BODY) + (np.log1p(shape * beyond) / shape if shape > 0 else beyond) / np.log(10.0)
    # Just below the threshold ties may hold a larger rank surprise than the tail's foot: never let the order break there.
    below = np.minimum(by_rank, -np.log10(1.0 - BODY))
    surprise[scored] = np.minimum(np.where(values > body, tail, below), HIGHEST)
    return surprise


def _heavy(values: np.ndarray, scale: float) -> tuple[float, float]:
    """Shape of the generalised Pareto tail, and the length of the first of two steps that halve the rows beyond (20 to 10 to 5 %).

    The shape is 0 (exponential, whose steps are of one length) unless the quantiles show a heavier one beyond their own error.
    """
    end = 1.0 - scale
    first, middle, last = np.quantile(values, [1.0 - 4.0 * end, 1.0 - 2.0 * end, scale])
    step = float(middle - first)
    if not first < middle < last:
        return 0.0, step
    return max(0.0, float(np.log2((last - middle) / step)) - SHAPE_ERROR / np.sqrt(4.0 * end * values.size)), step


def surest(surprises: np.ndarray) -> np.ndarray:
    """Surprise of the most surprising of several looks at one row, their number paid for.

    (looks, n) -> (n,) at least 0. Far out it is the largest less log10 of the number of looks; it keeps the order everywhere, where a plain
    difference would be cut off at 0 (Sidak's correction).

    Examples
    --------
    >>> surest(np.array([[0.0, 1.0, 5.0], [0.0, 0.5, 1.0]])).round(2)
    array([0.  , 0.72, 4.7 ])
    """
    looks = len(surprises)
    chance = 10.0 ** -np.max(surprises, axis=0)
    with np.errstate(divide="ignore"):
        return np.abs(-np.log10(-np.expm1(looks * np.log1p(-chance))))


def score_from_surprise(surprise: np.ndarray) -> np.ndarray:
    """Scores in [0, 0.999]: ``1 - 10 ** (-min(surprise, 6) / 2)``, NaN kept.

    Examples
    --------
    >>> score_from_surprise(np.array([0.0, 2.0, 40.0]))
    array([0.   , 0.9  , 0.999])
    """
    return 1.0 - 10.0 ** (-np.clip(np.asarray(surprise, dtype=np.float64), 0.0, CERTAIN) / 2.0)


def rank_surprise(values: np.ndarray) -> np.ndarray:
    """-log10 of the share of values at least this large; ties share the largest, so equal values all give 0."""
    ordered = np.sort(values)
    at_least = values.size - np.searchsorted(ordered, values, side="left")
    return np.abs(-np.log10(at_least / values.size))
