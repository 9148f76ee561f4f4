"""Seeded embeddings for the speed benchmarks: ten classes of three sub-clusters, 5 % wrong labels, 1 % near-copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np

CLASSES, CLUSTERS, INTRINSIC = 10, 3, 24
FLIPPED, COPIED = 0.05, 0.01


def embeddings(rows: int, width: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """((n, d) float32 vectors, (n,) labels as text with flips, (n,) bool mask of the flips)."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=2.0, size=(CLASSES * CLUSTERS, INTRINSIC))
    projection = rng.normal(size=(INTRINSIC, width)).astype(np.float32)
    cluster = rng.integers(0, len(centres), rows)
    hidden = (centres[cluster] + rng.normal(size=(rows, INTRINSIC))).astype(np.float32)
    vectors = hidden @ projection + rng.normal(scale=0.5, size=(rows, width)).astype(np.float32)
    copies = rng.choice(rows, int(COPIED * rows), replace=False)
    vectors[copies] = vectors[(copies + 1) % rows] + rng.normal(scale=0.01, size=(len(copies), width)).astype(np.float32)
    truth = cluster % CLASSES
    truth[copies] = truth[(copies + 1) % rows]
    flipped = rng.random(rows) < FLIPPED
    given = np.where(flipped, (truth + rng.integers(1, CLASSES, rows)) % CLASSES, truth)
    return vectors.astype(np.float32), np.char.add("class ", given.astype(str)), flipped


def save(path: Path, rows: int, width: int, seed: int = 0) -> np.ndarray:
    """Write an ``.npz`` that both sides read; returns the mask of the flips."""
    vectors, labels, flipped = embeddings(rows, width, seed)
    np.savez(path, embeddings=vectors, y=labels)
    return flipped
