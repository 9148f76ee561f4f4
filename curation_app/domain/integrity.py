"""Does a log hold together? Leaf hashes, order, gaps, versions, and undos that bring back what was there."""

from __future__ import annotations

from collections.abc import Iterable

from curation_app.domain.decision import Event
from curation_app.domain.event_codec import encode_event, leaf_hash
from curation_app.domain.fold import Fold
from curation_app.errors import CurationError, VerificationError


def verify_log(events: Iterable[Event]) -> tuple[str, ...]:
    """Every fault of a log, one sentence each ("event 41: expected ..., found ..."), in log order; none when it holds together.

    After the first event that is out of place the others' places say nothing, so that only their own hashes are checked.
    """
    faults: list[str] = []
    in_place = True
    versions: dict[str, int] = {}
    state = Fold()
    for expected, event in enumerate(events):
        faults += _leaf_fault(event)
        if in_place:
            problem = _place_fault(event, expected) or _version_fault(event, versions) or _fold_fault(event, state)
            in_place = not problem
            faults += [problem] if problem else []
    return tuple(faults)


def _leaf_fault(event: Event) -> list[str]:
    try:
        leaf = leaf_hash(encode_event(event))
    except CurationError as error:
        return [f"event {event.seq}: expected data that JSON can hold, found {error.message}"]
    return [] if leaf == event.leaf else [f"event {event.seq}: expected leaf {leaf}, found {event.leaf or 'none'} (edited)"]


def _place_fault(event: Event, expected: int) -> str:
    if event.seq == expected:
        return ""
    what = "deleted or reordered" if event.seq > expected else "inserted or reordered"
    return f"event {expected}: expected sequence number {expected}, found {event.seq} ({what})"


def _version_fault(event: Event, versions: dict[str, int]) -> str:
    wanted = versions.get(event.item, 0) + 1
    versions[event.item] = event.version
    return "" if event.version == wanted else f"event {event.seq}: expected version {wanted} of {event.item}, found {event.version}"


def _fold_fault(event: Event, state: Fold) -> str:
    try:
        state.add(event)
    except (VerificationError, ValueError) as error:
        return str(error) if str(error).startswith("event") else f"event {event.seq}: expected an item like row:17, found {event.item!r}"
    return ""
