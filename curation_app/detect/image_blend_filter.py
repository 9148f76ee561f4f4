"""A faint pattern that some pictures of one label share: each row is asked whether it shows what the others have in common."""

from __future__ import annotations

import numpy as np

from curation_app.detect.image_blend_starts import spread_over

# Pictures are compared at up to this many pixels an edge: 1,024 numbers a row keep 100,000 rows in memory.
LARGEST_EDGE = 32
# What is common to a neighbourhood of 5 x 5 is content; a pattern differs from pixel to pixel.
BLUR = 5
# Rounds of "whom does the template fit, then what do they share", and where a fit begins to count (standard deviations).
ROUNDS, SOFT_FROM = 4, 2.5
# Variance added to every axis, as a share of the mean: axes that no picture uses must not decide alone.
FLOOR = 0.02
# The covariance is learnt from at most this many rows, spread over all.
COVARIANCE_ROWS = 20_000
# What is usual is read from at most this many rows of all labels.
USUAL_ROWS = 4_000
# Pictures with more detail than this times the usual are scaled down: one loud picture is no pattern.
LOUD = 1.5
# Even noise has a fifth of its energy in its strongest twentieth; a patch of 3 x 3 in 28 x 28 pixels has nearly all.
SMALL_AREA, SMALL_ENERGY = 0.05, 0.6
# Fewer pictures make no mean.
FEWEST = 4
# Patterns that point the same way within 25 degrees are one pattern found from two starts.
SAME_PATTERN = 0.9


