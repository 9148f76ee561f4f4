"""Images as numbers: where edges run, where it is light, and what colour; then principal axes."""

from __future__ import annotations

import numpy as np

from curation_app.represent.principal import principal_components

# Directions of an edge, over half a turn (Dalal & Triggs 2005 use 9).
DIRECTIONS = 9
# Cells along each edge for gradients, and for the coarse picture.
GRADIENT_CELLS, PICTURE_CELLS = 7, 8
# Larger pictures are first shrunk by whole factors to at most this edge: a label is rarely in finer detail.
LARGEST_EDGE = 64
# Width after principal axes: keeps over 90 % of the variance of small pictures and the graph quick.
WIDTH = 96
# Part of the distance that each kind of feature makes up: edges say most about what is shown.
WEIGHTS = {"edges": 1.0, "picture": 0.7, "colour": 0.5}
# Pictures described at once.
BLOCK = 2_048


def image_features(images: np.ndarray, *, seed: int) -> tuple[np.ndarray, str]:
    """(n, d) float32 features of (n, h, w) or (n, h, w, 3) uint8 pictures, and how they were made."""
    described = [_described(images[start : start + BLOCK]) for start in range(0, len(images), BLOCK)]
    parts = {name: np.concatenate([block[name] for block in described]) for name in (described[0] if described else ())}
    scaled = [_of_unit_spread(part) * np.float32(WEIGHTS[name]) for name, part in parts.items()]
    features, kept = principal_components(np.hstack(scaled), WIDTH, seed=seed) if scaled else (np.zeros((0, 1), np.float32), 1.0)
    told = "edges, coarse picture and colour" if "colour" in parts else "edges and coarse picture"
    return features, f"{told} on {features.shape[1]} principal axes ({kept:.0%} of the variance)"


def _of_unit_spread(part: np.ndarray) -> np.ndarray:
    """The block scaled so that its columns' variances sum to one."""
    total = float(part.var(axis=0, dtype=np.float64).sum())
    return part / np.float32(np.sqrt(total)) if total > 0 else np.zeros_like(part)


def _described(images: np.ndarray) -> dict[str, np.ndarray]:
    shrunk = _shrunk(images.astype(np.float32) / 255)
    grey = shrunk if shrunk.ndim == 3 else shrunk.mean(axis=3)
    parts = {"edges": _edges(grey), "picture": _pooled(grey, PICTURE_CELLS).reshape(len(grey), -1)}
    if shrunk.ndim == 4:
        tint = shrunk - grey[..., None]
        parts["colour"] = np.concatenate([_pooled(tint[..., band], PICTURE_CELLS // 2) for band in range(3)], axis=1).reshape(len(grey), -1)
    return parts


def _shrunk(pictures: np.ndarray) -> np.ndarray:
    """Means over whole factors of pixels, so that no edge is longer than LARGEST_EDGE."""
    for axis in (1, 2):
        factor = -(-pictures.shape[axis] // LARGEST_EDGE)
        if factor > 1:
            length = pictures.shape[axis] // factor
            cut = np.take(pictures, np.arange(length * factor), axis=axis)
            shape = (*cut.shape[:axis], length, factor, *cut.shape[axis + 1 :])
            pictures = cut.reshape(shape).mean(axis=axis + 1)
    return pictures


def _edges(grey: np.ndarray) -> np.ndarray:
    """(n, cells * directions): root-normalised histograms of gradient directions, each cell's spread over neighbouring directions."""
    down, right = np.gradient(np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge"), axis=(1, 2))
    down, right = down[:, 1:-1, 1:-1], right[:, 1:-1, 1:-1]
    strength = np.hypot(down, right)
    turn = (np.arctan2(down, right) / np.pi % 1.0) * DIRECTIONS
    cells = []
    for direction in range(DIRECTIONS):
        gap = np.abs(turn - direction)
        share = np.maximum(0, 1 - np.minimum(gap, DIRECTIONS - gap))
        cells.append(_pooled(strength * share, GRADIENT_CELLS))
    histograms = np.stack(cells, axis=-1)
    local = np.sqrt(np.square(histograms).sum(axis=-1, keepdims=True))
    # A tenth of the picture's own contrast keeps the noise of flat cells from being blown up.
    typical = local.mean(axis=(1, 2), keepdims=True) * np.float32(0.1) + np.float32(1e-6)
    flat: np.ndarray = np.sqrt(histograms / (local + typical)).reshape(len(grey), -1)
    return flat


def _pooled(values: np.ndarray, cells: int) -> np.ndarray:
    """(n, rows, columns) means over about ``cells`` x ``cells`` blocks of (n, h, w)."""
    rows, columns = (np.arange(min(cells, size)) * size // min(cells, size) for size in values.shape[1:])
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=1), columns, axis=2)
    areas = np.diff(np.append(rows, values.shape[1]))[:, None] * np.diff(np.append(columns, values.shape[2]))
    return (sums / areas).astype(np.float32)
