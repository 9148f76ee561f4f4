"""Exact copies: rows with the same content once label, id and provenance are set aside."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.represent.text import row_texts

SET_ASIDE = ("label", "id", "source", "annotator", "time", "split", "group")


def copy_groups(dataset: Dataset) -> np.ndarray:
    """(n,) int32 group numbers, counted in order of first appearance; equal numbers mean equal content."""
    groups: dict[bytes, int] = {}
    return np.fromiter((groups.setdefault(key, len(groups)) for key in _contents(dataset)), dtype=np.int32, count=len(dataset))


def _contents(dataset: Dataset) -> Iterable[bytes]:
    if dataset.images is not None:
        return _row_digests(dataset.images.reshape(len(dataset), -1))
    if dataset.vectors is not None:
        # Adding zero turns -0.0 into 0.0: equal numbers must have equal bytes.
        return _row_digests(dataset.vectors + np.float32(0))
    if dataset.roles.text is not None:
        return (text.encode("utf-8", "surrogatepass") for text in row_texts(dataset))
    codes = _column_codes(dataset)
    # Rows of which nothing is known but where they come from are not copies of one another.
    return _row_digests(codes) if codes.shape[1] else (str(row).encode() for row in range(len(dataset)))


def _row_digests(rows: np.ndarray) -> Iterable[bytes]:
    contiguous = np.ascontiguousarray(rows)
    return (blake2b(row.data, digest_size=16).digest() for row in contiguous)


def _column_codes(dataset: Dataset) -> np.ndarray:
    """(n, columns) int64: each value as the number of its distinct text; a missing value is -1."""
    import pandas as pd

    aside = {*(getattr(dataset.roles, role) for role in SET_ASIDE), *dataset.roles.annotators}
    names = [name for name in dataset.frame.columns if name not in aside]
    codes = np.zeros((len(dataset), len(names)), np.int64)
    for place, name in enumerate(names):
        column = dataset.frame[name]
        codes[:, place] = pd.factorize(column.astype(object).where(column.notna(), None).map(str, na_action="ignore"))[0]
    return codes
