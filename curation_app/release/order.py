"""What happened to a log whose sequence numbers are not 0, 1, 2, ...: cut, deleted, inserted or reordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def order_fault(found: Sequence[int], expected: int) -> str:
    """One sentence, or "" when these are 0 ... ``expected`` - 1 in order.

    Examples
    --------
    >>> order_fault([0, 1], 4)
    'event 2: expected, found the end of the log (tail cut off: 2 of 4 events are there)'
    >>> order_fault([0, 2, 1], 3)
    'event 1: expected, found event 2 in its place (reordered)'
    >>> order_fault([0, 2], 3)
    'event 1: expected, found event 2 in its place (deleted)'
    >>> order_fault([0, 1, 1, 2], 3)
    'event 1: expected once, found 2 times (inserted)'
    """
    wanted = range(expected)
    if list(found) == list(wanted):
        return ""
    for seq, times in sorted(Counter(found).items()):
        if seq not in wanted:
            return f"event {seq}: expected the log to end after {expected} events, found one more (inserted)"
        if times > 1:
            return f"event {seq}: expected once, found {times} times (inserted)"
    if list(found) == list(wanted)[: len(found)]:
        return f"event {len(found)}: expected, found the end of the log (tail cut off: {len(found)} of {expected} events are there)"
    place, seq = next((place, seq) for place, seq in enumerate(found) if place != seq)
    what = "reordered" if place in set(found) else "deleted"
    return f"event {place}: expected, found event {seq} in its place ({what})"
