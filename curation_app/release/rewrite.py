"""The cleaned data in the input's own format: what nobody changed comes out as it came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from curation_app.domain.decision import Edit, Verdict
from curation_app.errors import UsageError
from curation_app.release.plan import Plan

Rewriter = Callable[[Path, Path, Mapping[str, object], Plan], None]


def rewrite(
    original: Path, out: Path, *, format: str, options: Mapping[str, object], label_column: str | None, edits: Sequence[Edit]
) -> None:
    """Write ``original`` with ``edits`` applied to ``out``: a file, or a new folder for a folder of images.

    Rows are numbered as in the Dataset that was read with ``options``; records it left out are left out here too. The same input and
    edits give the same bytes. Verdicts other than relabel and drop change nothing.

    Raises
    ------
    UsageError
        A row that does not exist, two edits of one row, a relabel without a label column, or a label that the column cannot hold.
        Nothing is written then.
    """
    plan = _plan(edits, label_column)
    _rewriter(format)(original, out, options, plan)


def _plan(edits: Sequence[Edit], label_column: str | None) -> Plan:
    """The edits by row."""
    drops: set[int] = set()
    labels: dict[int, str] = {}
    for edit in edits:
        if edit.verdict not in (Verdict.DROP, Verdict.RELABEL):
            continue
        if edit.row in drops or edit.row in labels:
            raise UsageError(f"Row {edit.row} has two edits.", hint="A release takes the last decision on each row.")
        if edit.verdict is Verdict.DROP:
            drops.add(edit.row)
        elif edit.label is None:
            raise UsageError(f"The relabel of row {edit.row} names no label.", hint="Choose one, or drop the row.")
        elif label_column is None:
            message = f"Row {edit.row} cannot be relabelled: the data has no label column."
            raise UsageError(message, hint="Drop it, or name the label column.")
        else:
            labels[edit.row] = edit.label
    return Plan(drops=frozenset(drops), labels=labels, label_column=label_column)


def _rewriter(format_name: str) -> Rewriter:
    """The writer of a format; each loads only what it needs."""
    if format_name in ("csv", "tsv"):
        from curation_app.release.delimited import rewrite_delimited

        return rewrite_delimited
    if format_name == "jsonl":
        from curation_app.release.json_lines import rewrite_json_lines

        return rewrite_json_lines
    if format_name in ("parquet", "arrow"):
        from curation_app.release.columnar import rewrite_columnar

        return rewrite_columnar
    if format_name == "npz":
        from curation_app.release.npz import rewrite_npz

        return rewrite_npz
    if format_name == "folder":
        from curation_app.release.folder import rewrite_folder

        return rewrite_folder
    raise UsageError(f"No release can be written as {format_name!r}.", hint="Known are csv, tsv, parquet, jsonl, arrow, npz and folder.")
