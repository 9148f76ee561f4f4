"""Numbers as people read them: rounded to what is known, with their unit."""

from __future__ import annotations

import math
from datetime import datetime

# A thin space that does not break: a count never falls apart at the end of a line.
THIN = "\u202f"
STEPS = (1, 2, 5)


def thousands(number: float) -> str:
    """A count with a thin space every three digits."""
    return f"{number:,.0f}".replace(",", THIN)


def counted(number: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``."""
    return f"{thousands(number)} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share in [0, 1]: one decimal below 10 %, none above, never "0 %" for something."""
    if 0 < share < 0.001:
        return f"< 0.1{THIN}%"
    decimals = 1 if 0 < share < 0.0995 else 0
    return f"{100 * share:.{decimals}f}{THIN}%"


def rounded(estimate: float, low: float, high: float) -> tuple[int, int, int]:
    """An estimate and its interval, rounded to a tenth of the interval's width: more digits would pretend.

    Examples
    --------
    >>> rounded(125.3, 90.2, 161.0)
    (125, 90, 160)
    """
    step = _step((high - low) / 10)
    return tuple(step * math.floor(value / step + 0.5) for value in (estimate, low, high))  # type: ignore[return-value]


def interval(low: float, high: float) -> str:
    """``90 to 160``; one number where both ends agree."""
    return thousands(low) if thousands(low) == thousands(high) else f"{thousands(low)} to {thousands(high)}"


def duration(seconds: float) -> str:
    """Seconds below two minutes, minutes above."""
    if seconds < 9.95:
        return f"{seconds:.1f}{THIN}s"
    if seconds < 120:
        return f"{seconds:.0f}{THIN}s"
    return f"{seconds // 60:.0f}{THIN}min {seconds % 60:.0f}{THIN}s"


def size(count: int) -> str:
    """Bytes in the largest decimal unit that leaves a number above one."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f}{THIN}{unit}"
    return f"{count}{THIN}bytes"


def when(moment: str) -> str:
    """An ISO 8601 moment in UTC to the minute; as it came when it is not one."""
    try:
        return datetime.fromisoformat(moment).strftime("%d %b %Y, %H:%M")
    except ValueError:
        return moment


def _step(width: float) -> int:
    """The largest 1, 2 or 5 times a power of ten that is at most ``width``; at least 1."""
    if width < 1:
        return 1
    power = 10 ** math.floor(math.log10(width))
    return max(step * power for step in STEPS if step * power <= width)
