"""Image files nobody vouches for: an allow-list of formats, a pixel cap, the first frame only, thumbnails of one size."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from curation_app.load.request import Problems, Request

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
# Enough to see what is wrong on a card, and 12 KB a row in colour: 100,000 rows take 1.2 GB.
THUMBNAIL = 64
_GREY = frozenset({"1", "L", "LA", "I;16", "I"})


def thumbnails(paths: Sequence[Path], request: Request) -> np.ndarray | None:
    """(n, h, w) uint8 if every image is grey, else (n, h, w, 3); h and w at most 64. None if a problem was noted."""
    before = request.problems.count
    heads = [_head(path, request) for path in paths]
    if request.problems.count > before:
        return None
    size = _common_size([head[0] for head in heads if head is not None])
    grey = all(head is not None and head[1] in _GREY for head in heads)
    stack = np.zeros((len(paths), size[1], size[0]) if grey else (len(paths), size[1], size[0], 3), dtype=np.uint8)
    for row, path in enumerate(paths):
        picture = _decoded(path, size, grey, request.problems, row)
        if picture is not None:
            stack[row] = picture
    return stack if request.problems.count == before else None


def _head(path: Path, request: Request) -> tuple[tuple[int, int], str] | None:
    """((width, height), mode) as the header says, nothing decoded. None if the file is refused."""
    from PIL import Image

    name = path.name
    try:
        if path.stat().st_size > request.limits.file_bytes:
            request.problems.add("file-too-large", f"at most {request.limits.file_bytes:,} bytes", f"{name}: {path.stat().st_size:,}")
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                width, height = image.size
                mode = image.mode
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        width, height, mode = request.limits.pixels, 2, "L"
    except Exception as error:  # noqa: BLE001 - a decoder fed by strangers raises anything, and none of it may cross the stage
        _note(request.problems, name, error)
        return None
    if width * height > request.limits.pixels:
        request.problems.add("pixels", f"at most {request.limits.pixels:,} pixels", f"more in {name}", hint="Shrink the image.")
        return None
    return (width, height), mode


def _note(problems: Problems, name: str, error: Exception) -> None:
    found = f"{name}: {str(error) or type(error).__name__}"
    problems.add("image", f"a whole image ({', '.join(FORMATS)})", found, hint="Convert or remove it.")


def _common_size(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """(width, height) for all: the largest found, brought within 64, its proportions kept where all images share them."""
    width, height = max((w for w, _ in sizes), default=1), max((h for _, h in sizes), default=1)
    if len(set(sizes)) > 1:
        return min(width, THUMBNAIL), min(height, THUMBNAIL)
    scale = min(1.0, THUMBNAIL / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _decoded(path: Path, size: tuple[int, int], grey: bool, problems: Problems, row: int) -> np.ndarray | None:
    """(h, w[, 3]) uint8 of the first frame."""
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS) as image:
            image.draft("L" if grey else "RGB", (2 * size[0], 2 * size[1]))
            flat = _flattened(image, grey)
            return np.asarray(flat if flat.size == size else flat.resize(size, Image.Resampling.BOX), dtype=np.uint8)
    except Exception as error:  # noqa: BLE001 - as above
        _note(problems, path.name, error)
        return None


def _flattened(image: Any, grey: bool) -> Any:
    """The image without transparency (on white, as a page shows it), 8 bits a channel."""
    from PIL import Image

    if image.mode.startswith("I"):
        # 16-bit grey: Pillow's own conversion clips everything above 255 to white.
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if "A" in image.mode or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L" if grey else "RGB")


def resolve(name: str, folder: Path) -> Path | None:
    """The image file ``name`` inside ``folder``, or None where it would be anything else: a URL, absolute, outside, a link."""
    windows, plain = PureWindowsPath(name), PurePosixPath(name)
    if not name or "\0" in name or "://" in name or plain.is_absolute() or windows.is_absolute() or windows.drive:
        return None
    if ".." in windows.parts or ".." in plain.parts:
        return None
    place = folder
    for part in plain.parts:
        place = place / part
        if place.is_symlink():
            return None
    return place
