"""A dataset as it was read: values untouched, roles named, every row with a fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from curation_app.domain.problem import Problem
from curation_app.domain.roles import Roles

if TYPE_CHECKING:
    import pandas as pd

Modality = Literal["table", "text", "image", "embedding"]
LabelKind = Literal["class", "number", "tags"]
Format = Literal["csv", "tsv", "parquet", "jsonl", "arrow", "npz", "folder"]

# Why nothing that compares classes can be said of these labels.
NOT_A_CLASS: Mapping[LabelKind, str] = {
    "number": "The label is a number, not a class.",
    "tags": "A label is a list of tags, not a class.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """n rows under review.

    Attributes
    ----------
    name
        File or folder name, for people.
    format
        How it is stored; the release is written the same way.
    modality
        What a row mainly is: decides how it becomes numbers.
    frame
        (n rows) the columns in file order with a RangeIndex. From CSV, TSV every value is ``str``; from typed formats the file's own type.
        For ``.npz`` and image folders: the columns that are not arrays (label, path), possibly none.
    roles
        What each column is for.
    ids
        (n,) object array of unique ``str``: the id column, or the position as text.
    labels
        (n,) object array: the given label as text, or None where it is missing. All None without a label column.
    fingerprint
        SHA-256 (hex) of the file's bytes; of the sorted list of (path, SHA-256) for a folder.
    row_fingerprints
        (n,) array of ``S32``: raw SHA-256 of each row's canonical content (columns and values, label included, position excluded).
    vectors
        (n, d) float32, rows as given: the ``X`` or ``embeddings`` of an ``.npz``, or embedding columns. None otherwise.
    images
        (n, h, w) or (n, h, w, 3) uint8, all rows of one size (thumbnails for a folder). None otherwise.
    hidden_characters
        (n,) int32: control, zero-width, bidirectional, tag characters in the row, NUL included. They are kept, and counted.
    remarks
        What the reader accepted but wants known (skipped rows, say).
    label_kind
        What a label is: one of several classes, a number, or any of several tags in one cell (``domain.tags`` tells them apart).
    options
        How it was read (delimiter, encoding, skipped rows ...), JSON-able: what a release needs to write it back.
    """

    name: str
    format: Format
    modality: Modality
    frame: pd.DataFrame
    roles: Roles
    ids: np.ndarray
    labels: np.ndarray
    fingerprint: str
    row_fingerprints: np.ndarray
    vectors: np.ndarray | None = None
    images: np.ndarray | None = None
    hidden_characters: np.ndarray | None = None
    remarks: tuple[Problem, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    label_kind: LabelKind = "class"

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, role: str) -> np.ndarray | None:
        """(n,) object array of text for a single-column role (``source``, ``time`` ...), or None if no column has it."""
        name = getattr(self.roles, role)
        if name is None or name not in self.frame:
            return None
        values = self.frame[name].to_numpy(dtype=object)
        return np.array([None if value is None or value != value else str(value) for value in values], dtype=object)
