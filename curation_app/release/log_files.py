"""The change log, twice: every event for machines (JSON Lines), the decisions in force for people (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from curation_app.domain.decision import Decision, Event, Verdict
from curation_app.domain.event_codec import decode_event, encode_line
from curation_app.domain.fold import Fold
from curation_app.errors import CurationError, VerificationError

EVENTS_FILE = "changes.jsonl"
TABLE_FILE = "changes.csv"
COLUMNS = ("row", "id", "old_label", "new_label", "decision", "reason", "evidence", "who", "when")

# Some spreadsheets read the full-width forms alike.
_FULL_WIDTH = ("\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")
# A spreadsheet runs a cell that begins with one of the first six. A cell that begins with the apostrophe itself gets one more, so that
# taking one apostrophe away gives every cell back as it was.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", *_FULL_WIDTH)


def write_events(path: Path, events: Iterable[Event]) -> None:
    """One canonical event with its leaf a line."""
    with path.open("wb") as file:
        for event in events:
            file.write(encode_line(event))


def read_events(path: Path) -> list[Event]:
    """The events of a released log.

    Raises
    ------
    VerificationError
        A line is no event, or not in canonical form; names the line.
    """
    data = path.read_bytes()
    lines = data.split(b"\n")
    if lines.pop():
        raise VerificationError(f"{path.name}, line {len(lines) + 1}: expected a line end, found the end of the file (tail cut off)")
    return [_event(path.name, number, line) for number, line in enumerate(lines, start=1)]


def change_table(state: Fold) -> bytes:
    """The decisions in force as CSV, by row number.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; :func:`as_it_was` takes it away. This table is for
    reading. The cleaned data itself is never changed in this way.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in sorted(state.decisions):
        decision = state.decisions[row]
        if decision.verdict is not Verdict.OPEN:
            writer.writerow(_cells(decision, state.facts[row]))
    return text.getvalue().encode()


def spreadsheet_safe(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_DANGEROUS) else cell


def as_it_was(cell: str) -> str:
    """The inverse of :func:`spreadsheet_safe`."""
    return cell[1:] if cell.startswith("'") else cell


def evidence_summary(evidence: object) -> str:
    """Evidence as one line of text."""
    if isinstance(evidence, Mapping):
        return "; ".join(f"{name}: {value}" for name, value in evidence.items())
    return "" if evidence is None else str(evidence)


def _event(name: str, number: int, line: bytes) -> Event:
    try:
        event = decode_event(line)
        canonical = encode_line(event)
    except (CurationError, RecursionError) as error:
        raise VerificationError(f"{name}, line {number}: {error}") from error
    if canonical != line + b"\n":
        raise VerificationError(f"{name}, line {number}: expected the canonical form of event {event.seq}, found another (edited)")
    return event


def _cells(decision: Decision, facts: Mapping[str, object]) -> list[str]:
    given = facts.get("given")
    old = "" if given is None else str(given)
    new = {Verdict.RELABEL: decision.label or "", Verdict.DROP: ""}.get(decision.verdict, old)
    texts = [
        str(facts.get("id", "")),
        old,
        new,
        decision.verdict.value,
        decision.reason,
        evidence_summary(facts.get("evidence")),
        decision.by,
        decision.at,
    ]
    return [str(decision.row), *map(spreadsheet_safe, texts)]
