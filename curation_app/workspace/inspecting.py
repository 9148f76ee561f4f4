"""A dataset before it is scanned, for the Open page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.numbers import numbers_of
from curation_app.domain.roles import SINGLE_ROLES
from curation_app.domain.tags import delimiter_of, tags_of
from curation_app.workspace.values import Inspection, NumberSpread

# Rows, columns and characters of the first look at a file.
ROWS, COLUMNS, CHARACTERS = 8, 12, 160


def inspection(path: Path, dataset: Dataset) -> Inspection:
    """The first look: guessed roles with reasons, the first rows, the classes."""
    roles = dataset.roles
    columns = tuple(str(column) for column in dataset.frame)
    head = dataset.frame.iloc[:ROWS, :COLUMNS].to_numpy(dtype=object)
    return Inspection(
        path=path,
        name=dataset.name,
        format=dataset.format,
        rows=len(dataset),
        columns=columns,
        roles={role: getattr(roles, role) for role in (*SINGLE_ROLES, "features", "embedding", "annotators")},
        reasons=dict(roles.reasons),
        modality=dataset.modality,
        head=tuple(tuple(_short(value) for value in line) for line in head),
        label_kind=dataset.label_kind,
        classes=_classes(dataset),
        numbers=_numbers(dataset) if dataset.label_kind == "number" else None,
        remarks=tuple(remark.sentence() for remark in dataset.remarks),
    )


def _classes(dataset: Dataset) -> tuple[tuple[str, int], ...]:
    """(name, rows) of classes or of tags; numbers have none."""
    labels = [label for label in dataset.labels.tolist() if label is not None]
    if dataset.label_kind == "number":
        return ()
    if dataset.label_kind == "tags":
        mark = delimiter_of(labels)
        return tuple(Counter(tag for label in labels for tag in tags_of(label, mark)).most_common())
    return tuple(Counter(labels).most_common())


def _numbers(dataset: Dataset) -> NumberSpread | None:
    values = numbers_of(dataset.labels)
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    lowest, quarter, middle, three_quarters, highest = np.quantile(values, [0.0, 0.25, 0.5, 0.75, 1.0]).tolist()
    return NumberSpread(count=values.size, lowest=lowest, quarter=quarter, middle=middle, three_quarters=three_quarters, highest=highest)


def _short(value: object) -> str:
    text = "" if value is None or value != value else str(value)
    return text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
