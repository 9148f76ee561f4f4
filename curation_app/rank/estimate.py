"""How many rows are probably bad, by kind, with an interval that admits what cannot be known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from curation_app.domain.finding import Finding, Kind
from curation_app.domain.queue import Estimate
from curation_app.rank.calibration import COUNTED, Calibration

# Tails in which an excess over chance is counted: one row in a hundred, in a thousand, in ten thousand.
TAILS = (2.0, 3.0, 4.0)
# Without a self-test, only rows at least this likely to be bad are counted.
COUNTED_FROM = 0.5
# A chance learned from planted errors may be this far off (measured on flips of known number, see the benchmark's calibration).
SLACK = 0.2
# Families of groups that may be natural (templates, repeated forms): they are counted, but prove nothing about the least number.
NATURAL = frozenset({"spike"})
# One-sided 97.5 % of a normal: with the upper end, a 95 % interval.
Z = 1.96


def estimate_bad(
    findings: Sequence[Finding],
    suspicion: np.ndarray,
    kinds: np.ndarray,
    by_kind: Mapping[Kind, np.ndarray],
    calibration: Calibration,
) -> dict[str, Estimate]:
    """Kind (and "all", their sum) -> number of bad rows.

    ``findings`` are those that looked; ``suspicion`` and ``by_kind`` are the queue's (n,) chances, ``kinds`` (n,) its kinds. A row that is
    likely bad counts for the kind that the queue gives it alone: a poisoned row's label is wrong as well, but it is one bad row.
    """
    estimates = {
        kind.value: _one_kind(kind, findings, chance, (suspicion < COUNTED_FROM) | (kinds == kind.value), calibration)
        for kind, chance in by_kind.items()
    }
    if estimates:
        estimates["all"] = _together(tuple(estimates.values()), suspicion.size)
    return estimates


def _one_kind(kind: Kind, findings: Sequence[Finding], chance: np.ndarray, own: np.ndarray, calibration: Calibration) -> Estimate:
    """``own`` (n,) bool: the rows that may count for this kind."""
    mine = [finding for finding in findings if finding.kind is kind]
    curves = [calibration.curves[finding.code] for finding in mine if finding.code in calibration.curves]
    chance = np.where(own, np.nan_to_num(chance, nan=0.0), 0.0)
    # Where planted errors tell the chances, they tell the tails too; only far rows are still counted against what chance puts there.
    counted_by_tails = [one for one in mine if one.family not in NATURAL and (one.code not in calibration.curves or one.family in COUNTED)]
    least = max((_excess(finding.surprise[own]) for finding in counted_by_tails), default=0.0)
    if curves:
        learned = np.where(own, _learned(mine, chance, calibration), 0.0)
        chance = np.where(chance >= COUNTED_FROM, np.maximum(chance, learned), learned)
        sure = learned[learned >= COUNTED_FROM]
        least = max(least, float(np.sum(sure - SLACK) - Z * np.sqrt(np.sum(sure * (1.0 - sure)))))
        scored = max(int(np.sum(np.isfinite(finding.surprise[own]))) for finding in mine)
        count = float(chance.sum())
        # Each curve bounds the errors that are like the planted ones: the tightest bound holds.
        high = min(max(count + Z * np.sqrt(count + 1.0), scored * min(curve.highest_prior for curve in curves)), float(chance.size))
        method = "Sum of chances learned from planted errors; the upper end is the most that errors like the planted ones can hide."
    else:
        counted = chance[chance >= COUNTED_FROM]
        count = float(counted.sum())
        high = float(min(chance.size, count + Z * np.sqrt(count + 1.0) + np.sum(chance[chance < COUNTED_FROM])))
        method = "Sum of chances over the rows that are more likely bad than not; this kind was not self-tested."
    return Estimate(count=count, low=min(max(least, 0.0), count), high=high, method=method)


def _learned(mine: Sequence[Finding], chance: np.ndarray, calibration: Calibration) -> np.ndarray:
    """(n,) chances that were learned from planted errors, which add up to a number of bad rows."""
    learned = np.zeros(chance.shape)
    for finding in mine:
        told = calibration.learned(finding.family, finding.surprise, code=finding.code)
        if told is not None:
            learned = np.fmax(learned, told)
    return learned


def _excess(surprise: np.ndarray) -> float:
    """Rows beyond what chance puts into the tails, at least so many with 97.5 % confidence."""
    scored = surprise[np.isfinite(surprise)]
    counts = [(int(np.sum(scored >= tail)), scored.size * 10.0**-tail) for tail in TAILS]
    return max((seen - expected - Z * float(np.sqrt(expected + seen)) for seen, expected in counts if seen), default=0.0)


def _together(estimates: Sequence[Estimate], rows: int) -> Estimate:
    """No row counts for two kinds, so that the numbers add up."""
    count, low, high = (sum(getattr(estimate, name) for estimate in estimates) for name in ("count", "low", "high"))
    return Estimate(
        count=min(count, rows),
        low=min(low, rows),
        high=min(high, rows),
        method="Sum over the kinds; errors that look like honest rows of the other class cannot be counted without an audit.",
    )
