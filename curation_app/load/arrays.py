"""NumPy files: headers are checked against the file before a byte is decoded, and pickles are refused."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from curation_app.errors import InputError
from curation_app.load.limits import MIB
from curation_app.load.request import Problems, Request

_PICKLE_HINT = "Object arrays are pickles, which can run code. Save plain numbers or fixed-width text instead."
# A longer header is an attack on the parser; NumPy's own limit.
_HEADER_BYTES = 10_000
# What zipfile, zlib and NumPy raise on damaged archives.
DAMAGE = (ValueError, OSError, EOFError, NotImplementedError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)


class Member:
    """One array of an npz as its header declares it; the data is read by :func:`read_member`."""

    def __init__(self, name: str, info: zipfile.ZipInfo, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self.name, self.info, self.shape, self.dtype = name, info, shape, dtype


def list_members(archive: zipfile.ZipFile, request: Request) -> list[Member]:
    """Every array of the archive. Notes pickles, headers that disagree with the file, and too large ones; raises if there are any."""
    problems, members, total = request.problems, [], 0
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        total += info.file_size
        if not info.filename.endswith(".npy"):
            problems.add("npz-member", "arrays only", f"the file {info.filename!r}", hint="Save the arrays with numpy.savez.")
            continue
        if info.flag_bits & 1:
            problems.add("npz-member", "arrays without a password", f"an encrypted {name!r}", column=name)
            continue
        try:
            with archive.open(info) as file:
                header = _header(file, info.file_size, name, problems)
        except DAMAGE as error:
            problems.add("npz-damaged", "an array that can be read", str(error), column=name, hint="Copy the file again.")
            continue
        if header is not None:
            members.append(Member(name, info, *header))
    if total > request.limits.decoded_bytes:
        expected = f"at most {request.limits.decoded_bytes / MIB:,.0f} MiB once decoded"
        problems.add("decoded-too-large", expected, f"{total / MIB:,.0f} MiB", hint="Split the file, or raise the limit.")
    names = [member.name for member in members]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add("duplicate-column", "array names that differ", f"{name!r} more than once", column=name)
    problems.stop_if_any()
    return members


def _header(file: IO[bytes], size: int, name: str, problems: Problems) -> tuple[tuple[int, ...], np.dtype] | None:
    """(shape, dtype) of a ``.npy`` stream of ``size`` bytes, or None with the problem noted."""
    fmt: Any = np.lib.format
    try:
        version = fmt.read_magic(file)
        read = fmt.read_array_header_1_0 if version == (1, 0) else fmt.read_array_header_2_0
        shape, _, dtype = read(file, max_header_size=_HEADER_BYTES)
        at = file.tell()
    except (SyntaxError, TypeError, RecursionError, *DAMAGE) as error:
        problems.add("npy-header", "a NumPy array", (str(error) or "a damaged header").splitlines()[0], column=name)
        return None
    if dtype.hasobject:
        problems.add("pickle", "numbers or fixed-width text", "an object array", hint=_PICKLE_HINT, column=name)
        return None
    count = 1
    for length in shape:
        count *= length
    if min(shape, default=0) < 0 or at + count * dtype.itemsize != size:
        expected = f"{at + count * dtype.itemsize:,} bytes, as the header of shape {shape} says"
        problems.add("npy-size", expected, f"{size:,} bytes", hint="The file is damaged or forged.", column=name)
        return None
    return shape, dtype


def read_member(archive: zipfile.ZipFile, member: Member, problems: Problems) -> np.ndarray:
    """The array itself. Raises InputError if the bytes are damaged."""
    try:
        with archive.open(member.info) as file:
            return np.lib.format.read_array(file, allow_pickle=False, max_header_size=_HEADER_BYTES)
    except DAMAGE as error:
        problems.add("npz-damaged", "an array that can be read", str(error), column=member.name, hint="Copy the file again.")
        problems.stop_if_any()
        raise AssertionError("the problem was just noted") from error


def open_archive(path: Path, problems: Problems) -> zipfile.ZipFile:
    """The npz as a zip archive. Raises InputError if it is none."""
    try:
        return zipfile.ZipFile(path)
    except DAMAGE as error:
        problems.add("format", "an npz archive", str(error), hint="Save the arrays with numpy.savez.")
        problems.stop_if_any()
        raise AssertionError("the problem was just noted") from error


def read_matrix(path: Path, request: Request) -> np.ndarray:
    """The one 2-D array of numbers of an ``.npy`` or ``.npz`` file, for embeddings kept beside the data."""
    problems = Problems(path.name)
    own = Request(path=path, problems=problems, limits=request.limits)
    if not path.is_file():
        raise InputError(f"There is no embedding file {path}.", hint="Name an .npy or .npz file with one row of numbers per row of data.")
    size = own.check_size()
    if path.suffix.lower() == ".npy":
        with path.open("rb") as file:
            _header(file, size, path.name, problems)
            problems.stop_if_any()
            file.seek(0)
            found = [np.lib.format.read_array(file, allow_pickle=False)]
    else:
        with open_archive(path, problems) as archive:
            members = [member for member in list_members(archive, own) if len(member.shape) == 2 and member.dtype.kind in "fiu"]
            found = [read_member(archive, member, problems) for member in members[:2]]
    found = [array for array in found if array.ndim == 2 and array.dtype.kind in "fiu"]
    if len(found) != 1:
        problems.add("embedding", "one 2-D array of numbers", f"{len(found) or 'none'}", hint="Save one array of shape (rows, dimensions).")
    problems.stop_if_any()
    return found[0]


def as_vectors(matrix: np.ndarray, problems: Problems, name: str) -> np.ndarray | None:
    """(n, d) float32 of a number array; NaN stays, an infinite value is a problem (None then)."""
    with np.errstate(over="ignore"):
        vectors = np.ascontiguousarray(matrix, dtype=np.float32)
    infinite = np.isinf(vectors)
    if not infinite.any():
        return vectors
    for row, column in np.argwhere(infinite)[:5].tolist():
        found = str(matrix[row, column])
        problems.add("infinite", "numbers that fit 32 bits, or NaN for a missing one", found, row=row, column=f"{name}[:, {column}]")
    return None
