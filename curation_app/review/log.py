"""The log of decisions: append, undo, redo, and the state they add up to."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from curation_app.domain.decision import Decision, Event, Verdict
from curation_app.domain.event_codec import RUN_ITEM, encode_event, item_of, sealed
from curation_app.domain.fold import DECIDE, UNDO, decision_of
from curation_app.domain.integrity import verify_log
from curation_app.errors import ConflictError, NotFoundError, UsageError
from curation_app.review.cache import LogCache
from curation_app.review.drafts import bodies_of, check_signature
from curation_app.review.store import EventStore
from curation_app.review.values import Act, RowFacts, State


def new_action() -> str:
    """An id for one click; make it before the click, so that a repeated click writes nothing."""
    return uuid.uuid4().hex


def utc_now() -> str:
    """Now, as the log writes it: UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class DecisionLog:
    """The decisions about one dataset. Threads may share it; processes open one each.

    Parameters
    ----------
    url
        A path of an SQLite file (made when absent), or an SQLAlchemy address: ``sqlite:///...``, ``postgresql://...``.

    Examples
    --------
    >>> import tempfile
    >>> log = DecisionLog(Path(tempfile.mkdtemp()) / "curation.db")
    >>> act = log.decide([RowFacts(row=7, id="7", fingerprint="00" * 32)], Verdict.DROP, by="ann", reason="spam", action="first")
    >>> act.title, log.state(10).decisions[7].version
    ('drop of row 7', 1)
    >>> log.undo(by="ann").title
    'undo of drop of row 7'
    """

    def __init__(self, url: str | Path) -> None:
        self._store = EventStore(url)
        self._cache = LogCache()
        self._lock = threading.RLock()

    def decide(
        self,
        rows: Sequence[RowFacts],
        verdict: Verdict,
        *,
        by: str,
        action: str,
        label: str | Sequence[str] | None = None,
        reason: str = "",
        label_column: str | None = None,
        at: str | None = None,
    ) -> Act:
        """Decide about one or many rows: all of them or none.

        ``label`` is the new label, or one a row; ``label_column`` the column it is meant for, which a release holds to.
        An ``action`` that is already in the log writes nothing and returns the act of then.

        Raises
        ------
        ConflictError
            Somebody decided one of the rows after it was shown; with both decisions.
        UsageError
            No row, a row twice, no name, a relabelling without label, a label without relabelling, or an action id used for another act.
        """
        bodies = bodies_of(rows, verdict, label, reason, label_column)
        check_signature(by, action)
        stamp = at or utc_now()
        with self._writing() as connection:
            if action in self._cache.book.entries:
                return self._repeated(action, rows, verdict)
            first = self._cache.seq + 1
            drafts = [
                Event(seq=first + i, kind=DECIDE, item=item_of(row.row), version=row.version + 1, action=action, by=by, at=stamp, body=body)
                for i, (row, body) in enumerate(zip(rows, bodies, strict=True))
            ]
            for row, draft in zip(rows, drafts, strict=True):
                self._check_version(row, draft)
            return self._append(connection, drafts)

    def undo(self, *, by: str, action: str | None = None, click: str | None = None, at: str | None = None) -> Act:
        """Take an act back by one more act: each row is again what it was before. Undoing an undo brings the decision back.

        Rows that somebody decided anew since are left as they are; the act that is returned counts the others.

        ``action`` names the act to take back; without it, the last one of this person that stands. ``click`` is the id of the act to
        write, for repeated clicks. An act that is already taken back is left alone, and the act that did it is returned.

        Raises
        ------
        ConflictError
            Every row was decided again since; with the first decision that stands and the one that would have come back.
        NotFoundError
            There is nothing to undo, or no such act.
        """
        check_signature(by, click or new_action())
        with self._writing() as connection:
            book = self._cache.book
            if click is not None and click in book.entries:
                return book.act(click)
            root, revive = self._target(action or book.undoable(by))
            if book.in_force(root) is revive:
                return book.act(book.heads[root])
            return self._append(connection, self._undo_events(root, revive, by=by, action=click or new_action(), at=at or utc_now()))

    def redo(self, *, by: str, click: str | None = None, at: str | None = None) -> Act:
        """Bring back the last decision that this person undid. See :meth:`undo`."""
        act = self.redoable(by)
        if act is None and click is None:
            raise NotFoundError("There is nothing to redo.", hint="Redo follows an undo.")
        return self.undo(by=by, action=act.action if act else click, click=click, at=at)

    def undoable(self, by: str | None = None) -> Act | None:
        """What the next undo of this person (of anybody) takes back: ``title`` for the button, ``action`` for :meth:`undo`."""
        with self._read() as cache:
            root = cache.book.undoable(by)
            return None if root is None else cache.book.act(root)

    def redoable(self, by: str | None = None) -> Act | None:
        """The undo that the next redo of this person (of anybody) takes back; pass its ``action`` to :meth:`undo`."""
        with self._read() as cache:
            root = cache.book.redoable(by)
            return None if root is None else cache.book.act(cache.book.heads[root])

    def record(self, kind: str, body: Mapping[str, object], *, by: str, action: str | None = None, at: str | None = None) -> Act:
        """Write down something about the whole run (a release, say)."""
        if kind in (DECIDE, UNDO):
            raise UsageError(f"{kind!r} is about rows.", hint="Use decide or undo.")
        name = action or new_action()
        check_signature(by, name)
        with self._writing() as connection:
            if name in self._cache.book.entries:
                return self._cache.book.act(name)
            seq, version = self._cache.seq + 1, self._cache.run_version + 1
            event = Event(seq=seq, kind=kind, item=RUN_ITEM, version=version, action=name, by=by, at=at or utc_now(), body=dict(body))
            return self._append(connection, [event])

    def state(self, n: int) -> State:
        """The decisions in force over the n rows of the dataset."""
        with self._read() as cache:
            return cache.state(n)

    def history(
        self, limit: int = 50, offset: int = 0, *, by: str | None = None, verdict: Verdict | None = None, kind: str | None = None
    ) -> list[Act]:
        """Acts, newest first, those of one person, verdict or kind only if asked for."""
        wanted = {"by": by, "verdict": verdict, "kind": kind}
        with self._read() as cache:
            acts = (
                act
                for act in cache.book.newest_first()
                if all(value is None or getattr(act, name) == value for name, value in wanted.items())
            )
            return list(islice(acts, offset, offset + limit))

    def rows_of(self, action: str) -> tuple[int, ...]:
        """Every row of an act, in the order in which they were decided."""
        with self._read() as cache:
            if action not in cache.book.entries:
                raise NotFoundError(f"No act has the id {action!r}.", hint="The History page lists them.")
            return tuple(cache.book.entries[action].rows)

    def events(self) -> Iterator[Event]:
        """Every event in order, read as it is asked for."""
        return (event for event, _, _ in self._store.pages())

    def verify(self) -> tuple[str, ...]:
        """Every fault of the stored log: see ``verify_log``; also whether the stored bytes and columns are the event's."""
        faults: list[str] = []
        return verify_log(self._checked(faults)) + tuple(faults)

    def close(self) -> None:
        """Give the connections back."""
        self._store.close()

    def _checked(self, faults: list[str]) -> Iterator[Event]:
        for event, body, columns in self._store.pages():
            if encode_event(event) != body:
                faults.append(f"event {event.seq}: expected canonical bytes, found others")
            expected = tuple(getattr(event, name) for name in ("seq", "item", "version", "action", "kind", "by", "at"))
            if columns != expected:
                faults.append(f"event {event.seq}: expected the columns {expected}, found {columns}")
            yield event

    @contextmanager
    def _read(self) -> Iterator[LogCache]:
        with self._lock:
            with self._store.reading() as connection:
                self._cache.add(self._store.after(connection, self._cache.seq))
            yield self._cache

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._lock, self._store.writing() as connection:
            self._cache.add(self._store.after(connection, self._cache.seq))
            yield connection

    def _append(self, connection: Connection, drafts: Sequence[Event]) -> Act:
        written = [sealed(draft) for draft in drafts]
        try:
            self._store.append(connection, written)
            connection.commit()
        except IntegrityError as error:
            raise ConflictError("Somebody else wrote at the same moment; nothing was written.", hint="Look again and decide.") from error
        # Only now: what the cache tells is on disk.
        self._cache.add(event for event, _ in written)
        return self._cache.book.act(drafts[0].action)

    def _check_version(self, row: RowFacts, draft: Event) -> None:
        theirs = self._cache.decision(row.row)
        if theirs.version != row.version:
            _refuse(theirs, decision_of(row.row, draft))

    def _repeated(self, action: str, rows: Sequence[RowFacts], verdict: Verdict) -> Act:
        act = self._cache.book.act(action)
        if act.kind != DECIDE or act.verdict is not verdict or set(self._cache.book.entries[action].rows) != {row.row for row in rows}:
            raise UsageError(f"The id {action!r} was used for another act: {act.title}.", hint="Make a new id for each click.")
        return act

    def _target(self, action: str | None) -> tuple[str, bool]:
        """The decision that an undo is about, and whether it shall stand afterwards."""
        if action is None:
            raise NotFoundError("There is nothing to undo.", hint="Every decision of yours is already undone, or there was none.")
        entry = self._cache.book.entries.get(action)
        if entry is None or entry.first.kind not in (DECIDE, UNDO):
            raise NotFoundError(f"No act that can be undone has the id {action!r}.", hint="The History page lists them.")
        return entry.root, entry.wants_in_force

    def _undo_events(self, root: str, revive: bool, *, by: str, action: str, at: str) -> list[Event]:
        """One event for each row that still is what the act made of it. Raises ConflictError when there is none."""
        fold, seq = self._cache.fold, self._cache.seq
        drafts: list[Event] = []
        clash: tuple[Decision, Decision] | None = None
        for row, version in self._cache.book.entries[root].rows.items():
            before = fold.in_force[row][version - 2] if version > 1 else ""
            expected, restores = (before, root) if revive else (root, before)
            if fold.decisions[row].action != expected:
                clash = clash or (fold.decisions[row], fold.made(row, restores))
                continue
            draft = Event(seq=seq + 1 + len(drafts), kind=UNDO, item=item_of(row), version=0, action=action, by=by, at=at)
            drafts.append(self._undo_event(row, root, restores, draft))
        if not drafts and clash is not None:
            _refuse(*clash)
        return drafts

    def _undo_event(self, row: int, root: str, restores: str, draft: Event) -> Event:
        fold = self._cache.fold
        theirs, back = fold.decisions[row], fold.made(row, restores)
        facts = fold.facts_of(row, root)
        body = {name: facts.get(name) for name in ("id", "given", "row_fingerprint")}
        body |= {"verdict": back.verdict.value, "label": back.label, "undoes": self._cache.book.heads[root], "restores": restores}
        return replace(draft, version=theirs.version + 1, body=body)


def _refuse(theirs: Decision, yours: Decision) -> None:
    who = f"was decided by {theirs.by} ({theirs.verdict.value}, {theirs.at})" if theirs.by else "was changed or undone"
    raise ConflictError(
        f"Row {theirs.row} {who} since you looked; nothing was written.",
        hint="Look at both decisions and decide again.",
        theirs=theirs,
        yours=yours,
    )
