"""The first place where two files or folders differ, in words."""

from __future__ import annotations

from pathlib import Path

from curation_app.release.fingerprint import files_below

_PIECE = 1 << 20
# How much of the two texts is shown.
_SHOWN = 24


def first_difference(expected: Path, found: Path, name: str) -> str:
    """One sentence, or "" when they are the same. ``name`` is what to call ``found``."""
    if not expected.is_dir():
        return _in_file(expected, found, name)
    wanted, there = files_below(expected), files_below(found) if found.is_dir() else []
    for entry in sorted(set(wanted) | set(there)):
        if entry not in there:
            return f"{name}/{entry}: expected from the log, found no such file"
        if entry not in wanted:
            return f"{name}/{entry}: found, but the log does not lead to it"
        if difference := _in_file(expected / entry, found / entry, f"{name}/{entry}"):
            return difference
    return ""


def _in_file(expected: Path, found: Path, name: str) -> str:
    if not found.is_file():
        return f"{name}: expected a file, found none"
    offset, line = 0, 1
    with expected.open("rb") as wanted, found.open("rb") as there:
        while True:
            left, right = wanted.read(_PIECE), there.read(_PIECE)
            if left != right:
                at = _first(left, right)
                line += left[:at].count(b"\n")
                return (
                    f"{name}: first difference at byte {offset + at} (line {line}): the log leads to "
                    f"{left[at : at + _SHOWN]!r}, found {right[at : at + _SHOWN]!r}"
                )
            if not left:
                return ""
            offset += len(left)
            line += left.count(b"\n")


def _first(left: bytes, right: bytes) -> int:
    """Position of the first differing byte, by halving."""
    low, high = 0, min(len(left), len(right))
    if left[:high] == right[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle
    return low
