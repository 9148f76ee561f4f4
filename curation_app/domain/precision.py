"""How finely a column of numbers is written: so many decimals, or steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# A column has a precision when nine in ten of its rows keep to it; a finer one in more rows than that is a second way of writing.
KEPT_BY = 0.90
# A column usually written with so many decimals is as fine as single precision shows: nothing can be finer.
FINEST = 5
# Numbers that only rounding errors keep from being round, in single precision as well.
ROUND = 1e-7
# A column without a usual number of decimals may go by steps (whole numbers that were standardised): the least gap between values that so
# many rows hold each, if single precision can tell a twentieth of it. A number is between the steps from a thousandth of one on.
SHARED_BY, BLUR, BETWEEN = 3, 0.05, 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Numbers are ``origin`` and multiples of ``step`` away from it.

    ``decimals`` is how many they are written with, and ``digits`` how many in all; None where they go by steps of another length.
    ``blur`` is the error of single precision as a share of a step.
    """

    origin: float
    step: float
    blur: float
    decimals: int | None = None
    digits: int | None = None

    def rounded(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) float64 ``numbers`` as the column would write them."""
        if self.decimals is not None:
            return np.round(np.asarray(numbers, dtype=np.float64), self.decimals)
        return self.origin + self.step * np.round((np.asarray(numbers, dtype=np.float64) - self.origin) / self.step)

    def finer(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) bool: which of the finite ``numbers`` are finer than the column is."""
        if self.decimals is not None and self.digits is not None:
            decimals = decimals_of(numbers)
            # 9.029 beside 17.99 is no finer: both have four digits.
            return np.asarray((decimals > self.decimals) & (_digits(numbers, decimals) > self.digits))
        steps = (numbers - self.origin) / self.step
        return np.asarray(np.abs(steps - np.round(steps)) > max(4.0 * self.blur, BETWEEN))


def usual_precision(values: np.ndarray) -> Precision | None:
    """The precision that nine in ten of the finite (n,) ``values`` of a column keep to; None where there is none.

    Examples
    --------
    >>> usual_precision(np.array([1.5, 2.25, 3.75] * 10)).decimals
    2
    >>> usual_precision(np.sqrt(np.arange(100))) is None
    True
    """
    values = np.asarray(values, dtype=np.float64)
    if not values.size:
        return None
    decimals = decimals_of(values)
    digits = _digits(values, decimals)
    usual, usual_digits = (int(np.quantile(found, KEPT_BY, method="higher")) for found in (decimals, digits))
    if usual < FINEST:
        return Precision(origin=0.0, step=10.0**-usual, blur=0.0, decimals=usual, digits=usual_digits)
    levels, counts = np.unique(values, return_counts=True)
    shared = levels[counts >= SHARED_BY]
    if len(shared) < SHARED_BY:
        return None
    step = float(np.diff(shared).min())
    with np.errstate(over="ignore"):
        blur = float(np.abs(values).max() * np.finfo(np.float32).eps / step)
    found = Precision(origin=float(levels[counts.argmax()]), step=step, blur=blur)
    return found if blur <= BLUR and found.finer(values).mean() <= 1.0 - KEPT_BY else None


def decimals_of(numbers: np.ndarray) -> np.ndarray:
    """(n,) decimals that finite (n,) ``numbers`` need, six at most; one more for those that need more.

    Examples
    --------
    >>> decimals_of(np.array([3.0, 2.5, np.float32(0.64), 1 / 3]))
    array([0, 1, 2, 7])
    """
    needed = np.full(len(numbers), FINEST + 2)
    left = np.arange(len(numbers))
    for places in range(FINEST + 2):
        raised = numbers[left] * 10.0**places
        is_round = np.abs(raised - np.round(raised)) <= ROUND * np.maximum(np.abs(raised), 1.0)
        needed[left[is_round]] = places
        left = left[~is_round]
    return needed


def _digits(numbers: np.ndarray, decimals: np.ndarray) -> np.ndarray:
    size = np.floor(np.log10(np.where(numbers == 0, 1.0, np.abs(numbers))))
    return np.where(numbers == 0, 0.0, decimals + size + 1)
