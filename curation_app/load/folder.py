"""A folder of images: each subfolder is a label, each file a row."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from curation_app.domain.image_files import is_image, stays_inside
from curation_app.load.fingerprint import file_fingerprint
from curation_app.load.pictures import thumbnails
from curation_app.load.request import Content, Request

_LINK_HINT = "Copy the file into the folder: links could lead anywhere."


def read_folder(request: Request) -> Content:
    """Read every image below the folder, in the order of their paths; other files are counted and left alone."""
    root, problems = request.path, request.problems
    names = _image_names(request)
    if not names:
        problems.add("empty", "images (PNG, JPEG, BMP, GIF, WebP) in subfolders", "none", hint="Each subfolder's name is a label.")
    problems.stop_if_any()
    images = thumbnails([root / name for name in names], request)
    problems.stop_if_any()
    digests = [file_fingerprint(root / name) for name in names]
    labels = [name.split("/", 1)[0] if "/" in name else None for name in names]
    columns = {"path": np.array(names, dtype=object), "label": np.array(labels, dtype=object)}
    listing = "".join(f"{digest}  {name}\n" for digest, name in zip(digests, names, strict=True))
    return Content(
        format="folder",
        count=len(names),
        columns=columns,
        images=images,
        digests=lambda row: bytes.fromhex(digests[row]),
        given={
            "label": ("label", "the subfolder each image is in"),
            "image": ("path", "the image files themselves"),
            "id": ("path", "each file's path below the folder"),
        },
        fingerprint=hashlib.sha256(listing.encode("utf-8")).hexdigest(),
        options={"files": names},
    )


def _image_names(request: Request) -> list[str]:
    """Paths below the folder with ``/`` between parts, sorted. Links are problems; files of other kinds a remark."""
    root, problems, limits = request.path, request.problems, request.limits
    names: list[str] = []
    others: list[str] = []
    total = 0
    for folder, subfolders, files in os.walk(root, followlinks=False):
        for entry in sorted([*subfolders, *files]):
            path = Path(folder) / entry
            name = path.relative_to(root).as_posix()
            if path.is_symlink():
                problems.add("link", "files and folders", f"{name}, a link", hint=_LINK_HINT)
            elif not stays_inside(name):
                problems.add("name", "file names that are text, without backslashes", repr(name), hint="Rename it.")
            elif path.is_file():
                (names if is_image(name) else others).append(name)
                total += path.stat().st_size
    if len(names) > limits.files:
        problems.add("files", f"at most {limits.files:,} images", f"{len(names):,}", hint="Pack them into an npz.")
    if total > limits.file_bytes:
        problems.add("file-too-large", f"at most {limits.file_bytes:,} bytes in all", f"{total:,}", hint="Raise the limit.")
    if others:
        problems.add("other-files", "images only", f"{len(others):,} other file(s), left alone, such as {min(others)}", fatal=False)
    return sorted(names)
