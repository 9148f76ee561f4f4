"""Surprise -> chance that the row is bad, learned from errors planted in a copy of the user's own data.

In a planted copy, let f(e) be the density of surprise among planted rows and u(e) among the others. The others hold the real errors
too: if a share ``prior`` of them is bad and bad rows look like planted ones, the chance that a row at e is bad is
``prior * f(e) / u(e)``, and no density of clean rows is needed. No tail of the others can hold fewer rows than its bad ones, so
``U(t) / F(t)`` bounds the prior for every t.

Planting changes the scale of surprise (more errors, longer tails), so e is measured here by rarity: -log10 of the share of unplanted rows
that are at least as surprised. On that scale the chances of all rows add up to the prior's number of bad rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from curation_app.rank.excess import excess_share
from curation_app.rank.formula import SUREST, formula_precision
from curation_app.rank.monotone import rising_fit

# Families whose every tail is checked against what chance puts there. A planted far row says how far bad rows lie, but nothing about how
# many rows of this data lie as far by nature: short texts did, and were called injected with a chance of .99. Labels are not among
# them: where a tenth of the labels is wrong, the wrong ones themselves set the scale of their surprise.
COUNTED = frozenset({"far"})
# Data has far rows by nature, and nothing in a row tells them from injected ones: even where a tail holds more than chance puts there,
# a far row is at most as likely bad as not. The rest of its chance only keeps the order.
COUNTED_MOST, ORDER = 0.5, 1e-4
# A formula never calls a row more likely bad than not where a self-test does not.
UNLEARNED_MOST = 0.45
# Behind the code of a detector that was tested on errors where classes touch, too. No test tells those from honest doubt: on clean
# overlapping data they would seem to be a fifth of the rows. Only near certainty counts, as so many witnesses who agree: on 50 planted sets
# the said chances then are at most .11 from the true ones, with random flips and with such errors; unweakened, .28.
NEAR, WITNESSES = "/near", 4
# Where it takes more wrong labels than this, classes overlap: clean intents of 77 and 150 kinds would have .4.
MOST_NEAR = 0.25
# Fewer planted rows make no curve.
FEWEST_PLANTED = 20
# Points of the curve: one for so many planted rows, up to so many.
PLANTED_PER_POINT, MOST_POINTS = 8, 40
# The bound is read only from tails that hold a fifth of the planted rows, and ten of them: beyond, it is noise.
TAIL_SHARE, TAIL_ROWS, TAILS = 0.2, 10, 4
# Two-sided 95 % of a normal.
Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One detector's chance of being bad by surprise.

    Attributes
    ----------
    rarity, precision
        (m,) both rising; between points the curve is straight, beyond the ends flat.
    prior
        Share of rows thought to be bad, in [0, 1].
    highest_prior
        Upper end of its 95 % interval.
    planted
        Planted rows it was learned from; 0 for a formula.
    """

    rarity: np.ndarray
    precision: np.ndarray
    prior: float
    highest_prior: float
    planted: int

    def at(self, surprise: np.ndarray) -> np.ndarray:
        """(n,) chance of being bad in [0, 0.99], rising; NaN where the surprise is. ``surprise`` is that of all rows of a scan."""
        scored = np.isfinite(surprise)
        chance = np.full(surprise.shape, np.nan)
        chance[scored] = np.interp(rarity(surprise[scored], np.sort(surprise[scored])), self.rarity, self.precision)
        return chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Code -> curve of the detectors that were self-tested; the others use their family's formula.

    A second curve under the code and ``/near`` is of errors where classes touch; it orders rows and flags none.
    """

    curves: Mapping[str, Curve] = field(default_factory=lambda: MappingProxyType({}))

    def precision(self, family: str, surprise: np.ndarray, looks: int = 1, *, code: str = "") -> np.ndarray:
        """(n,) chance of being bad, given the surprise of all rows.

        ``code`` is the detector's, its family's name by default. ``looks`` is the number of families that looked; only the formula
        has to pay for it.
        """
        formula = formula_precision(family, surprise, looks)
        learned = self.learned(family, surprise, code=code)
        if learned is None:
            return formula
        # Errors unlike the planted ones can make a self-test believe that hardly any exist. The usual share of bad rows then still orders
        # them, below what it takes to be flagged; so do errors planted where classes touch.
        unsure = formula_precision(family, surprise)
        near = self.learned(family, surprise, code=f"{code or family}{NEAR}")
        if near is not None:
            unsure = np.fmax(unsure, (self._unexplained(code or family) * near) ** WITNESSES)
        chance = np.fmax(learned, np.minimum(unsure, UNLEARNED_MOST))
        return np.minimum(chance, COUNTED_MOST + ORDER * chance) if family in COUNTED else chance

    def _unexplained(self, code: str) -> float:
        """Share of the errors where classes touch that are not the ones found anywhere, in [0, 1]: those hold the same tails."""
        near, anywhere = self.curves[f"{code}{NEAR}"].prior, self.curves[code].prior
        return max(near - anywhere, 0.0) / near if 0 < near <= MOST_NEAR else 0.0

    def learned(self, family: str, surprise: np.ndarray, *, code: str = "") -> np.ndarray | None:
        """(n,) chance of being bad by the self-test alone, which adds up to the number of bad rows; None where there was none."""
        curve = self.curves.get(code or family)
        if curve is None:
            return None
        return np.minimum(curve.at(surprise), excess_share(surprise)) if family in COUNTED else curve.at(surprise)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Plain data for ``run.json``."""
        return {code: {"rarity": curve.rarity.tolist(), "precision": curve.precision.tolist(), "prior": curve.prior,
                       "highest_prior": curve.highest_prior, "planted": curve.planted} for code, curve in self.curves.items()}  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Mapping[str, Any]]) -> Calibration:
        """The inverse of :meth:`as_json`."""
        arrays = ("rarity", "precision")
        return cls(curves={code: Curve(**{**facts, **{name: np.array(facts[name]) for name in arrays}}) for code, facts in data.items()})


