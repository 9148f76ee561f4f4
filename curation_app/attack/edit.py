"""A dataset with some parts replaced and rows repeated, consistent in all its columns: what every dataset-level attack builds with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.hidden import count_hidden

if TYPE_CHECKING:
    import pandas as pd


def changed(
    dataset: Dataset,
    *,
    labels: Sequence[str | None] | np.ndarray | None = None,
    texts: Sequence[str] | np.ndarray | None = None,
    images: np.ndarray | None = None,
    vectors: np.ndarray | None = None,
    cells: Mapping[str, Sequence[object] | np.ndarray] | None = None,
    repeat: np.ndarray | None = None,
) -> Dataset:
    """A copy of a dataset in which some parts are others.

    Parameters
    ----------
    repeat
        (n',) int: the row that each row of the copy is taken from; all rows once when left out. ``[0 .. n-1, 5, 5]`` appends two copies of
        row 5 with everything that belongs to it (source, time ...); ``[3, 1]`` keeps two rows. The first time a row is taken it keeps
        its id, later ones get a new one.
    labels, texts
        (n',) new labels (None = missing) and texts. They are written to the label and the text column as well.
    images, vectors
        (n', ...) arrays of the shape and type of the dataset's own.
    cells
        Column -> (n',) values.

    Returns
    -------
    Dataset
        With ids that are unique, fingerprints that differ wherever the content does, and arrays that cannot be written to.

    Raises
    ------
    ValueError
        A part has not n' rows, or the dataset has no such part to replace.
    """
    rows = np.arange(len(dataset)) if repeat is None else np.asarray(repeat, dtype=np.int64)
    _check_lengths({"labels": labels, "texts": texts, "images": images, "vectors": vectors} | dict(cells or {}), len(rows))
    new_cells = dict(cells or {})
    if texts is not None:
        new_cells[_text_column(dataset)] = texts
    ids = _ids(dataset, rows)
    new_labels = dataset.labels[rows] if labels is None else _labels(labels)
    if dataset.roles.label in dataset.frame and labels is not None:
        new_cells[str(dataset.roles.label)] = _as_written(dataset, new_labels)
    if dataset.roles.id in dataset.frame and not np.array_equal(ids, dataset.ids[rows]):
        new_cells[str(dataset.roles.id)] = ids
    frame, altered, hidden = _frame(dataset, rows, new_cells)
    new_images = _part(dataset.images, images, rows, "images", altered)
    new_vectors = _part(dataset.vectors, vectors, rows, "vectors", altered)
    _note_changes(altered, new_labels != dataset.labels[rows], new_labels)
    prints = _fingerprints(dataset.row_fingerprints[rows], altered)
    ids, new_labels, prints, hidden = (_frozen(np.array(part)) for part in (ids, new_labels, prints, hidden))
    return replace(
        dataset,
        frame=frame,
        ids=ids,
        labels=new_labels,
        fingerprint=hashlib.sha256(dataset.fingerprint.encode() + prints.tobytes()).hexdigest(),
        row_fingerprints=prints,
        vectors=None if new_vectors is None else _frozen(new_vectors),
        images=None if new_images is None else _frozen(new_images),
        hidden_characters=hidden,
    )


def _check_lengths(parts: Mapping[str, Sequence[object] | np.ndarray | None], rows: int) -> None:
    for name, part in parts.items():
        if part is not None and len(part) != rows:
            raise ValueError(f"{name} has {len(part)} rows, expected {rows}")


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


def _text_column(dataset: Dataset) -> str:
    if dataset.roles.text is None:
        raise ValueError("the dataset has no text column")
    return dataset.roles.text


def _labels(labels: Sequence[str | None] | np.ndarray) -> np.ndarray:
    found = np.empty(len(labels), dtype=object)
    found[:] = [None if label is None else str(label) for label in labels]
    return found


def _ids(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """(n',) unique ids: a row's own where it comes first, ``id~2``, ``id~3`` ... after that."""
    ids = dataset.ids[rows].copy()
    repeated = np.ones(len(rows), dtype=bool)
    repeated[np.unique(rows, return_index=True)[1]] = False
    used, times = set(dataset.ids.tolist()), dict[str, int]()
    for place in np.flatnonzero(repeated).tolist():
        name = str(ids[place])
        number = times.get(name, 1) + 1
        while f"{name}~{number}" in used:
            number += 1
        times[name] = number
        ids[place] = f"{name}~{number}"
        used.add(ids[place])
    return ids


def _as_written(dataset: Dataset, labels: np.ndarray) -> np.ndarray:
    """(n',) the labels as the label column has them: a number stays a number where the label was seen before."""
    column = dataset.frame[dataset.roles.label].to_numpy(dtype=object)
    written = dict(zip(dataset.labels.tolist(), column.tolist(), strict=True))
    found = np.empty(len(labels), dtype=object)
    found[:] = [written.get(label, label) for label in labels]
    return found


def _frame(
    dataset: Dataset, rows: np.ndarray, cells: Mapping[str, Sequence[object] | np.ndarray]
) -> tuple[pd.DataFrame, list[list[bytes]], np.ndarray]:
    """(the columns with the new cells, what changed in each row as bytes, (n',) hidden characters)."""
    import pandas as pd

    frame = dataset.frame.iloc[rows].reset_index(drop=True)
    altered: list[list[bytes]] = [[] for _ in rows]
    hidden = np.zeros(len(dataset), np.int32) if dataset.hidden_characters is None else dataset.hidden_characters
    hidden = hidden[rows].astype(np.int32)
    for name, values in cells.items():
        if name not in frame:
            raise ValueError(f"the dataset has no column {name!r}")
        before, after = frame[name].to_numpy(dtype=object), np.empty(len(rows), dtype=object)
        after[:] = list(values)
        differs = np.array([str(old) != str(new) for old, new in zip(before, after, strict=True)], dtype=bool)
        if differs.any():
            _note_changes(altered, differs, after)
            hidden[differs] += count_hidden([after[differs]], int(differs.sum())) - count_hidden([before[differs]], int(differs.sum()))
            frame[name] = _typed(after, frame[name])
    return pd.DataFrame(frame), altered, hidden


def _typed(values: np.ndarray, column: pd.Series) -> pd.Series:
    """The values in the column's own type where they fit it, else as objects."""
    import pandas as pd

    try:
        if column.dtype != object:
            typed = pd.Series(values, index=column.index).astype(column.dtype)
            # A column of whole numbers would cut decimals off without a word.
            known = ~pd.isna(values)
            if column.dtype.kind not in "iub" or bool((typed.to_numpy(dtype=object)[known] == values[known]).all()):
                return typed
    except (TypeError, ValueError, OverflowError):
        pass
    return pd.Series(values, index=column.index, dtype=object)


def _part(old: np.ndarray | None, new: np.ndarray | None, rows: np.ndarray, name: str, altered: list[list[bytes]]) -> np.ndarray | None:
    """The array of the copy; rows that differ from the original's are noted."""
    if old is None:
        if new is not None:
            raise ValueError(f"the dataset has no {name}")
        return None
    taken = old[rows]
    if new is None:
        return taken
    array = np.array(new, dtype=old.dtype)
    if array.shape[1:] != old.shape[1:]:
        raise ValueError(f"{name} have shape {array.shape[1:]}, expected {old.shape[1:]}")
    # NaN equals NaN here: a missing number that stayed missing is no change.
    same = (array == taken) | ((array != array) & (taken != taken))
    for row in np.flatnonzero(~same.reshape(len(rows), -1).all(axis=1)).tolist():
        altered[row].append(np.ascontiguousarray(array[row]).tobytes())
    return array


def _note_changes(altered: list[list[bytes]], differs: np.ndarray, values: np.ndarray) -> None:
    for row in np.flatnonzero(differs).tolist():
        altered[row].append(repr(values[row]).encode("utf-8", "surrogatepass"))


def _fingerprints(prints: np.ndarray, altered: list[list[bytes]]) -> np.ndarray:
    """(n',) ``S32``: the row's own where nothing changed, else a digest of it and the changes."""
    found = bytearray()
    for old, changes in zip(prints.tolist(), altered, strict=True):
        whole = bytes(old).ljust(32, b"\0")
        found += hashlib.sha256(whole + b"\x1f".join(changes)).digest() if changes else whole
    return np.frombuffer(bytes(found), dtype="S32")