def white_residuals(images: np.ndarray, content: np.ndarray, n_classes: int) -> np.ndarray:
    """(n, p) float32: fine detail of each picture less that of its class by content, without what pixels have in common.

    ``images`` is (n, h, w) or (n, h, w, 3) uint8, ``content`` (n,) the class that each picture looks like.
    """
    detail = np.concatenate([_detail(images[start : start + 4096]) for start in range(0, len(images), 4096)])
    for code in range(n_classes):
        rows = content == code
        if rows.any():
            detail[rows] -= detail[rows].mean(axis=0)
    # Rows in an order of their own, so that the choice does not depend on how the file is sorted.
    step = -(-len(detail) // COVARIANCE_ROWS)
    part = detail[np.argsort(detail[:, detail.shape[1] // 2], kind="stable")[::step]]
    values, axes = np.linalg.eigh((part.T @ part).astype(np.float64) / max(len(part), 1))
    values = np.maximum(values, 0.0) + FLOOR * float(values.mean()) + 1e-6
    white = detail @ (axes / np.sqrt(values)).astype(np.float32)
    length = np.linalg.norm(white, axis=1)
    white *= np.minimum(1.0, LOUD * np.median(length) / np.maximum(length, 1e-9))[:, None].astype(np.float32)
    return white


def usual_rows(white: np.ndarray) -> np.ndarray:
    """At most USUAL_ROWS rows of all labels, the same in any order of the file."""
    return white[spread_over(white, USUAL_ROWS)]


def recovered(part: np.ndarray, usual: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the rows of one label share that fit each of the directions.

    Parameters
    ----------
    part
        (m, p) whitened rows of one label, exact copies once.
    usual
        (u, p) rows of all labels: among the label's own, the planted ones may be many.
    directions
        (s, p) float32 starts.

    Returns
    -------
    tuple
        (t, p) float32 patterns of unit length, none of them twice, and the (t, m) weight that each row had in each of them.
    """
    for _ in range(ROUNDS):
        weights = _weights(part, usual, directions)
        kept = np.count_nonzero(weights, axis=1) >= FEWEST
        weights = weights[kept]
        patterns = weights @ part
        lengths = np.maximum(np.linalg.norm(patterns, axis=1), 1e-9)[:, None]
        directions, weights = patterns / lengths, weights / lengths
    once = _once(directions)
    return directions[once], weights[once]


def _weights(part: np.ndarray, usual: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(s, m) float32: how far each row lies beyond SOFT_FROM along each direction."""
    beyond = np.maximum(deviations(part @ directions.T, usual @ directions.T) - SOFT_FROM, 0.0).T
    for weight in beyond:
        # A single loud picture must not become the template.
        np.minimum(weight, np.median(weight[weight > 0]) if weight.any() else 0.0, out=weight)
    return beyond.astype(np.float32)


def _once(directions: np.ndarray) -> list[int]:
    """Numbers of the directions without those that repeat an earlier one."""
    kept: list[int] = []
    for at, alike in enumerate(directions @ directions.T):
        if not any(alike[other] > SAME_PATTERN for other in kept):
            kept.append(at)
    return kept


def without_itself(part: np.ndarray, pattern: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(m,) how well each row of ``part`` (m, p) fits what the others made of ``pattern`` (p,), to which it gave ``weight`` (m,)."""
    fit = part @ pattern
    squares = np.einsum("ij,ij->i", part, part)
    # |pattern - weight * row|, the pattern being of unit length.
    lengths = np.sqrt(np.maximum(1.0 - 2.0 * weight * fit + np.square(weight) * squares, 1e-9))
    return np.asarray((fit - weight * squares) / lengths)


def deviations(fit: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """(n,) or (n, s) standard deviations from the middle of ``usual``, as its middle two thirds tell them: few rows do not move them."""
    low, middle, high = np.quantile(usual, [0.1587, 0.5, 0.8413], axis=0)
    return np.asarray((fit - middle) / np.maximum((high - low) / 2, 1e-9), dtype=np.float64)


def shared_pattern(images: np.ndarray, rows: np.ndarray, content: np.ndarray) -> np.ndarray:
    """(h', w') grey levels that ``rows`` show on average more than other pictures of their content, (n,) ``content``."""
    grey = _grey(_small(images[rows]))
    usual = np.zeros_like(grey[0])
    for code in np.unique(content).tolist():
        like = np.setdiff1d(np.flatnonzero(content == code), rows)
        share = float(np.mean(content[rows] == code))
        if like.size and share:
            usual += share * _grey(_small(images[like])).mean(axis=0)
    return np.asarray(grey.mean(axis=0) - usual)


def as_picture(pattern: np.ndarray) -> list[list[int]]:
    """A pattern as grey values 0-255."""
    low, high = np.quantile(pattern, [0.01, 0.99])
    shades: list[list[int]] = np.clip(np.round(255 * (pattern - low) / max(float(high - low), 1e-6)), 0, 255).astype(int).tolist()
    return shades


def is_small(pattern: np.ndarray) -> bool:
    """Whether most of a pattern's energy lies in few pixels: then it is a mark, not a pattern all over."""
    energy = np.sort(np.square(pattern).ravel())[::-1]
    few = max(1, round(SMALL_AREA * energy.size))
    return bool(energy[:few].sum() > SMALL_ENERGY * energy.sum())


def _detail(images: np.ndarray) -> np.ndarray:
    """(n, p) float32 pixels less the mean of their neighbourhood."""
    grey = _grey(_small(images))
    half = BLUR // 2
    padded = np.pad(grey, ((0, 0), (half, half), (half, half)), mode="edge")
    across = np.sum([padded[:, :, shift : shift + grey.shape[2]] for shift in range(BLUR)], axis=0)
    blurred = np.sum([across[:, shift : shift + grey.shape[1]] for shift in range(BLUR)], axis=0) / BLUR**2
    return np.asarray((grey - blurred).reshape(len(grey), -1), dtype=np.float32)


def _small(images: np.ndarray) -> np.ndarray:
    """Every f-th pixel, not a mean over them: means would wash a fine pattern out."""
    step = max(1, -(-max(images.shape[1:3]) // LARGEST_EDGE))
    return images[:, ::step, ::step]


def _grey(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) if images.ndim == 3 else images.mean(axis=3, dtype=np.float32)
