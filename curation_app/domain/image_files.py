"""Names of files in a folder of images: which are rows, and which stay inside the folder."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

# What the reader opens; a file with another ending is no row.
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".dib", ".gif", ".webp"})


def is_image(name: str) -> bool:
    """Whether a file of that name is a row of the folder.

    Examples
    --------
    >>> is_image("cat/1.PNG"), is_image("cat/notes.txt")
    (True, False)
    """
    return PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES


def stays_inside(name: object) -> bool:
    """Whether a name with ``/`` between its parts leads to a file below the folder it is put behind, on every system.

    Examples
    --------
    >>> stays_inside("cat/1.png"), stays_inside("../1.png"), stays_inside("/1.png"), stays_inside("cat//1.png")
    (True, False, False, False)
    """
    if not isinstance(name, str) or "\\" in name or not _is_text(name):
        return False
    # A Windows path may have a drive, which leads elsewhere without a leading slash.
    return not Path(name).drive and all(part not in ("", ".", "..") for part in name.split("/"))


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in name
