"""What one click writes, before it is an event: checked, and in the log's own words."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.domain.decision import Verdict
from curation_app.errors import UsageError
from curation_app.review.values import RowFacts


def bodies_of(
    rows: Sequence[RowFacts], verdict: Verdict, label: str | Sequence[str] | None, reason: str, label_column: str | None
) -> list[dict[str, object]]:
    """The bodies of one act's events, one a row. Raises UsageError when the request makes no sense."""
    labels = [label] * len(rows) if label is None or isinstance(label, str) else list(label)
    if not rows or len({row.row for row in rows}) != len(rows) or len(labels) != len(rows) or any(row.row < 0 for row in rows):
        raise UsageError("Expected at least one row, each once, with one label each.", hint="Select rows first.")
    if any((value is None) is (verdict is Verdict.RELABEL) for value in labels):
        raise UsageError(f"Expected a new label with 'relabel' and with nothing else, found {verdict.value!r} with {labels[0]!r}.")
    column: dict[str, object] = {} if label_column is None else {"label_column": label_column}
    return [
        {
            "verdict": verdict.value,
            "label": new,
            "given": row.given,
            "id": row.id,
            "row_fingerprint": row.fingerprint,
            "reason": reason,
            "evidence": row.evidence if isinstance(row.evidence, str) else dict(row.evidence),
        }
        | column
        for row, new in zip(rows, labels, strict=True)
    ]


def check_signature(by: str, action: str) -> None:
    """Raise UsageError unless both can be read by people and programs."""
    for name, value in (("a name", by), ("an action id", action)):
        if not value.strip() or not value.isprintable():
            raise UsageError(f"Expected {name} in printable characters, found {value!r}.", hint="Say who decides.")
