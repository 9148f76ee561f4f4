"""What a row is, label, id and origin set aside, as one short digest: equal content in two files has equal digests."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from curation_app.domain.dataset import Dataset

# Columns of these roles say what a row is called, where it comes from or what it was judged, not what it is.
SET_ASIDE = ("label", "id", "source", "annotator", "time", "split", "group")
# Between two cells: no text cell ends in it by accident.
BETWEEN = "\x1f"


def contents(dataset: Dataset) -> list[bytes]:
    """n digests of 16 bytes. A number and its text are the same content, so that a CSV and a Parquet file can be compared."""
    if not len(dataset):
        return []
    if dataset.images is not None or dataset.vectors is not None:
        # Adding zero turns -0.0 into 0.0: equal numbers must have equal bytes.
        numbers = dataset.images if dataset.images is not None else dataset.vectors + np.float32(0)  # type: ignore[operator]
        flat = np.ascontiguousarray(numbers.reshape(len(dataset), -1))
        return [blake2b(row.data, digest_size=16).digest() for row in flat]
    text = dataset.column("text")
    if text is not None:
        return [_digest(value or "") for value in text]
    columns = [_as_text(dataset, name) for name in content_columns(dataset)]
    return [_digest(BETWEEN.join(cells)) for cells in zip(*columns, strict=True)] if columns else [b""] * len(dataset)


def content_columns(dataset: Dataset) -> list[str]:
    """Names of the columns that say what a row is, in file order."""
    if dataset.roles.features:
        return [name for name in dataset.roles.features if name in dataset.frame]
    aside = {*(getattr(dataset.roles, role) for role in SET_ASIDE), *dataset.roles.annotators}
    return [name for name in dataset.frame.columns if name not in aside]


def _as_text(dataset: Dataset, name: str) -> list[str]:
    return ["" if value is None or value != value else str(value) for value in dataset.frame[name].to_numpy(dtype=object)]


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
