"""A faint pattern that some pictures of one label share: recovered from one half of them, looked for in the other half."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# Pictures are compared at up to this many pixels an edge: 1,024 numbers a row keep 100,000 rows in memory.
LARGEST_EDGE = 32
# What is common to a neighbourhood of 5 x 5 is content; a pattern differs from pixel to pixel.
BLUR = 5
# Rounds of "whom does the template fit, then what do they share", and where a fit begins to count (standard deviations).
ROUNDS, SOFT_FROM = 4, 2.5
# Variance added to every axis, as a share of the mean: axes that no picture uses must not decide alone.
FLOOR = 0.02
# Directions tried in each label, and power steps to find them; a pattern in 40 of 400 rows is among the first six (planted in MNIST).
DIRECTIONS, POWER_STEPS = 6, 12
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
    return white[np.argsort(white[:, -1], kind="stable")[:: -(-len(white) // USUAL_ROWS)]]


def starts(white: np.ndarray, rows: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Directions (p,) in which ``rows`` differ most from one another, both ways."""
    part = white[rows] - white[rows].mean(axis=0)
    count = min(DIRECTIONS, *part.shape)
    basis = np.random.default_rng(seed).standard_normal((part.shape[1], count)).astype(np.float32)
    for _ in range(POWER_STEPS):
        basis, _ = np.linalg.qr(part.T @ (part @ basis))
    spread = np.linalg.svd(part @ basis, full_matrices=False)[2]
    for direction in (basis @ spread.T).T:
        yield direction
        yield -direction


def recovered(part: np.ndarray, usual: np.ndarray, template: np.ndarray, rounds: int = ROUNDS) -> np.ndarray | None:
    """(p,) the pattern that those rows of ``part`` share that fit ``template``, of unit length; None where too few fit.

    ``usual`` are rows of all labels: among the label's own, the planted ones may be many.
    """
    for _ in range(rounds):
        weight = np.maximum(deviations(part @ template, usual @ template) - SOFT_FROM, 0.0)
        if np.count_nonzero(weight) < FEWEST:
            return None
        # A single loud picture must not become the template.
        weight = np.minimum(weight, np.median(weight[weight > 0]))
        pattern = weight @ part
        template = (pattern / max(float(np.linalg.norm(pattern)), 1e-9)).astype(np.float32)
    return template


def deviations(fit: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """(n,) standard deviations from the middle of ``usual``, as its middle two thirds tell them: few planted rows do not move them."""
    low, middle, high = np.quantile(usual, [0.1587, 0.5, 0.8413])
    return np.asarray((fit - middle) / max(float(high - low) / 2, 1e-9), dtype=np.float64)


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