def fit_calibration(
    samples: Mapping[str, Sequence[tuple[np.ndarray, np.ndarray]]], priors: Mapping[str, float] | None = None
) -> Calibration:
    """Learn each detector's curve from planted copies.

    Parameters
    ----------
    samples
        Code -> for each planting ((n,) surprise of each row of the copy, (n,) bool mask of the planted rows). NaN is left out.
    priors
        Code -> known share of bad rows, in (0, 1). Left out, it is estimated from the bound of the module's head.

    Returns
    -------
    Calibration
        Without a curve for detectors with fewer than 20 planted rows in all: the formula speaks for those.
    """
    curves = {}
    for family, plantings in samples.items():
        pairs = [_rarities(np.asarray(surprise, dtype=np.float64), mask) for surprise, mask in plantings]
        planted = np.concatenate([pair[0] for pair in pairs] or [np.zeros(0)])
        others = np.concatenate([pair[1] for pair in pairs] or [np.zeros(0)])
        if planted.size >= FEWEST_PLANTED and others.size:
            curves[family] = _curve(np.sort(planted), np.sort(others), (priors or {}).get(family), len(plantings))
    return Calibration(curves=MappingProxyType(curves))


def rarity(surprise: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(n,) -log10 of the share of ``reference`` (sorted) that is at least as surprised; half a row stands for none."""
    at_least = reference.size - np.searchsorted(reference, surprise, side="left")
    return -np.log10((at_least + 0.5) / (reference.size + 1.0))


def _rarities(surprise: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rarity of the planted and of the other scored rows of one copy."""
    scored = np.isfinite(surprise)
    others = np.sort(surprise[~mask & scored])
    return rarity(surprise[mask & scored], others), rarity(others, others)


def _curve(planted: np.ndarray, others: np.ndarray, prior: float | None, copies: int) -> Curve:
    likely, highest = prior_bound(planted, others, copies)
    # All of the bound would call every row at the top bad. What the planted rows share with the others may be honest overlap: the less
    # the two are told apart, the less of the bound is believed.
    # The bad rows among the others cannot be told from planted ones and are no sign of overlap: they are taken out first.
    believed = prior if prior is not None else likely * min(1.0, _told_apart(planted, others) / (1.0 - min(likely, 0.5)))
    points = min(MOST_POINTS, max(4, planted.size // PLANTED_PER_POINT))
    # Half the points where planted rows are, half where the others are; each edge is a row's own value, so that no bin is empty.
    steps = np.linspace(0, 1, points // 2 + 1)[:-1]
    edges = np.unique(np.concatenate([np.quantile(values, steps, method="inverted_cdf") for values in (planted, others)]))
    in_planted = _counts(planted, edges)
    in_others = _counts(others, edges)
    middle = (_sums(planted, edges) + _sums(others, edges)) / np.maximum(in_planted + in_others, 1)
    # Half a row on either side keeps an empty bin finite.
    chance = rising_fit((in_planted + 0.5) / (in_planted + in_others + 1.0), in_planted + in_others + 1.0)
    ratio = chance / (1.0 - chance) * (others.size / planted.size)
    precision = np.minimum(believed * ratio, SUREST)
    # A nudge that no reader sees keeps rows of one step in the order of their surprise.
    precision = np.minimum(precision + 1e-6 * np.arange(len(precision)), SUREST + 1e-3)
    return Curve(rarity=middle, precision=precision, prior=float(believed), highest_prior=float(highest), planted=int(planted.size))


def prior_bound(planted: np.ndarray, others: np.ndarray, copies: int = 1) -> tuple[float, float]:
    """(largest share of bad rows the tails allow, upper end of its 95 % interval), both in [0, 1].

    The inputs are sorted rarities, pooled over so many ``copies`` of the same rows, which count once in the interval.
    """
    smallest = max(TAIL_SHARE, TAIL_ROWS / planted.size)
    # A few tails only: the smallest of many noisy ratios would be small by luck.
    cuts = np.quantile(planted, 1.0 - np.linspace(min(smallest, 1.0), 1.0, TAILS))
    found = (planted.size - np.searchsorted(planted, cuts, side="left")) / planted.size
    above = others.size - np.searchsorted(others, cuts, side="left")
    likely = np.min((above + 0.5) / others.size / found)
    highest = np.min((above + Z * np.sqrt(copies * (above + copies)) + copies) / others.size / found)
    return float(min(likely, 1.0)), float(min(max(highest, likely), 1.0))


def _told_apart(planted: np.ndarray, others: np.ndarray) -> float:
    """2 * (chance that a planted row surprises more than another) - 1, in [0, 1]."""
    below = np.searchsorted(others, planted, side="left") + np.searchsorted(others, planted, side="right")
    return float(np.clip(below.mean() / others.size - 1.0, 0.0, 1.0))


def _counts(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.diff(np.append(np.searchsorted(values, edges, side="left"), values.size)).astype(np.float64)


def _sums(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    total = np.concatenate(([0.0], np.cumsum(values)))
    return np.diff(total[np.append(np.searchsorted(values, edges, side="left"), values.size)])
