"""Where the reviewer stands: the queue as filtered, what is still open in it, and the row before them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from curation_app.ui import state
from curation_app.workspace import Filter, Run, Verdict

# Lines of the queue on one screen of 900 pixels.
LINES = 14
# Chances of being bad at which the reader may cut the queue in place of the scan's own cut, and the word for no cut at all.
CUTS = ("0.9", "0.7", "0.3", "0.1")
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """``order`` (m,) row numbers of the queue; ``open`` (m,) bool: not decided yet.

    ``row`` is the row before the reader, ``at`` its position in the queue, -1 when it is not in there (a point of the map was clicked).
    """

    order: np.ndarray
    open: np.ndarray
    row: int | None
    at: int

    @property
    def window(self) -> slice:
        """The positions of the lines on the screen: the page of the queue that holds the row."""
        first = max(self.at, 0) // LINES * LINES
        return slice(first, min(first + LINES, len(self.order)))

    def next_open(self) -> int | None:
        """The next other row nobody has decided, from here on and then from the top; None when there is none."""
        places = np.flatnonzero(self.open & (self.order != self.row))
        if not len(places):
            return None
        after = places[places > self.at]
        return int(self.order[after[0] if len(after) else places[0]])

    def beside(self, step: int) -> int | None:
        """The row ``step`` lines away, decided or not; the ends of the queue hold."""
        if not len(self.order):
            return None
        return int(self.order[min(max(self.at + step, 0), len(self.order) - 1)])


def view(run: Run) -> Filter:
    """The filter the reader set, or the rows they asked to see (look-alikes, a selection)."""
    chosen = state.filters()
    scope = state.scope(run.name)
    rows = None if scope is None else scope.rows
    cut = next(iter(chosen["show"]), "")
    return Filter(
        kinds=chosen["kind"],
        labels=chosen["label"],
        sources=chosen["source"],
        verdicts=chosen["decision"],
        campaign=next(iter(chosen["campaign"]), ""),
        text=next(iter(chosen["text"]), ""),
        flagged_only=rows is None and cut != ALL,
        least=float(cut) if rows is None and cut in CUTS else None,
        rows=rows,
    )


def look(run: Run) -> Desk:
    """The desk as it is now. Without a row in hand, the first open one is taken."""
    chosen = view(run)
    order = run.queue(chosen)
    undecided = np.zeros(run.n, dtype=bool)
    if not chosen.verdicts or Verdict.OPEN in chosen.verdicts:
        undecided[run.queue(replace(chosen, verdicts=(Verdict.OPEN.value,)))] = True
    still = undecided[order]
    row = state.cursor(run.name)
    if row is None or not 0 <= row < run.n:
        first = np.flatnonzero(still)
        row = int(order[first[0]]) if len(first) else None
    here = np.flatnonzero(order == row) if row is not None else np.empty(0, int)
    return Desk(order=order, open=still, row=row, at=int(here[0]) if len(here) else -1)
