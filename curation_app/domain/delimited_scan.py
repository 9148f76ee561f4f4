"""One vectorised pass over the bytes of a CSV or TSV file that finds every record and field."""

from __future__ import annotations

import numpy as np

from curation_app.domain.delimited import QUOTE, Fault, Records

_CR, _LF = 0x0D, 0x0A
# What becomes of a mark that turned out to be text: no byte that the scan looks for.
_TEXT = 0
# Bytes looked at in one step: the masks of a step stay below 100 MB whatever the size of the file.
_STEP = 1 << 24
# Marks (quotes, delimiters, line ends) judged at once, and after a fault, so that thousands of faults stay cheap.
_WINDOW, _WINDOW_AFTER_FAULT = 1 << 21, 1 << 9
# A file with more spoilt records than this is not a table; the scan stops there.
MOST_SPOILT = 10_000


def scan(data: bytes, delimiter: str, *, quoting: bool = True) -> Records:
    """Find every record and field of ``data`` (UTF-8 or any encoding that keeps ASCII bytes apart, without byte-order mark).

    Quoting is that of RFC 4180: a quoted field begins with a quote, ends with one, and doubles those within. Where that is broken, the
    scan goes on with the line after the one on which the faulty field begins, so that one fault spoils one record. A quote inside a
    field that does not begin with one is plain text, as every reader takes it, and is reported too.
    """
    marks, kinds = _find_marks(data, ord(delimiter), quoting)
    return _Scan(data, marks, kinds, ord(delimiter)).records()


def _find_marks(data: bytes, delimiter: int, quoting: bool) -> tuple[np.ndarray, np.ndarray]:
    """Positions of quotes, delimiters and line ends, and which byte stands there. The CR of a CR LF is not a mark."""
    wanted = np.zeros(256, dtype=bool)
    wanted[[delimiter, _CR, _LF]] = True
    wanted[QUOTE] = quoting
    view = np.frombuffer(data, dtype=np.uint8)
    compact = np.dtype(np.uint32 if len(data) < 2**32 else np.int64)
    found = [(np.flatnonzero(wanted[view[a : a + _STEP]]) + a).astype(compact) for a in range(0, len(view), _STEP)]
    marks: np.ndarray = np.concatenate(found) if found else np.empty(0, dtype=compact)
    kinds = view[marks]
    if (returns := kinds == _CR).any():
        paired = returns & (view[np.minimum(marks.astype(np.int64) + 1, len(view) - 1)] == _LF) & (marks < len(view) - 1)
        marks, kinds = marks[~paired], kinds[~paired]
    return marks, kinds


def _literal(marks: np.ndarray, kinds: np.ndarray, start: int) -> np.ndarray:
    """Which marks are quotes inside unquoted fields, for a window that begins outside quotes at byte ``start``.

    Delimiters and line ends cut the window into segments. One with an even number of quotes leaves the state (inside quotes or not) as
    it is. An odd one that begins with a quote turns it round; any other odd one ends outside, whatever came before: it closes a field,
    or its quotes are text. So the state is the parity of turns since the last segment of that third kind.
    """
    quotes = kinds == QUOTE
    places = np.flatnonzero(quotes)
    segments, first, counts = np.unique(np.cumsum(~quotes)[places], return_index=True, return_counts=True)
    begins = np.concatenate([[start], marks[~quotes] + 1])
    opens = marks[places[first]] == begins[segments]
    odd = (counts & 1).astype(bool)
    turns = np.cumsum(odd & opens)
    inside_after = (turns - np.maximum.accumulate(np.where(odd & ~opens, turns, 0))) & 1
    outside_before = np.concatenate([[True], inside_after[:-1] == 0])
    literal = np.zeros(len(marks), dtype=bool)
    literal[places] = np.repeat(outside_before & ~opens, counts)
    return literal


