"""NPZ: one main array of rows (X, images or embeddings), labels if there are any, and columns beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curation_app.load.arrays import Member, list_members, open_archive, read_member
from curation_app.load.request import Content, Problems, Request

_MAIN = {"x": "X", "images": "images", "embeddings": "embeddings"}
_LABELS = ("y", "label", "labels", "target", "targets")
_HINT = "Name the main array X, images or embeddings, and the labels y."


def read_npz(request: Request) -> Content:
    """Read an npz. Only the main array, and one-dimensional arrays as long as it, are decoded."""
    request.check_size()
    problems = request.problems
    with open_archive(request.path, problems) as archive:
        members = list_members(archive, request)
        main = _main(members, problems)
        rows = main.shape[0] if main.shape else 0
        label = _label(members, rows, problems)
        _check_shape(main, request)
        problems.stop_if_any()
        array = read_member(archive, main, problems)
        beside = [m for m in members if m is not main and m.shape in ((rows,), (rows, 1)) and m.dtype.kind in "biufUSM"]
        columns = {member.name: _values(read_member(archive, member, problems).reshape(rows)) for member in beside}
    pictures = len(main.shape) > 2
    images = as_images(array, problems, main.name) if pictures else None
    problems.stop_if_any()
    kind = "images" if pictures else _MAIN[main.name.lower()]
    return Content(
        format="npz",
        count=rows,
        columns=columns,
        matrices={} if pictures else {main.name: array},
        images=images,
        digests=lambda row: np.ascontiguousarray(array[row]).tobytes(),
        given={"label": (label, "the array beside the data that is named for it")} if label else {},
        options={"main": main.name, "kind": kind, "rows": rows, "label": label, "arrays": [member.name for member in members]},
    )


def _main(members: Sequence[Member], problems: Problems) -> Member:
    """The array that holds the rows; anything but exactly one is a problem."""
    found = [member for member in members if member.name.lower() in _MAIN]
    if len(found) != 1:
        there = ", ".join(f"{member.name} {member.shape}" for member in members) or "nothing"
        problems.add("npz-main", "one array named X, images or embeddings", there, hint=_HINT)
        problems.stop_if_any()
    return found[0]


def _label(members: Sequence[Member], rows: int, problems: Problems) -> str | None:
    """Name of the label array, if there is one."""
    found = [member for member in members if member.name.lower() in _LABELS]
    if len(found) > 1:
        problems.add("npz-label", "one label array", ", ".join(member.name for member in found), hint="Keep one of them, named y.")
    for member in found:
        if member.shape not in ((rows,), (rows, 1)):
            problems.add("npz-label", f"one label for each of {rows:,} rows", f"shape {member.shape}", column=member.name)
        if member.dtype.kind not in "biufUS":
            problems.add("npz-label", "numbers or text", str(member.dtype), column=member.name)
    return found[0].name if found else None


def _check_shape(main: Member, request: Request) -> None:
    problems, shape, limits = request.problems, main.shape, request.limits
    if main.dtype.kind not in "biuf":
        problems.add("npz-main", "numbers", str(main.dtype), column=main.name)
    if len(shape) not in (2, 3, 4) or 0 in shape[1:] or (len(shape) > 2 and main.name.lower() == "embeddings"):
        problems.add("npz-main", "(rows, features), (rows, height, width) or (rows, height, width, 3)", f"shape {shape}", column=main.name)
        return
    if len(shape) == 2 and main.name.lower() == "images":
        problems.add("npz-main", "(rows, height, width) or (rows, height, width, 3)", f"shape {shape}", column=main.name)
    if len(shape) == 4 and shape[3] not in (1, 3):
        problems.add("npz-main", "1 or 3 colour channels, last", f"shape {shape}", column=main.name, hint="Move the channels to the end.")
    if len(shape) > 2 and shape[1] * shape[2] > limits.pixels:
        problems.add("pixels", f"at most {limits.pixels:,} pixels an image", f"{shape[1] * shape[2]:,}", column=main.name)


def as_images(array: np.ndarray, problems: Problems, name: str) -> np.ndarray | None:
    """(n, h, w[, 3]) uint8: whole numbers from 0 to 255 as they are, fractions from 0 to 1 spread over that range."""
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.dtype == np.uint8 or not array.size:
        return np.ascontiguousarray(array, dtype=np.uint8)
    low, high = array.min(), array.max()
    if array.dtype.kind in "biu" and low >= 0 and high <= 255:
        return np.ascontiguousarray(array.astype(np.uint8) * (255 if array.dtype.kind == "b" else 1))
    if array.dtype.kind == "f" and low >= 0 and high <= 1:
        return np.round(array * 255).astype(np.uint8)
    problems.add("pixel-values", "whole numbers from 0 to 255, or fractions from 0 to 1", f"values from {low} to {high}", column=name)
    return None


def _values(array: np.ndarray) -> np.ndarray:
    """Text arrays as ``str`` objects; numbers as they are."""
    if array.dtype.kind == "S":
        return np.array([value.decode("utf-8", "backslashreplace") for value in array.tolist()], dtype=object)
    return array.astype(object) if array.dtype.kind == "U" else array
