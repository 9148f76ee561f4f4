"""Events to the current word on every row: the one fold that the review desk and the release share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from curation_app.domain.decision import Decision, Edit, Event, Verdict
from curation_app.domain.event_codec import row_of
from curation_app.errors import UsageError, VerificationError

DECIDE = "decide"
UNDO = "undo"
RELEASE = "release"


@dataclass(slots=True)
class Fold:
    """The state after a prefix of the log; :meth:`add` the events that follow, in order.

    Attributes
    ----------
    decisions
        Row -> the decision in force, for every row that has an event. An undone row is there with verdict ``OPEN`` or with the decision
        that the undo brought back, which keeps its own author, time and action.
    facts
        Row -> the body of its last ``decide`` event (id, given label, fingerprint, evidence).
    in_force
        Row -> the action in force after its version 1, 2, ...; "" is nobody's.
    """

    decisions: dict[int, Decision] = field(default_factory=dict)
    facts: dict[int, Mapping[str, object]] = field(default_factory=dict)
    in_force: dict[int, list[str]] = field(default_factory=dict)
    _made: dict[tuple[int, str], tuple[Decision, Mapping[str, object]]] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take one more event. Events about the run change no row.

        Raises
        ------
        VerificationError
            An undo that brings back a decision that was never made.
        """
        row = row_of(event.item)
        if row is None or event.kind not in (DECIDE, UNDO):
            return
        decision = self._decided(row, event) if event.kind == DECIDE else self._restored(row, event)
        self.decisions[row] = decision
        self.in_force.setdefault(row, []).append(decision.action)

    def made(self, row: int, action: str) -> Decision:
        """The decision that an action made about a row; ``OPEN`` for the action ""."""
        return self._made[row, action][0] if action else Decision(row=row)

    def facts_of(self, row: int, action: str) -> Mapping[str, object]:
        """The body of the event by which an action decided a row."""
        return self._made[row, action][1]

    def _decided(self, row: int, event: Event) -> Decision:
        decision = decision_of(row, event)
        self._made[row, event.action] = decision, event.body
        self.facts[row] = event.body
        return decision

    def _restored(self, row: int, event: Event) -> Decision:
        action = str(event.body.get("restores", ""))
        if action and (row, action) not in self._made:
            raise VerificationError(f"event {event.seq}: expected to bring back a decision on row {row}, found none with action {action!r}")
        if not action:
            return Decision(row=row, version=event.version)
        decision, self.facts[row] = self._made[row, action]
        return replace(decision, version=event.version)


def decision_of(row: int, event: Event) -> Decision:
    """The decision that a ``decide`` event makes."""
    label = event.body.get("label")
    try:
        verdict = Verdict(str(event.body.get("verdict")))
    except ValueError:
        raise VerificationError(f"event {event.seq}: expected a verdict, found {event.body.get('verdict')!r}") from None
    return Decision(
        row=row,
        verdict=verdict,
        label=None if label is None else str(label),
        by=event.by,
        reason=str(event.body.get("reason", "")),
        at=event.at,
        action=event.action,
        version=event.version,
    )


def fold(events: Iterable[Event]) -> Fold:
    """The state after all of these events."""
    state = Fold()
    for event in events:
        state.add(event)
    return state


def edits_of(state: Fold) -> list[Edit]:
    """What a release does to the original, by row number.

    A relabelling to the label that the row already has is no edit, so that the row leaves exactly as it came.
    """
    edits = []
    for row in sorted(state.decisions):
        decision = state.decisions[row]
        if decision.verdict is Verdict.DROP:
            edits.append(Edit(row=row, verdict=Verdict.DROP))
        elif decision.verdict is Verdict.RELABEL and decision.label != state.facts[row].get("given"):
            edits.append(Edit(row=row, verdict=Verdict.RELABEL, label=decision.label))
    return edits


def expect_label_column(state: Fold, column: str | None) -> None:
    """Refuse to write the labels of one column into another. Decisions that name no column are taken as they are.

    Raises
    ------
    UsageError
        A relabelling in force was made for another column than ``column``; with both.
    """
    for row in sorted(state.decisions):
        found = state.facts[row].get("label_column") if state.decisions[row].verdict is Verdict.RELABEL else None
        if found is not None and found != column:
            expected = "no label column" if column is None else f"labels of the column {column!r}"
            raise UsageError(
                f"Row {row} was relabelled under another label column: expected {expected}, found a label for {found!r}.",
                hint=f"Release a scan with the label column {found!r}, or take those relabellings back.",
            )


def edits_from_events(events: Iterable[Event]) -> list[Edit]:
    """What a release with this log does to the original, by row number."""
    return edits_of(fold(events))
