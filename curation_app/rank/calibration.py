"""Surprise -> chance that the row is bad, learned from errors planted in a copy of the user's own data.

Let f(e) be the density of surprise among planted errors and u(e) among the rows as they are. Those hold the real errors too: if a share
``prior`` of them is bad and bad rows look like planted ones, the chance that a row at e is bad is ``prior * f(e) / u(e)``, and no density
of clean rows is needed. The prior is what the tails tell (``rank/prior.py``).

Planting may change the scale of surprise (more errors, longer tails), so e is measured here by rarity: -log10 of the share of the rows as
they are that are at least as surprised. On that scale the chances of all rows add up to the prior's number of bad rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from curation_app.rank.excess import excess_share
from curation_app.rank.far_and_contradicted import FAR
from curation_app.rank.formula import SUREST, fallback_precision, formula_precision
from curation_app.rank.monotone import rising_fit
from curation_app.rank.planting import Planting, Sample, pooled, rarity
from curation_app.rank.prior import chance_of_bad, share_of_bad

# Families whose every tail is checked against what chance puts there. A planted far row says how far bad rows lie, but nothing about how
# many rows of this data lie as far by nature: short texts did, and were called injected with a chance of .99. Labels are not among
# them: where a tenth of the labels is wrong, the wrong ones themselves set the scale of their surprise.
COUNTED = frozenset({"far"})
# Data has such rows by nature, and nothing in a row tells them from injected ones: even where a tail holds more than chance puts there,
# they are doubted, and at most as likely bad as not, which takes a surprise that hardly a row has by nature. Bad rows of the kind are
# taken to be as common as wrong labels.
COUNTED_LEAST, COUNTED_PRIOR = 0.55, 0.05
BY_NATURE, DOUBTED = (4.0, 5.0), (0.35, 0.5)
# Rows far from everything hardly go so far by nature: of 23 tuned sets as they are, 15 have none beyond a surprise of 3.5, and four of the
# others hold known outliers. There the tail is taken at its word, but for one in ten.
FAR_BY_NATURE, FAR_MOST = (2.0, 3.5), (0.35, 0.9)
# A formula never calls a row more likely bad than not where a self-test does not; of what it says, two fifths hold of planted flips. No
# more is taken of what a self-test says of errors where classes touch, which flags none.
UNLEARNED_MOST, UNLEARNED = 0.45, 0.4
# Behind the code of a detector that was tested on errors where classes touch, too. No test tells those from honest doubt: on clean
# overlapping data they would seem to be a fifth of the rows. Only near certainty counts, as so many witnesses who agree.
NEAR, WITNESSES = "/near", 4
# Where it takes more wrong labels than this, classes overlap: they would be a sixth of clean texts of many intents.
MOST_NEAR = 0.12
# Fewer planted rows make no curve.
FEWEST_PLANTED = 20
# Where so large a share of the planted errors lies within the share of rows thought bad, errors stand apart from good rows. Planted ones
# are then more extreme than real ones, which teach the models: the first steps are told more bad rows than they hold, the last ones fewer.
APART = 0.95
# The curve's first point holds so many of the most surprised rows, each next one a tenth more: of fewer, a ratio is noise, and coarser
# points blur where the wrong labels end.
FIRST_POINT, GROWTH = 5, 1.1


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
        unsure = np.minimum(formula_precision(family, surprise), UNLEARNED_MOST)
        near = self.learned(family, surprise, code=f"{code or family}{NEAR}")
        if near is not None:
            unsure = np.fmax(unsure, (self._unexplained(code or family) * near) ** WITNESSES)
        chance = np.fmax(learned, UNLEARNED * unsure)
        if family not in COUNTED:
            return chance
        if (code or family) == FAR:
            return np.minimum(np.fmax(chance, _allowed(surprise)), np.interp(surprise, FAR_BY_NATURE, FAR_MOST))
        # Where the self-test cannot tell how many rows are bad, a little more than half of what the tail allows still orders them.
        return np.minimum(np.fmax(chance, COUNTED_LEAST * _allowed(surprise)), np.interp(surprise, BY_NATURE, DOUBTED))

    def _unexplained(self, code: str) -> float:
        """Share of the errors where classes touch that are not the ones found anywhere, in [0, 1]: those hold the same tails."""
        near, anywhere = self.curves[f"{code}{NEAR}"].prior, self.curves[code].prior
        return max(near - anywhere, 0.0) / near if 0 < near <= MOST_NEAR else 0.0

    def learned(self, family: str, surprise: np.ndarray, *, code: str = "") -> np.ndarray | None:
        """(n,) chance of being bad by the self-test alone, which adds up to the number of bad rows; None where there was none."""
        curve = self.curves.get(code or family)
        if curve is None:
            return None
        return np.minimum(curve.at(surprise), _allowed(surprise)) if family in COUNTED else curve.at(surprise)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Plain data for ``run.json``."""
        return {code: {"rarity": curve.rarity.tolist(), "precision": curve.precision.tolist(), "prior": curve.prior,
                       "highest_prior": curve.highest_prior, "planted": curve.planted} for code, curve in self.curves.items()}  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Mapping[str, Any]]) -> Calibration:
        """The inverse of :meth:`as_json`."""
        arrays = ("rarity", "precision")
        return cls(curves={code: Curve(**{**facts, **{name: np.array(facts[name]) for name in arrays}}) for code, facts in data.items()})


