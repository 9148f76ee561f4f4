"""What the review desk hands in and gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curation_app.domain.decision import Decision, Verdict
from curation_app.domain.fold import DECIDE, UNDO
from curation_app.domain.verdict_words import VERDICT_WORDS

# Codes of State.verdicts: the position in this tuple.
VERDICTS = tuple(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What was on the screen when a row was decided.

    Attributes
    ----------
    row
        0-based position in the dataset.
    id
        The row's id.
    fingerprint
        SHA-256 (hex) of the row's content.
    given
        Its given label, None where it is missing.
    evidence
        Why it was suspect: one sentence, or plain data.
    version
        The version of the decision that was seen; 0 when there was none.
    """

    row: int
    id: str
    fingerprint: str
    given: str | None = None
    evidence: str | Mapping[str, object] = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One click: a decision about one or many rows, an undo, or something about the whole run.

    Attributes
    ----------
    verdict, label, reason
        For an undo, those of the decision that it takes back (or brings back). ``label`` is None when the rows got different ones.
    count, rows
        How many rows, and the first of them.
    undoes
        The act that this one takes back; "" for a decision.
    undone_by
        The act that took this one back; "" while it is in force.
    redo
        An undo of an undo.
    """

    action: str
    kind: str
    at: str
    by: str
    verdict: Verdict | None = None
    label: str | None = None
    count: int = 0
    rows: tuple[int, ...] = ()
    reason: str = ""
    undoes: str = ""
    undone_by: str = ""
    redo: bool = False

    @property
    def title(self) -> str:
        """Words for a button: "drop of row 5 118", "undo of relabelling of 214 rows to ham". The label in it is hostile text."""
        if self.verdict is None:
            return self.kind
        rows = f"row {_grouped(self.rows[0])}" if self.count == 1 else f"{_grouped(self.count)} rows"
        to = f" to {self.label}" if self.verdict is Verdict.RELABEL and self.label is not None else ""
        title = f"{VERDICT_WORDS[self.verdict].noun} of {rows}{to}"
        return title if self.kind == DECIDE else f"{'redo' if self.redo else UNDO} of {title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The fold of the log over n rows. Arrays are read-only.

    Attributes
    ----------
    verdicts
        (n,) int8: position in ``VERDICTS``.
    labels
        (n,) object: the new label of a relabelled row, else None.
    versions
        (n,) int32: what ``RowFacts.version`` must be for the next decision.
    decisions
        Row -> the decision in force, for rows with at least one event.
    events
        How many events are in it.
    """

    verdicts: np.ndarray
    labels: np.ndarray
    versions: np.ndarray
    decisions: Mapping[int, Decision]
    events: int

    def counts(self) -> dict[Verdict, int]:
        """Rows by verdict; every verdict is there."""
        totals = np.bincount(self.verdicts, minlength=len(VERDICTS))
        return {verdict: int(total) for verdict, total in zip(VERDICTS, totals, strict=True)}


def _grouped(number: int) -> str:
    # A no-break space, so that a button never splits a number.
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
