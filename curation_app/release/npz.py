"""NPZ: the same arrays, types and order, rows taken out of every array that has one entry a row."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from curation_app.domain.render import as_text, from_text
from curation_app.errors import UsageError
from curation_app.release.plan import Plan, cannot_hold

# The first moment a zip can name: the time of writing must not change the bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float"}


def rewrite_npz(original: Path, out: Path, options: Mapping[str, object], plan: Plan) -> None:
    """Write the archive with the edits applied. All labels are judged before the first byte is written."""
    rows = cast("int", options["rows"])
    plan.check_rows(rows)
    kept = plan.kept(rows)
    with zipfile.ZipFile(original) as source:
        labels = _labels(source, plan) if plan.labels else None
        with zipfile.ZipFile(out, "w") as target:
            for info in source.infolist():
                name = info.filename.removesuffix(".npy")
                with source.open(info) as file:
                    array = np.lib.format.read_array(file, allow_pickle=False)
                if labels is not None and name == plan.label_column:
                    array = labels
                if array.ndim and len(array) == rows:
                    array = _rows(array, kept)
                member = zipfile.ZipInfo(info.filename, _EPOCH)
                member.compress_type = info.compress_type
                with target.open(member, "w", force_zip64=True) as sink:
                    np.lib.format.write_array(cast("Any", sink), array, allow_pickle=False)


def _rows(array: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The rows that stay, in the memory order that the array had."""
    if kept.all():
        return array
    return np.asarray(array[kept], order="F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C")


def _labels(source: zipfile.ZipFile, plan: Plan) -> np.ndarray:
    """The label array with the new labels in its own type."""
    column = str(plan.label_column)
    names = {info.filename.removesuffix(".npy"): info for info in source.infolist()}
    if column not in names:
        raise UsageError(f"There is no array {column!r}.", hint=f"The arrays are: {', '.join(names)}.")
    with source.open(names[column]) as file:
        labels = np.lib.format.read_array(file, allow_pickle=False).copy()
    for row, label in sorted(plan.labels.items()):
        labels[row] = _value(row, label, column, labels.dtype)
    return labels


def _value(row: int, label: str, column: str, dtype: np.dtype) -> Any:
    """The label as a value of the array's type. Raises UsageError where it would not read back as the same label."""
    try:
        if dtype.kind == "S":
            value: Any = np.array(label.encode("utf-8"), dtype=dtype)
        elif dtype.kind == "U":
            value = np.array(label, dtype=dtype)
        else:
            value = np.array(from_text(label, _KINDS[dtype.kind]), dtype=dtype)
    except (KeyError, ValueError, OverflowError) as error:
        raise cannot_hold(row, label, column, str(dtype)) from error
    if dtype.kind != "f" and (as_text(value[()].item()) or "") != label:
        raise cannot_hold(row, label, column, str(dtype))
    return value
