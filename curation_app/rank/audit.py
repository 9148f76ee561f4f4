"""What the queue misses: a random sample of rows that nothing flagged, and the exact interval that verdicts on it allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

# Rows that one sitting can audit: with no bad row among 60, at most 6 % of the unflagged are bad (95 %).
FEWEST, USUAL, MOST = 30, 40, 60
# Strata of equal size by suspicion, each drawn from equally: the sample cannot miss the part where errors are.
STRATA = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSample:
    """Which rows to look at.

    Attributes
    ----------
    rows
        (m,) row numbers in random order.
    stratum
        (m,) int: the stratum of each, 0 = the most suspicious of the unflagged.
    sizes
        Rows of each whole stratum.
    """

    rows: np.ndarray
    stratum: np.ndarray
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """How many of the unflagged rows are bad: a count, and an interval that holds it with probability ``level`` at least.

    ``judged`` is the number of sampled rows with a verdict, ``found`` how many of them were bad, ``of`` how many rows were never flagged.
    """

    count: float
    low: float
    high: float
    judged: int
    found: int
    of: int
    level: float = 0.95


def audit_sample(suspicion: np.ndarray, flagged: np.ndarray, *, seed: int, size: int = USUAL) -> AuditSample:
    """Draw unflagged rows, some from each stratum of suspicion.

    The same arguments give the same rows, so that an audit can be interrupted and taken up again.

    Parameters
    ----------
    suspicion, flagged
        (n,) of the scan as it was before any verdict; later ones would move the strata.
    seed
        The run's.
    size
        Rows to draw, 30 to 60; fewer where there are not so many.
    """
    rng = np.random.default_rng([seed, 0xA0D17])
    open_rows = np.flatnonzero(~flagged)
    ordered = open_rows[np.lexsort((open_rows, -suspicion[open_rows]))]
    strata = np.array_split(ordered, STRATA)
    size = min(max(FEWEST, min(size, MOST)), len(ordered))
    ends = np.round(np.linspace(0, size, STRATA + 1)).astype(np.int64)
    takes = np.diff(ends) if size < len(ordered) else np.array([len(rows) for rows in strata])
    drawn = [rng.choice(rows, min(int(take), len(rows)), replace=False) for rows, take in zip(strata, takes, strict=True)]
    rows = np.concatenate(drawn)
    stratum = np.repeat(np.arange(STRATA), [len(part) for part in drawn])
    # Mixed, so that stopping early is no matter and the reviewer cannot tell what to expect.
    mixed = rng.permutation(len(rows))
    return AuditSample(rows=rows[mixed].astype(np.int64), stratum=stratum[mixed], sizes=tuple(len(part) for part in strata))


def audit_result(sample: AuditSample, verdicts: Mapping[int, bool], *, level: float = 0.95) -> AuditResult | None:
    """The bad rows among the unflagged, from verdicts on the sample (row -> whether it was bad); None before the first verdict.

    The interval is the exact one of a plain sample. Strata of equal size with equal numbers drawn can only make it hold more often than
    it says: the number found then varies less than a binomial count (Hoeffding 1956).

    References
    ----------
    Clopper & Pearson (1934), The use of confidence or fiducial limits. Hoeffding (1956), On the distribution of the number of successes
    in independent trials.
    """
    told = [verdicts[row] for row in sample.rows.tolist() if row in verdicts]
    if not told:
        return None
    judged, found, of = len(told), sum(map(bool, told)), int(sum(sample.sizes))
    low, high = clopper_pearson(found, judged, 1.0 - level)
    # Every bad row that was seen is one, and no more can be bad than were not seen to be good.
    low, high = max(low * of, found), min(high * of, of - (judged - found))
    count = float(np.clip(of * found / judged, low, high))
    return AuditResult(count=count, low=float(low), high=float(high), judged=judged, found=found, of=of, level=level)


def clopper_pearson(found: int, judged: int, error: float) -> tuple[float, float]:
    """Exact two-sided interval for a share, at confidence 1 - ``error``; (0, 1) when nothing was judged.

    Examples
    --------
    >>> tuple(round(end, 3) for end in clopper_pearson(0, 60, 0.05))
    (0.0, 0.06)
    """
    from scipy.special import betaincinv

    if judged == 0:
        return 0.0, 1.0
    low = float(betaincinv(found, judged - found + 1, error / 2)) if found else 0.0
    high = float(betaincinv(found + 1, judged - found, 1 - error / 2)) if found < judged else 1.0
    return low, high
