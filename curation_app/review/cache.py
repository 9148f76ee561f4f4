"""What the log says so far, kept up to date event by event."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

import numpy as np

from curation_app.domain.decision import Decision, Event, Verdict
from curation_app.domain.event_codec import row_of
from curation_app.domain.fold import Fold
from curation_app.errors import VerificationError
from curation_app.review.acts import ActBook
from curation_app.review.values import VERDICTS, State

_CODES = {verdict: code for code, verdict in enumerate(VERDICTS)}


class LogCache:
    """The fold of a prefix of the log. ``seq`` is its last event, -1 when there is none. Not for two threads at once."""

    def __init__(self) -> None:
        self.seq = -1
        self.fold = Fold()
        self.book = ActBook()
        self.run_version = 0
        self._changed: set[int] = set()
        self._state: State | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take the events that follow."""
        for event in events:
            try:
                self.fold.add(event)
                self.book.add(event)
            except (KeyError, ValueError) as error:
                raise VerificationError(f"event {event.seq}: expected an event of this log, found {error}") from error
            row = row_of(event.item)
            if row is None:
                self.run_version = event.version
            else:
                self._changed.add(row)
            self.seq = event.seq

    def decision(self, row: int) -> Decision:
        """The decision in force; ``OPEN`` at version 0 when there never was one."""
        return self.fold.decisions.get(row) or Decision(row=row)

    def state(self, n: int) -> State:
        """The state over n rows; only the rows that changed since the last call are written again."""
        if self._state is None or len(self._state.verdicts) != n:
            self._state, self._changed = _blank(n), set(self.fold.decisions)
        if self._changed or self._state.events != self.seq + 1:
            self._state = self._updated(self._state, n)
            self._changed = set()
        return self._state

    def _updated(self, old: State, n: int) -> State:
        verdicts, labels, versions = old.verdicts.copy(), old.labels.copy(), old.versions.copy()
        for row in self._changed:
            if row >= n:
                raise VerificationError(
                    f"The log speaks of row {row}, the dataset has {n} rows.", hint="Is this the log of another dataset?"
                )
            decision = self.fold.decisions[row]
            verdicts[row] = _CODES[decision.verdict]
            labels[row] = decision.label if decision.verdict is Verdict.RELABEL else None
            versions[row] = decision.version
        return _state(verdicts, labels, versions, dict(self.fold.decisions), self.seq + 1)


def _blank(n: int) -> State:
    return _state(np.zeros(n, np.int8), np.full(n, None, dtype=object), np.zeros(n, np.int32), {}, 0)


def _state(verdicts: np.ndarray, labels: np.ndarray, versions: np.ndarray, decisions: dict[int, Decision], events: int) -> State:
    for array in (verdicts, labels, versions):
        array.flags.writeable = False
    return State(verdicts=verdicts, labels=labels, versions=versions, decisions=MappingProxyType(decisions), events=events)