class _Scan:
    """One pass over the marks, window by window; every window begins at the start of a record."""

    def __init__(self, data: bytes, marks: np.ndarray, kinds: np.ndarray, delimiter: int) -> None:
        self.data, self.marks, self.kinds, self.delimiter = data, marks, kinds, delimiter
        self.view = np.frombuffer(data, dtype=np.uint8)
        self.ends: list[np.ndarray] = []
        self.separators: list[np.ndarray] = []
        self.faults: list[Fault] = []
        self.count = self.spoilt = 0

    def records(self) -> Records:
        """Run the pass and lay out what it found."""
        at, start, window, complete = 0, 0, _WINDOW, True
        while at < len(self.marks) and complete:
            stop = min(at + window, len(self.marks))
            at, start, clean = self._window(at, start, stop)
            if not clean:
                window = _WINDOW_AFTER_FAULT
            elif window < _WINDOW or stop - at >= window // 2:
                window *= 2
            complete = self.spoilt <= MOST_SPOILT
        if complete and start < len(self.data):
            self._accept(np.array([len(self.data)]), np.empty(0, dtype=self.marks.dtype))
        return self._laid_out(complete)

    def _window(self, at: int, start: int, stop: int) -> tuple[int, int, bool]:
        """Accept the whole records of ``marks[at:stop]``. Returns the next mark, the next record's start, and whether it went well."""
        marks, kinds = self.marks[at:stop].astype(np.int64), self.kinds[at:stop]
        inside, bad = self._judged(marks, kinds, start)
        if bad is not None and inside[bad]:
            kinds = np.where(_literal(marks, kinds, start), _TEXT, kinds)
            inside, bad = self._judged(marks, kinds, start)
        lines = np.flatnonzero(~inside & ((kinds == _LF) | (kinds == _CR)))
        if bad is None and (len(lines) or stop < len(self.marks) or not (len(inside) and inside[-1])):
            last = int(lines[-1]) + 1 if len(lines) else 0
            if stop == len(self.marks) and not (len(inside) and inside[-1]):
                self._take(marks, kinds, inside, lines, len(marks))
                return stop, int(marks[last - 1]) + 1 if last else start, True
            self._take(marks, kinds, inside, lines, last)
            return at + last, int(marks[last - 1]) + 1 if last else start, True
        return self._spoil(at, start, marks, kinds, inside, lines, bad)

    def _judged(self, marks: np.ndarray, kinds: np.ndarray, start: int) -> tuple[np.ndarray, int | None]:
        """(Whether each mark is inside quotes, index of the first quote that neither opens a field, closes one, nor is half of one)."""
        quotes = kinds == QUOTE
        inside = (np.cumsum(quotes, dtype=np.int32) & 1).astype(bool)
        return inside, self._first_bad(marks, quotes, inside, start)

    def _first_bad(self, marks: np.ndarray, quotes: np.ndarray, inside: np.ndarray, start: int) -> int | None:
        places = np.flatnonzero(quotes)
        if not len(places):
            return None
        positions, opening = marks[places], inside[places]
        before = self.view[np.maximum(positions - 1, 0)]
        after = self.view[np.minimum(positions + 1, len(self.view) - 1)]
        starts_field = (positions == start) | (before == self.delimiter) | (before == _LF) | (before == _CR)
        ends_field = (positions + 1 >= len(self.view)) | (after == self.delimiter) | (after == _LF) | (after == _CR)
        doubled = np.zeros(len(places), dtype=bool)
        doubled[1:] = (np.diff(positions) == 1) & ~opening[:-1]
        fine = np.where(opening, starts_field | doubled, ends_field | (after == QUOTE))
        wrong = np.flatnonzero(~fine)
        return int(places[wrong[0]]) if len(wrong) else None

    def _before(
        self, field: int, start: int, marks: np.ndarray, kinds: np.ndarray, inside: np.ndarray, lines: np.ndarray
    ) -> tuple[int, int]:
        """Accept the records that end before mark ``field``. Returns how many marks that were, and where the next record starts."""
        last = int(np.searchsorted(lines, field))
        done = int(lines[last - 1]) + 1 if last else 0
        self._take(marks, kinds, inside, lines[:last], done)
        return done, int(marks[done - 1]) + 1 if done else start

    def _spoil(
        self, at: int, start: int, marks: np.ndarray, kinds: np.ndarray, inside: np.ndarray, lines: np.ndarray, bad: int | None
    ) -> tuple[int, int, bool]:
        """Accept the records before a fault, end the faulty one with its field's first line, and go on behind it."""
        field = self._opening(marks, kinds, inside, bad)
        _, start = self._before(field, start, marks, kinds, inside, lines)
        self.faults.append(Fault(record=self.count, at=int(marks[field]), kind="unclosed" if bad is None else "trailing"))
        self.spoilt += 1
        after = self._next_line_end(at + field)
        end = int(self.marks[after]) if after < len(self.marks) else len(self.data)
        self._accept(np.array([end]), np.empty(0, dtype=self.marks.dtype))
        return after + 1, min(end + 1, len(self.data)), False

    def _next_line_end(self, at: int) -> int:
        """Index of the first line end from mark ``at`` on, quoted or not; the number of marks if there is none."""
        for begin in range(at, len(self.kinds), _WINDOW_AFTER_FAULT):
            piece = self.kinds[begin : begin + _WINDOW_AFTER_FAULT]
            found = np.flatnonzero((piece == _LF) | (piece == _CR))
            if len(found):
                return begin + int(found[0])
        return len(self.kinds)

    @staticmethod
    def _opening(marks: np.ndarray, kinds: np.ndarray, inside: np.ndarray, bad: int | None) -> int:
        """Index of the quote that opened the field in which mark ``bad`` (or the end of the data) lies."""
        upto = len(marks) if bad is None else bad
        quotes = np.flatnonzero(kinds[:upto] == QUOTE)
        opening = quotes[inside[quotes]]
        doubled = np.zeros(len(opening), dtype=bool)
        doubled[1:] = np.isin(marks[opening[1:]] - 1, marks[quotes[~inside[quotes]]])
        return int(opening[~doubled][-1])

    def _take(self, marks: np.ndarray, kinds: np.ndarray, inside: np.ndarray, lines: np.ndarray, upto: int) -> None:
        """Accept the records that end at ``lines``, and the separators before ``upto``."""
        if (kinds[:upto] == _TEXT).any():
            self._note_strays(marks, kinds, lines, upto)
        between = np.flatnonzero(~inside[:upto] & (kinds[:upto] == self.delimiter))
        self._accept(marks[lines], marks[between].astype(self.marks.dtype))

    def _note_strays(self, marks: np.ndarray, kinds: np.ndarray, lines: np.ndarray, upto: int) -> None:
        """One fault for each unquoted field with quotes in it."""
        text = kinds[:upto] == _TEXT
        firsts = np.flatnonzero(text & ~np.concatenate([[False], text[:-1]]))
        records = self.count + np.searchsorted(lines, firsts)
        for record, at in zip(records.tolist(), marks[firsts].tolist(), strict=True):
            self.faults.append(Fault(record=record, at=at, kind="stray"))

    def _accept(self, ends: np.ndarray, separators: np.ndarray) -> None:
        self.ends.append(ends.astype(np.int64))
        self.separators.append(separators)
        self.count += len(ends)

    def _laid_out(self, complete: bool) -> Records:
        """Starts, ends without terminator and separator ranges from the accepted line ends."""
        stops = np.concatenate([*self.ends, np.empty(0, dtype=np.int64)])
        separators = np.concatenate([*self.separators, np.empty(0, dtype=self.marks.dtype)])
        size = len(self.data)
        nexts = np.minimum(stops + 1, size)
        starts = np.concatenate([[0], nexts[:-1]]).astype(np.int64) if len(stops) else stops
        ends = stops.copy()
        inner = np.flatnonzero((stops < size) & (stops > starts))
        ends[inner] -= (self.view[stops[inner]] == _LF) & (self.view[stops[inner] - 1] == _CR)
        first = np.concatenate([np.searchsorted(separators, starts), [len(separators)]]).astype(np.int64)
        return Records(
            data=self.data,
            starts=starts,
            ends=ends,
            nexts=nexts,
            separators=separators,
            first=first,
            faults=tuple(self.faults),
            complete=complete,
        )