def _allowed(surprise: np.ndarray) -> np.ndarray:
    """(n,) the most that a row's tail and its own surprise allow, were bad rows of the kind as common as wrong labels; NaN kept."""
    return np.minimum(excess_share(surprise), fallback_precision(surprise, COUNTED_PRIOR))


def fit_calibration(
    plantings: Mapping[str, Sequence[Planting]], counted: Mapping[str, Sequence[Planting]] = MappingProxyType({})
) -> Calibration:
    """Learn each detector's curve from planted errors.

    Parameters
    ----------
    plantings
        Code -> what the detector said of each planting.
    counted
        Code -> other looks at planted errors from which the share of bad rows is read, in place of ``plantings``.

    Returns
    -------
    Calibration
        Without a curve for detectors with fewer than 20 planted errors in all: the formula speaks for those.
    """
    samples = {code: pooled(list(looks)) for code, looks in plantings.items()}
    shares = {code: share_of_bad(pooled(list(looks))) for code, looks in counted.items()}
    return Calibration(
        curves=MappingProxyType(
            {
                code: _curve(sample, *shares.get(code) or share_of_bad(sample))
                for code, sample in samples.items()
                if sample.planted.size >= FEWEST_PLANTED and sample.others.size
            }
        )
    )


def _curve(sample: Sample, prior: float, highest: float) -> Curve:
    planted, others = sample.planted, sample.others
    edges = _edges(planted, others, sample.copies)
    # Where one row was planted many times, the planted errors count no more than there are rows.
    worth = min(1.0, others.size / planted.size)
    in_planted, in_others = worth * _sums(sample.weight, planted, edges), _counts(others, edges)
    # A point stands where the rows are whose chance it tells; planted errors alone may lie beyond all of them.
    middle = np.where(in_others > 0, _sums(others, others, edges) / np.maximum(in_others, 1), edges)
    # Half a row on either side keeps an empty bin finite.
    chance = rising_fit((in_planted + 0.5) / (in_planted + in_others + 1.0), in_planted + in_others + 1.0)
    ratio = chance / (1.0 - chance) * (others.size / (worth * planted.size))
    precision = np.maximum(chance_of_bad(ratio, prior, sample.undone), 0.0)
    if _stands_apart(sample, prior):
        precision = np.maximum.accumulate(_passed_down(precision, in_others))
    precision = np.minimum(precision, SUREST)
    # A nudge that no reader sees keeps rows of one step in the order of their surprise.
    precision = np.minimum(precision + 1e-6 * np.arange(len(precision)), SUREST + 1e-3)
    return Curve(rarity=middle, precision=precision, prior=float(prior), highest_prior=float(highest), planted=int(planted.size))


def _stands_apart(sample: Sample, prior: float) -> bool:
    """Whether nearly all planted errors lie among the share of rows that is thought to be bad."""
    within = sample.planted >= -np.log10(max(prior, np.finfo(np.float64).tiny))
    return bool(sample.weight[within].sum() >= APART * sample.weight.sum())


def _passed_down(chance: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(m,) chances, at most ``SUREST`` each: what a step of so many ``rows`` (m,) has beyond that, the next lower ones get."""
    told, over = chance.copy(), 0.0
    for step in np.flatnonzero(rows)[::-1].tolist():
        bad = chance[step] * rows[step] + over
        told[step] = min(bad / rows[step], SUREST)
        over = bad - told[step] * rows[step]
    return told


def _edges(planted: np.ndarray, others: np.ndarray, copies: int) -> np.ndarray:
    """(bins,) lower ends, rising: each is a row's own value, so that no bin is empty."""
    sizes = copies * FIRST_POINT * GROWTH ** np.arange(np.ceil(np.log2(others.size + 1) / np.log2(GROWTH)))
    held = np.cumsum(np.ceil(sizes)).astype(np.int64)
    return np.unique(np.append(others[others.size - held[held <= others.size]], min(others[0], planted[0])))


def _counts(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return _sums(np.ones(values.size), values, edges)


def _sums(what: np.ndarray, values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(bins,) sum of ``what`` over the sorted ``values`` from each edge to the next."""
    total = np.concatenate(([0.0], np.cumsum(what)))
    return np.diff(total[np.append(np.searchsorted(values, edges, side="left"), values.size)])
