"""Small pictures of four shapes with grain, and their labels: what the image detectors are tried on."""

from __future__ import annotations

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.representation import Representation
from tests.builders import make_dataset, make_representation

CLASSES = ("bar", "cross", "disc", "square")


def shapes(rows: int = 600, edge: int = 14, seed: int = 0, grain: float = 12.0) -> tuple[np.ndarray, list[str]]:
    """((rows, edge, edge) uint8, labels): shapes of varying place, size and shade."""
    rng = np.random.default_rng(seed)
    down, right = np.indices((edge, edge))
    images, labels = np.zeros((rows, edge, edge)), [CLASSES[code] for code in rng.integers(0, len(CLASSES), rows)]
    for image, label in zip(images, labels, strict=True):
        y, x = edge / 2 + rng.uniform(-1, 1, 2)
        size = edge * rng.uniform(0.2, 0.3)
        drawn = {
            "bar": np.abs(right - x) < size / 2,
            "cross": (np.abs(right - x) < 1.2) | (np.abs(down - y) < 1.2),
            "disc": np.hypot(down - y, right - x) < size,
            "square": np.abs(np.maximum(np.abs(down - y), np.abs(right - x)) - size) < 0.8,
        }[label]
        image[drawn] = rng.uniform(120, 230)
    return np.clip(images + 40 + rng.normal(0, grain, images.shape), 0, 255).astype(np.uint8), labels


def image_scan_input(images: np.ndarray, labels: list[str]) -> tuple[Dataset, Representation]:
    """The dataset and its representation by its pixels."""
    features = images.reshape(len(images), -1) / 255.0
    centred = features - features.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:24] if len(images) else np.zeros((0, features.shape[1]))
    return make_dataset(images=images, labels=labels), make_representation(centred @ axes.T, labels, k=15)
