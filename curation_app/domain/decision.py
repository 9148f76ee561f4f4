"""A reviewer's decision about a row, and the event that records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What happens to a row. ``OPEN`` is a row nobody decided, or whose decision was undone."""

    OPEN = "open"
    ACCEPT = "accept"
    RELABEL = "relabel"
    DROP = "drop"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The current word on one row: the fold of its events.

    ``version`` counts the events of the row, 0 when there are none; it is the lock of the next one.
    """

    row: int
    verdict: Verdict = Verdict.OPEN
    label: str | None = None
    by: str = ""
    reason: str = ""
    at: str = ""
    action: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the log, never changed once written.

    Attributes
    ----------
    seq
        0-based, without gaps: the leaf's index in the tree.
    kind
        Short string: ``decide``, ``undo``, ``release``.
    item
        ``row:17`` for a row, ``run`` for the whole run.
    version
        1-based count of events on this item; (item, version) is unique, so the second of two writers loses.
    action
        Id shared by the events of one act (a bulk decision); made before the click, so a repeat writes nothing.
    by, at
        Who, and when (UTC, ISO 8601 with milliseconds).
    body
        Everything else: ``verdict``, ``label``, ``given``, ``id``, ``row_fingerprint``, ``reason``, ``evidence``,
        ``undoes``; ``label_column``, the column that ``label`` is meant for, where the caller told it.
    leaf
        SHA-256(0x00 || canonical JSON of the whole event), hex: the RFC 6962 leaf hash.
    """

    seq: int
    kind: str
    item: str
    version: int
    action: str
    by: str
    at: str
    body: Mapping[str, object] = field(default_factory=dict)
    leaf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a release does to one row of the original: drop it, or give it ``label``."""

    row: int
    verdict: Verdict
    label: str | None = None
