"""A dataset before it is scanned, for the Open page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from curation_app.domain.dataset import Dataset
from curation_app.domain.roles import SINGLE_ROLES
from curation_app.workspace.values import Inspection

# Rows, columns and characters of the first look at a file.
ROWS, COLUMNS, CHARACTERS = 8, 12, 160


def inspection(path: Path, dataset: Dataset) -> Inspection:
    """The first look: guessed roles with reasons, the first rows, the classes."""
    roles = dataset.roles
    columns = tuple(str(column) for column in dataset.frame)
    head = dataset.frame.iloc[:ROWS, :COLUMNS].to_numpy(dtype=object)
    counts = Counter(label for label in dataset.labels.tolist() if label is not None)
    return Inspection(
        path=path,
        name=dataset.name,
        format=dataset.format,
        rows=len(dataset),
        columns=columns,
        roles={role: getattr(roles, role) for role in (*SINGLE_ROLES, "features", "embedding")},
        reasons=dict(roles.reasons),
        modality=dataset.modality,
        head=tuple(tuple(_short(value) for value in line) for line in head),
        classes=tuple(counts.most_common()),
        remarks=tuple(remark.sentence() for remark in dataset.remarks),
    )


def _short(value: object) -> str:
    text = "" if value is None or value != value else str(value)
    return text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
