"""Events grouped into acts, and what each person can undo and redo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from curation_app.domain.decision import Event, Verdict
from curation_app.domain.event_codec import row_of
from curation_app.domain.fold import DECIDE, UNDO
from curation_app.review.values import Act

# Enough for a line of the history; the whole list is in the log.
_SAMPLE = 8


@dataclass(slots=True)
class Entry:
    """One act while it grows. ``root`` is the decision that a chain of undo and redo is about.

    ``rows`` maps a row to its version after the act, ``before`` to the action that was in force before it.
    """

    first: Event
    root: str
    redo: bool = False
    undone_by: str = ""
    rows: dict[int, int] = field(default_factory=dict)
    before: dict[int, str] = field(default_factory=dict)
    labels: set[str | None] = field(default_factory=set)

    @property
    def wants_in_force(self) -> bool:
        """True for a redo's opposite: undoing this act brings its root back."""
        return self.first.kind == UNDO and not self.redo


class ActBook:
    """Acts in the order of the log, and two stacks (undo, redo) a person; the person None stands for everybody."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        # Decision -> the last act of its chain: itself, its undo, the redo ...
        self.heads: dict[str, str] = {}
        # Row -> the action in force; "" is nobody's.
        self._now: dict[int, str] = {}
        self._undo: defaultdict[str | None, list[str]] = defaultdict(list)
        self._redo: defaultdict[str | None, list[str]] = defaultdict(list)

    def add(self, event: Event) -> None:
        """Take one more event of the log."""
        entry = self.entries.get(event.action)
        if entry is None:
            entry = self.entries[event.action] = self._begin(event)
        row = row_of(event.item)
        if row is not None:
            entry.rows[row] = event.version
            entry.before[row] = self._now.get(row, "")
            self._now[row] = str(event.body.get("restores", "")) if event.kind == UNDO else event.action
        if event.kind == DECIDE:
            entry.labels.add(event.body.get("label"))  # type: ignore[arg-type]

    def undoable(self, by: str | None) -> str | None:
        """The last decision that an undo can take back, or None. One that others have overruled in every row is passed over."""
        return next((root for root in reversed(self._undo[by]) if self._stands(root)), None)

    def redoable(self, by: str | None) -> str | None:
        """The last decision that a redo can bring back, or None. One whose rows were all decided again since is passed over."""
        return next((root for root in reversed(self._redo[by]) if self._waits(root)), None)

    def in_force(self, root: str) -> bool:
        """Whether a decision stands, seen from its own chain of undo and redo."""
        return not self.entries[self.heads[root]].wants_in_force

    def act(self, action: str) -> Act:
        """The act as a value."""
        entry = self.entries[action]
        first = entry.first
        root = self.entries[entry.root]
        about_rows = first.kind in (DECIDE, UNDO)
        return Act(
            action=action,
            kind=first.kind,
            at=first.at,
            by=first.by,
            verdict=Verdict(str(root.first.body["verdict"])) if about_rows else None,
            label=next(iter(root.labels)) if len(root.labels) == 1 else None,
            count=len(entry.rows),
            rows=tuple(row for row, _ in zip(entry.rows, range(_SAMPLE), strict=False)),
            reason=str(root.first.body.get("reason", "")),
            undoes=str(first.body.get("undoes", "")),
            undone_by=self._undone_by(action, entry),
            redo=entry.redo,
        )

    def newest_first(self) -> Iterator[Act]:
        """Every act, the last one first."""
        return (self.act(action) for action in reversed(self.entries))

    def _stands(self, root: str) -> bool:
        return any(self._now[row] == root for row in self.entries[root].rows)

    def _waits(self, root: str) -> bool:
        return any(self._now[row] == before for row, before in self.entries[root].before.items())

    def _undone_by(self, action: str, entry: Entry) -> str:
        if action in self.heads:
            return "" if self.in_force(action) else self.heads[action]
        return entry.undone_by

    def _begin(self, event: Event) -> Entry:
        if event.kind == DECIDE:
            self._decided(event)
        elif event.kind == UNDO:
            return self._undone(event)
        return Entry(first=event, root=event.action)

    def _decided(self, event: Event) -> None:
        self.heads[event.action] = event.action
        for person in (event.by, None):
            self._undo[person].append(event.action)
            self._redo[person].clear()

    def _undone(self, event: Event) -> Entry:
        target = self.entries[str(event.body["undoes"])]
        entry = Entry(first=event, root=target.root, redo=target.wants_in_force)
        gone, back = (self._redo, self._undo) if entry.redo else (self._undo, self._redo)
        for stack in gone.values():
            if target.root in stack:
                stack.remove(target.root)
        # What was undone can be redone by whoever undid it; what came back is its author's to undo.
        owner = self.entries[target.root].first.by if entry.redo else event.by
        for person in (owner, None):
            back[person].append(target.root)
        target.undone_by = event.action
        self.heads[target.root] = event.action
        return entry
