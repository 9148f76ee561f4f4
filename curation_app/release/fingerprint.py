"""SHA-256 of a file, and of a folder as the sorted list of (digest, path), the way `sha256sum` prints it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_fingerprint(folder: Path, names: Iterable[str]) -> str:
    """SHA-256 (hex) over the named files of a folder; the same number that the reader gives a folder of images."""
    listing = "".join(f"{file_fingerprint(folder / name)}  {name}\n" for name in sorted(names))
    return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()


def fingerprint(path: Path, names: Iterable[str] | None = None) -> str:
    """Of a file, or of a folder (all its files when no names are given)."""
    if not path.is_dir():
        return file_fingerprint(path)
    return folder_fingerprint(path, files_below(path) if names is None else names)


def files_below(folder: Path) -> list[str]:
    """Sorted paths of everything that is no folder, ``/`` between parts. Links are listed, not followed."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path.relative_to(folder).as_posix() for path in found)
