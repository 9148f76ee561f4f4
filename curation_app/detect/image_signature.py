"""Difference hashes of images, and the pixel check that keeps look-alikes apart.

References
----------
Krawetz (2013), Kind of like that: the difference hash.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

# 8 x 8 comparisons of neighbouring cells: 64 bits.
CELLS = 8
# Two images of one hash are near-copies when their pixels correlate this much: simple shapes (a digit one) share hashes by the hundred.
CORRELATION = 0.99
# Pairs compared at a time; 4,096 pairs of 64 x 64 x 3 floats are 200 MB.
BLOCK = 4_096
# Images are hashed in slices of this many rows, to stay far below the memory of the images themselves.
SLICE = 8_192


def difference_hashes(images: np.ndarray) -> np.ndarray:
    """(n,) uint64: bit set where a cell is brighter than its right neighbour, over 8 x 9 cells of the grey image.

    ``images`` is (n, h, w) or (n, h, w, 3) uint8.
    """
    weights = np.uint64(1) << np.arange(CELLS * CELLS, dtype=np.uint64)
    hashes = np.zeros(len(images), dtype=np.uint64)
    for begin in range(0, len(images), SLICE):
        grey = _grey(images[begin : begin + SLICE])
        cells = _shrunk(_shrunk(grey, CELLS, axis=1), CELLS + 1, axis=2)
        brighter = (cells[:, :, :-1] > cells[:, :, 1:]).reshape(len(grey), -1)
        hashes[begin : begin + SLICE] = (brighter * weights).sum(axis=1, dtype=np.uint64)
    return hashes


def pixels_agree(images: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(m,) bool: whether the pixels of ``left[i]`` and ``right[i]`` correlate by at least 0.99; flat images agree with their like."""
    agree = np.zeros(len(left), dtype=bool)
    for begin in range(0, len(left), BLOCK):
        part = slice(begin, begin + BLOCK)
        one, two = _centred(images[left[part]]), _centred(images[right[part]])
        product = np.einsum("ij,ij->i", one, two)
        size = np.sqrt(np.einsum("ij,ij->i", one, one) * np.einsum("ij,ij->i", two, two))
        agree[part] = product >= CORRELATION * size
    return agree


def _grey(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) if images.ndim == 3 else images.mean(axis=3, dtype=np.float32)


def _centred(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), -1).astype(np.float32)
    return flat - flat.mean(axis=1, keepdims=True)


def _shrunk(grey: np.ndarray, cells: int, axis: int) -> np.ndarray:
    """Means over ``cells`` bands along an axis; an axis with fewer pixels repeats some of them."""
    pixels = grey.shape[axis]
    edges = (np.arange(cells + 1) * pixels // cells).tolist()
    bands = [grey.take(range(low, max(high, low + 1)), axis=axis).mean(axis=axis) for low, high in pairwise(edges)]
    return np.stack(bands, axis=axis)
