"""Where the records and fields of a CSV or TSV file are: positions in its bytes, so that a release can leave the rest untouched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

QUOTE = 0x22


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A quote that breaks the format.

    ``record`` is the number of its record, ``at`` the byte. ``kind`` is ``unclosed`` or ``trailing`` (text after a closing quote), which
    spoil the record, or ``stray``: a quote inside an unquoted field, which can only mean itself.
    """

    record: int
    at: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The r records of a delimited file, header and blank lines included, in file order.

    Attributes
    ----------
    data
        The bytes that the positions point into.
    starts, ends, nexts
        (r,) int64: first byte, end before the line terminator, end behind it (start of what follows).
    separators
        (s,) positions of the delimiters that separate fields.
    first
        (r + 1,) int64: ``separators[first[i]:first[i + 1]]`` belong to record i.
    faults
        Broken quotes in file order. A spoilt record ends with the line on which the broken field begins.
    complete
        False when the scan gave up because there were too many.
    """

    data: bytes
    starts: np.ndarray
    ends: np.ndarray
    nexts: np.ndarray
    separators: np.ndarray
    first: np.ndarray
    faults: tuple[Fault, ...] = ()
    complete: bool = True

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def blank(self) -> np.ndarray:
        """(r,) bool: records without a single byte."""
        return self.starts == self.ends

    @property
    def spoilt(self) -> np.ndarray:
        """(r,) bool: records that a broken quote makes unreadable."""
        spoilt = np.zeros(len(self), dtype=bool)
        spoilt[[fault.record for fault in self.faults if fault.kind != "stray"]] = True
        return spoilt

    @property
    def field_counts(self) -> np.ndarray:
        """(r,) int64, at least 1."""
        return np.diff(self.first) + 1

    def lines(self, positions: np.ndarray) -> np.ndarray:
        """1-based line number, as an editor counts, of each byte position (ascending)."""
        return line_numbers(self.data, positions)

    def fields(self, column: int, records: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(starts, ends) of one field of the given records, quotes included; each record must have more than ``column`` fields."""
        first, last = self.first[records], self.first[records + 1]
        if len(self.separators) == 0:
            return self.starts[records], self.ends[records]
        before = np.clip(first + column - 1, 0, len(self.separators) - 1)
        after = np.clip(first + column, 0, len(self.separators) - 1)
        starts = self.starts[records] if column == 0 else self.separators[before].astype(np.int64) + 1
        ends = np.where(first + column < last, self.separators[after], self.ends[records])
        return starts, ends.astype(np.int64)

    def texts(self, column: int, records: np.ndarray) -> list[str]:
        """The values of one field of the given records, quotes removed."""
        starts, ends = self.fields(column, records)
        if not len(starts):
            return []
        view = np.frombuffer(self.data, dtype=np.uint8)
        quoted = (ends > starts) & (view[np.minimum(starts, len(view) - 1)] == QUOTE)
        data = self.data
        values = [data[a:b].decode("utf-8") for a, b in zip((starts + quoted).tolist(), (ends - quoted).tolist(), strict=True)]
        for i in np.flatnonzero(quoted).tolist():
            values[i] = values[i].replace('""', '"')
        return values


def quoted_field(text: str, delimiter: str, *, always: bool = False) -> str:
    """``text`` as one field of a record: in quotes if ``always``, or if it must be."""
    if always or any(mark in text for mark in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def line_numbers(data: bytes, positions: np.ndarray) -> np.ndarray:
    """1-based line number of each byte position, positions ascending. CR LF, LF and a lone CR each end a line."""
    numbers, line, at = np.empty(len(positions), dtype=np.int64), 1, 0
    for i, position in enumerate(np.asarray(positions).tolist()):
        line += data.count(b"\n", at, position)
        carriage = data.find(b"\r", at, position)
        while carriage >= 0:
            line += data[carriage + 1 : carriage + 2] != b"\n"
            carriage = data.find(b"\r", carriage + 1, position)
        numbers[i], at = line, position
    return numbers


def spans(kept: np.ndarray, records: Records) -> Iterator[tuple[int, int]]:
    """Byte ranges that cover the kept records ((r,) bool), terminators included; neighbours are joined."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], kept.astype(np.int8), [0]])))
    for begin, end in edges.reshape(-1, 2).tolist():
        yield int(records.starts[begin]), int(records.nexts[end - 1])
