"""Small real datasets and representations, built without the stages that normally make them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from curation_app.domain.dataset import Dataset, Modality
from curation_app.domain.representation import Neighbours, Representation
from curation_app.domain.roles import Roles


def brute_neighbours(features: np.ndarray, k: int = 30) -> Neighbours:
    """The exact graph by comparing all rows with all rows; ties broken by row number."""
    rows = len(features)
    k = max(0, min(k, rows - 1))
    if k == 0:
        return Neighbours(rows=np.zeros((rows, 0), dtype=np.int32), distances=np.zeros((rows, 0), dtype=np.float32))
    ids, distances = np.empty((rows, k), dtype=np.int32), np.empty((rows, k), dtype=np.float32)
    for row in range(rows):
        # Differences, not dot products: copies are at exactly the same distance from everyone, whatever their position.
        squared = np.square(features.astype(np.float64) - features[row]).sum(axis=1)
        squared[row] = np.inf
        nearest = np.argsort(squared, kind="stable")[:k]
        ids[row], distances[row] = nearest, np.sqrt(squared[nearest])
    return Neighbours(rows=ids, distances=distances)


def vote_probabilities(neighbours: Neighbours, codes: np.ndarray, n_classes: int) -> np.ndarray:
    """(n, K) float32: a judge by weighted vote of the neighbours that are no copies; missing labels do not vote."""
    rows = len(codes)
    if neighbours.k == 0:
        return np.full((rows, n_classes), 1.0 / n_classes, dtype=np.float32)
    votes = np.full((rows, n_classes), 0.1)
    labels = codes[neighbours.rows]
    weight = np.where((labels >= 0) & (neighbours.distances > 0), 1.0 / (1.0 + np.arange(neighbours.k) / 10.0), 0.0)
    for code in range(n_classes):
        votes[:, code] += (weight * (labels == code)).sum(axis=1)
    return (votes / votes.sum(axis=1, keepdims=True)).astype(np.float32)


def make_dataset(
    features: np.ndarray | None = None,
    labels: Sequence[str | None] | None = None,
    *,
    texts: Sequence[str] | None = None,
    images: np.ndarray | None = None,
    frame: pd.DataFrame | None = None,
    sources: Sequence[str] | None = None,
    modality: Modality | None = None,
) -> Dataset:
    """A dataset of the rows given; its modality follows from what is given."""
    rows = next(len(given) for given in (features, texts, images, frame) if given is not None)
    table = pd.DataFrame(index=pd.RangeIndex(rows)) if frame is None else frame.copy()
    columns = tuple(table.columns) if frame is not None else ()
    if texts is not None:
        table["text"] = list(texts)
    if sources is not None:
        table["source"] = list(sources)
    guessed: Modality = "text" if texts is not None else "image" if images is not None else "table"
    return Dataset(
        name="built",
        format="csv",
        modality=modality or guessed,
        frame=table,
        roles=Roles(text="text" if texts is not None else None, source="source" if sources is not None else None, features=columns),
        ids=np.array([str(row) for row in range(rows)], dtype=object),
        labels=np.array([None] * rows if labels is None else list(labels), dtype=object),
        fingerprint="0" * 64,
        row_fingerprints=np.array([hashlib.sha256(str(row).encode()).digest() for row in range(rows)], dtype="S32"),
        vectors=None if features is None else features.astype(np.float32),
        images=images,
    )


def make_representation(
    features: np.ndarray,
    labels: Sequence[str | None] | None = None,
    *,
    k: int = 30,
    copies: np.ndarray | None = None,
    probabilities: np.ndarray | None = None,
) -> Representation:
    """Features with their exact graph, copies found by equality, and probabilities by neighbour vote."""
    features = np.ascontiguousarray(features, dtype=np.float32)
    rows = len(features)
    given = [None] * rows if labels is None else list(labels)
    classes = tuple(sorted({label for label in given if label is not None}))
    codes = np.array([-1 if label is None else classes.index(label) for label in given], dtype=np.int32)
    neighbours = brute_neighbours(features, k)
    if probabilities is None and len(classes) > 1:
        probabilities = vote_probabilities(neighbours, codes, len(classes))
    if copies is None:
        copies = np.unique(features, axis=0, return_inverse=True)[1].reshape(rows) if rows else np.zeros(0)
    return Representation(
        features=features,
        neighbours=neighbours,
        copies=copies.astype(np.int32),
        codes=codes,
        classes=classes,
        probabilities=probabilities,
        why_no_probabilities="" if probabilities is not None else "There are fewer than two classes.",
    )


def blobs(rows: int, *, n_classes: int = 3, width: int = 8, spread: float = 1.0, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Gaussian classes four deviations apart on average, with their labels: ((rows, width) float32, names)."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((n_classes, width)) * 4.0 / np.sqrt(2.0)
    codes = rng.integers(0, n_classes, rows)
    features = centres[codes] + spread * rng.standard_normal((rows, width))
    return features.astype(np.float32), [f"class {code}" for code in codes.tolist()]
