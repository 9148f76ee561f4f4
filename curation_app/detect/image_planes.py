"""Pictures as planes of grey and colour, pixel first, so that one place can be compared over all rows at once."""

from __future__ import annotations

import numpy as np

# Longer edges are shrunk by whole factors: a patch is a few per cent of a picture's edge, and the cost grows with the area.
LONGEST_EDGE = 64


def planes_of(images: np.ndarray) -> tuple[dict[str, np.ndarray], int]:
    """({name: (h', w', n) uint8}, pixels of the picture per pixel of the planes).

    ``images`` is (n, h, w) or (n, h, w, 3) uint8. Colour pictures have "grey", "red" (red against green) and "blue" (blue against
    the others); both lie around 128. A picture that is grey in three bands has one plane.
    """
    factor = max(1, -(-max(images.shape[1:3]) // LONGEST_EDGE))
    small = _shrunk(images, factor)
    if small.ndim == 3:
        return {"grey": np.ascontiguousarray(np.moveaxis(small, 0, 2))}, factor
    bands = np.ascontiguousarray(np.moveaxis(small, 0, 2)).astype(np.int16)
    red, green, blue = (bands[..., band] for band in range(3))
    planes = {"grey": ((red + green + blue) // 3).astype(np.uint8)}
    if bool(np.any(red != green)) or bool(np.any(blue != green)):
        planes["red"] = ((red - green) // 2 + 128).astype(np.uint8)
        planes["blue"] = ((blue - (red + green) // 2) // 2 + 128).astype(np.uint8)
    return planes, factor


def _shrunk(images: np.ndarray, factor: int) -> np.ndarray:
    """Means over squares of ``factor`` pixels; a remainder at the lower and right edge is left out."""
    if factor == 1:
        return images
    high, wide = images.shape[1] // factor, images.shape[2] // factor
    cut = images[:, : high * factor, : wide * factor]
    blocks = cut.reshape(len(images), high, factor, wide, factor, *images.shape[3:])
    return np.asarray(blocks.mean(axis=(2, 4), dtype=np.float32).round().astype(np.uint8))
