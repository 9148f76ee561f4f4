"""Are an origin's labels worse than its rows' content explains? One test and one rate for each source, annotator or stretch of time.

A row's label is compared with what a model that did not see the row expects of its content. A source whose rows are hard gets labels that
look wrong by chance; that chance is known row by row, and only what exceeds it counts. The weight of a row is the logarithm of how much
likelier its label is if a fifth of the origin's labels were drawn at random than if none were: the most powerful one for that question.

References
----------
Neyman & Pearson (1933), On the most efficient tests of statistical hypotheses; Efron (2004), Large-scale simultaneous hypothesis testing:
the choice of a null hypothesis; Benjamini & Hochberg (1995), Controlling the false discovery rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# The share of wrong labels that the test is sharpest for; it loses little between 5 % and 60 %.
WRONG_SHARE = 0.2
# A model is sure of itself too soon: the share of each row's chances that is dealt out evenly is fitted among these.
EVENED = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3)
# A row counts as suspect when another class is twice as likely as its own: below, it says more about the model than about the label.
SUSPECT_MARGIN = float(np.log(2.0))
# Fewer rows than this say nothing about where they come from.
FEWEST_ROWS = 5
# From so many origins on, how much they differ for no bad reason is read from them; capped, so that many bad ones do not hide each other.
FEWEST_ORIGINS, WIDEST = 10, 2.0
# Rates are drawn towards what is expected as strongly as so many rows would.
SHRINKAGE_ROWS = 20.0
# Two-sided 95 % interval of a rate.
TAIL = 0.025
# Chances are turned to moments in blocks of so many rows, which keeps memory flat with hundreds of classes.
BLOCK = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRates:
    """One entry an origin, (m,) each.

    Attributes
    ----------
    rows, suspects
        Labelled rows, copies counted once, and those whose label contradicts their content.
    expected
        Suspects that the rows' content alone explains.
    rate, low, high
        Share of suspects, drawn towards the expected share, with its 95 % interval.
    excess
        Standard deviations by which the labels are worse than expected; NaN below 5 rows.
    chance
        p-value of that, 1 where the excess is NaN.
    """

    rows: np.ndarray
    suspects: np.ndarray
    expected: np.ndarray
    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    excess: np.ndarray
    chance: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWeights:
    """(n,) each: log-likelihood ratio of the given label, its mean, variance and third moment by content, and suspicion given and expected.

    Rows without a label have NaN ``ratio`` and ``suspect`` False.
    """

    ratio: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    third: np.ndarray
    suspect: np.ndarray
    expected: np.ndarray


def row_weights(probabilities: np.ndarray, codes: np.ndarray) -> RowWeights:
    """What each row's label says, against what a label drawn from the row's own chances would say."""
    even = fitted_evening(probabilities, codes)
    parts = [
        _block_weights(probabilities[start : start + BLOCK], codes[start : start + BLOCK], even) for start in range(0, len(codes), BLOCK)
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.zeros(0)] * 6
    return RowWeights(
        ratio=columns[0], mean=columns[1], variance=columns[2], third=columns[3], suspect=columns[4].astype(bool), expected=columns[5]
    )


def fitted_evening(probabilities: np.ndarray, codes: np.ndarray) -> float:
    """The share of chance, dealt out evenly over the classes, that makes the given labels most likely."""
    labelled = np.flatnonzero(codes >= 0)
    own = probabilities[labelled, codes[labelled]].astype(np.float64)
    classes = probabilities.shape[1]
    return max(EVENED, key=lambda even: (float(np.log((1 - even) * own + even / classes).sum()), -even)) if own.size else EVENED[0]


def _block_weights(probabilities: np.ndarray, codes: np.ndarray, even: float) -> tuple[np.ndarray, ...]:
    classes = probabilities.shape[1]
    chances = (1.0 - even) * probabilities.astype(np.float64) + even / classes
    ratios = np.log((1.0 - WRONG_SHARE) + WRONG_SHARE * (1.0 - chances) / (chances * max(classes - 1, 1)))
    mean = np.einsum("ij,ij->i", chances, ratios)
    away = ratios - mean[:, None]
    variance = np.einsum("ij,ij,ij->i", chances, away, away)
    third = np.einsum("ij,ij,ij,ij->i", chances, away, away, away)
    beaten = chances < chances.max(axis=1, keepdims=True) * np.exp(-SUSPECT_MARGIN)
    everyone, given = np.arange(len(codes)), np.maximum(codes, 0)
    return (
        np.where(codes >= 0, ratios[everyone, given], np.nan),
        mean,
        variance,
        third,
        beaten[everyone, given] & (codes >= 0),
        np.einsum("ij,ij->i", chances, beaten),
    )


def origin_rates(weights: RowWeights, origin: np.ndarray, count: int, copies: np.ndarray) -> OriginRates:
    """Compare each of ``count`` origins with what its rows' content explains.

    Parameters
    ----------
    weights
        Of all n rows.
    origin
        (n,) position of the row's origin, -1 for none.
    copies
        (n,) numbers; rows of one number, origin and ratio are copies and count once.
    """
    judged = np.flatnonzero((origin >= 0) & np.isfinite(weights.ratio))
    once = _once(origin[judged], copies[judged], weights.ratio[judged])

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(origin[judged], weights=once * values[judged].astype(np.float64), minlength=count)

    rows, suspects, expected = total(np.ones(len(origin))), total(weights.suspect), total(weights.expected)
    spread = np.sqrt(np.maximum(total(weights.variance), 1e-12))
    excess = _normal_scores(total(weights.ratio) - total(weights.mean), spread, total(weights.third))
    excess = np.where(rows >= FEWEST_ROWS, excess, np.nan)
    excess = against_others(excess)
    rate, low, high = shrunk_rate(suspects, rows, expected)
    return OriginRates(
        rows=rows, suspects=suspects, expected=expected, rate=rate, low=low, high=high, excess=excess, chance=upper_tail(excess)
    )


def _once(origin: np.ndarray, copies: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """(m,) weights that let the copies of one row in one origin, with one label, count as one row."""
    if not origin.size:
        return np.zeros(0)
    keys = np.stack((origin.astype(np.float64), copies.astype(np.float64), ratio.round(9)))
    kin = np.unique(keys, axis=1, return_inverse=True)[1].ravel()
    return np.asarray(1.0 / np.bincount(kin)[kin])


def _normal_scores(surplus: np.ndarray, spread: np.ndarray, third: np.ndarray) -> np.ndarray:
    """Surpluses as normal deviates, their skewness taken into account by a gamma law of the same three moments."""
    from scipy.special import gammaincc, ndtri

    plain = surplus / spread
    skew = third / spread**3
    # Without skewness the gamma law is the normal one, and its formula divides by zero.
    safe = np.maximum(skew, 1e-3)
    shape = 4.0 / safe**2
    tail = gammaincc(shape, np.maximum(shape + plain * np.sqrt(shape), 0.0))
    # Beyond what the tail can hold as a number, the plain deviate orders the origins.
    usable = (skew > 1e-3) & (tail > 1e-290) & (tail < 1.0 - 1e-12)
    deviates = -ndtri(np.clip(tail, 1e-290, 1.0 - 1e-12))
    ceiling = -ndtri(1e-290)
    return np.where(usable, deviates, np.where(plain > 0, np.where(skew > 1e-3, ceiling + plain / 1e3, plain), plain))


def against_others(excess: np.ndarray) -> np.ndarray:
    """Deviates in units of how much the origins differ anyway, where there are enough of them to tell."""
    known = excess[np.isfinite(excess)]
    if known.size < FEWEST_ORIGINS:
        return excess
    middle = float(np.median(known))
    # The lower half is free of bad origins; 0.6745 turns its median distance to a standard deviation.
    below = middle - known[known <= middle]
    width = float(np.clip(np.median(below) / 0.6745, 1.0, WIDEST))
    return (excess - max(middle, 0.0)) / width


def upper_tail(deviates: np.ndarray) -> np.ndarray:
    """p-values of normal deviates, 1 where there is none."""
    from scipy.special import ndtr

    return np.where(np.isfinite(deviates), ndtr(-np.nan_to_num(deviates)), 1.0)


def shrunk_rate(hits: np.ndarray, rows: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Beta-binomial: ((m,) share of hits drawn towards ``expected / rows``, lower and upper end of its 95 % interval)."""
    from scipy.special import betaincinv

    usual = np.clip((expected + 0.5) / (rows + 1.0), 1e-6, 1.0 - 1e-6)
    wrong, right = SHRINKAGE_ROWS * usual + hits, SHRINKAGE_ROWS * (1.0 - usual) + np.maximum(rows - hits, 0.0)
    return wrong / (wrong + right), betaincinv(wrong, right, TAIL), betaincinv(wrong, right, 1.0 - TAIL)


def adjusted(chances: np.ndarray) -> np.ndarray:
    """(m,) p-values with all tests counted: the smallest false discovery rate at which each stands out.

    Examples
    --------
    >>> adjusted(np.array([0.01, 0.02, 0.9])).round(2)
    array([0.03, 0.03, 0.9 ])
    """
    order = np.argsort(-chances, kind="stable")
    found = np.empty(len(chances))
    found[order] = np.minimum.accumulate(chances[order] * len(chances) / np.arange(len(chances), 0, -1))
    return np.minimum(found, 1.0)


def discoveries(chances: np.ndarray, rate: float) -> np.ndarray:
    """(m,) bool: the tests that stand out at the false discovery rate, by Benjamini and Hochberg.

    Examples
    --------
    >>> discoveries(np.array([0.001, 0.04, 0.9]), 0.05)
    array([ True, False, False])
    """
    ordered = np.sort(chances)
    passing = np.flatnonzero(ordered <= rate * np.arange(1, len(ordered) + 1) / max(len(ordered), 1))
    return chances <= ordered[passing[-1]] if passing.size else np.zeros(len(chances), dtype=bool)
