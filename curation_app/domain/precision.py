"""How finely a column of numbers is written: so many decimals, or steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

# A column has a precision when nine in ten of its telling values keep to it; a finer one in more than that is a second way of writing.
KEPT_BY = 0.90
# Zero tells nothing of how finely a column is written, nor does a value that more than half of the rows hold: it may be a default.
DEFAULT = 0.5
# Decimals that are counted; a number that needs more has no end.
MOST_DECIMALS = 6
# What rounding leaves of a decimal number, as a share of it, in single and in double precision, and digits that single precision tells.
ROUND_SINGLE, ROUND_DOUBLE, SINGLE_DIGITS = 1e-7, 1e-11, 7
# Nothing is smaller than this but by rounding.
NOTHING = 1e-12
# A column without a usual number of decimals may go by steps (whole numbers that were standardised): the least gap between values that so
# many rows hold each, measured over ever wider parts of the column. A number is between the steps from a thousandth of one on, or more
# where the levels themselves are less exact; a column whose levels are off by a twentieth goes by none.
SHARED_BY, WIDER, BETWEEN, INEXACT, BLUR = 3, (8.0, 64.0, 512.0, np.inf), 1e-3, 4.0, 0.05


class Fineness(IntEnum):
    """How a number stands to its column: as fine, finer in a regular way (more decimals, tenths of a step), or without end."""

    USUAL = 0
    REGULAR = 1
    ENDLESS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """What the numbers of a column keep to.

    Attributes
    ----------
    told, default
        How many values it was told from: neither zero nor the default, which is zero where there is no other.
    decimals, digits
        Usual decimals, 0 to 6, and usual digits in all; None where the column goes by steps.
    single
        Whether all numbers fit single precision.
    origin, step, blur, levels
        Where it goes by steps: a level, their length, how inexact they are as a share of it, and the (m,) levels that are shared.
    """

    told: int
    default: float
    single: bool
    decimals: int | None = None
    digits: int | None = None
    origin: float = 0.0
    step: float = 1.0
    blur: float = 0.0
    levels: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def rounded(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) float64 finite ``numbers`` as the column would write them; levels that it has are kept to the last bit."""
        numbers = np.asarray(numbers, dtype=np.float64)
        if self.decimals is not None:
            return np.asarray(np.round(numbers, self.decimals) + 0.0)
        steps = self.origin + self.step * np.round((numbers - self.origin) / self.step)
        place = np.clip(np.searchsorted(self.levels, steps - self.step / 2), 0, len(self.levels) - 1)
        level = self.levels[place]
        return np.where(np.abs(level - steps) < self.step / 2, level, steps)

    def tells(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) bool: numbers that are neither missing nor zero nor the default."""
        return np.asarray(np.isfinite(numbers) & (numbers != 0.0) & (numbers != self.default))

    def fineness(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) :class:`Fineness` of finite ``numbers``."""
        if self.decimals is not None and self.digits is not None:
            decimals = decimals_of(numbers, single=self.single)
            digits = _digits(numbers, decimals)
            # 9.029 beside 17.99 is no finer: both have four digits.
            finer = (decimals > self.decimals) & (digits > self.digits)
            endless = finer & ((decimals > MOST_DECIMALS) | (self.single & (digits >= SINGLE_DIGITS)))
        else:
            steps = (numbers - self.origin) / self.step
            finer = _off(steps) > self.blur
            endless = finer & (_off(10.0 * steps) > 10.0 * self.blur)
        return finer.astype(np.int8) + endless


def usual_precision(values: np.ndarray) -> Precision | None:
    """The precision that nine in ten of the finite (n,) ``values`` of a column keep to; None where there is none.

    Examples
    --------
    >>> usual_precision(np.array([1.5, 2.25, 3.75] * 10)).decimals
    2
    >>> usual_precision(np.sqrt(np.arange(100.0))) is None
    True
    """
    values = np.asarray(values, dtype=np.float64)
    levels, counts = np.unique(values, return_counts=True)
    if not levels.size:
        return None
    with np.errstate(over="ignore"):
        single = bool((levels.astype(np.float32) == levels).all())
    default = float(levels[counts.argmax()]) if counts.max() > DEFAULT * len(values) else 0.0
    telling = values[(values != 0.0) & (values != default)]
    told = len(telling)
    telling = telling if told else values
    decimals = decimals_of(telling, single=single)
    usual, digits = (int(np.quantile(found, KEPT_BY, method="higher")) for found in (decimals, _digits(telling, decimals)))
    if usual <= MOST_DECIMALS:
        return Precision(told=told, default=default, single=single, decimals=usual, digits=digits)
    found = _steps(levels, counts)
    if found is None:
        return None
    origin, step, blur, shared = found
    steps = Precision(told=told, default=default, single=single, origin=origin, step=step, blur=blur, levels=shared)
    return steps if np.mean(steps.fineness(telling) > Fineness.USUAL) <= 1.0 - KEPT_BY else None


def decimals_of(numbers: np.ndarray, *, single: bool = False) -> np.ndarray:
    """(n,) decimals that finite (n,) ``numbers`` need, 7 for more than 6; ``single`` ones are inexact from the eighth digit.

    Examples
    --------
    >>> decimals_of(np.array([3.0, 2.5, 1 / 3]))
    array([0, 1, 7])
    >>> decimals_of(np.array([0.64, 2.5], dtype=np.float32).astype(float), single=True)
    array([2, 1])
    """
    tolerance = ROUND_SINGLE if single else ROUND_DOUBLE
    needed = np.full(len(numbers), MOST_DECIMALS + 1)
    left = np.arange(len(numbers))
    for places in range(MOST_DECIMALS + 1):
        raised = numbers[left] * 10.0**places
        is_round = np.abs(raised - np.round(raised)) <= np.maximum(tolerance * np.abs(raised), NOTHING)
        needed[left[is_round]] = places
        left = left[~is_round]
    return needed


def _digits(numbers: np.ndarray, decimals: np.ndarray) -> np.ndarray:
    size = np.floor(np.log10(np.where(numbers == 0, 1.0, np.abs(numbers))))
    return np.where(numbers == 0, 0.0, decimals + size + 1)


def _off(steps: np.ndarray) -> np.ndarray:
    return np.abs(steps - np.round(steps))


def _steps(levels: np.ndarray, counts: np.ndarray) -> tuple[float, float, float, np.ndarray] | None:
    """(origin, length, blur, shared levels) of the steps that (m,) rising ``levels`` go by, which so many rows hold each."""
    shared = levels[counts >= SHARED_BY]
    with np.errstate(over="ignore", invalid="ignore"):
        step = float(np.diff(shared).min()) if len(shared) >= SHARED_BY else 0.0
        widest = float(np.abs(shared).max(initial=0.0))
    if not widest * float(np.finfo(np.float32).eps) < BLUR * step < np.inf:
        return None
    origin = float(levels[counts.argmax()])
    away = shared - origin
    for reach in WIDER:
        near = away[np.abs(away) <= reach * step]
        times = np.round(near / step)
        step = float(times @ near / (times @ times)) if times.any() else step
    blur = max(BETWEEN, INEXACT * float(np.quantile(_off(away / step), KEPT_BY)))
    return (origin, step, blur, shared) if blur <= BLUR else None
