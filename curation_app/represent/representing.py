"""The stage itself: features by modality, copies, class codes and the neighbour graph, in that order."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from curation_app.domain.dataset import NOT_A_CLASS, Dataset
from curation_app.domain.progress import Progress, silent
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.represent.beside import beside
from curation_app.represent.copies import copy_groups
from curation_app.represent.judge import why_no_judge
from curation_app.represent.neighbours import nearest


def represent(
    dataset: Dataset, recipe: Recipe, *, seed: int, baseline: Dataset | None = None, progress: Progress = silent
) -> Representation:
    """Everything the detectors read, except the probabilities: those are the judge's (:func:`judge_for`).

    The label never touches the features: ids, provenance, time, split and the label itself are left out.
    ``baseline`` holds trusted rows to compare with; it changes none of the other numbers.
    """
    progress("Describing rows", 0.0, dataset.modality)
    features, descriptor = _features(dataset, recipe, seed)
    progress("Finding copies", 0.4)
    copies = copy_groups(dataset)
    codes, classes = _coded(dataset.labels if dataset.label_kind == "class" else np.full(len(dataset), None, dtype=object))
    progress("Finding neighbours", 0.5)
    neighbours = nearest(features, recipe, seed=seed)
    trusted = None
    if baseline is not None:
        progress("Describing trusted rows", 0.8)
        trusted = beside(dataset, baseline, lambda both: _features(both, recipe, seed)[0], seed=seed)
    for array in (features, copies, codes, neighbours.rows, neighbours.distances):
        array.flags.writeable = False
    return Representation(
        features=features,
        neighbours=neighbours,
        copies=copies,
        codes=codes,
        classes=classes,
        why_no_probabilities=NOT_A_CLASS.get(dataset.label_kind, "") or why_no_judge(codes, classes),
        descriptor=descriptor,
        baseline=trusted,
    )


def _features(dataset: Dataset, recipe: Recipe, seed: int) -> tuple[np.ndarray, str]:
    """(n, d) float32, C-contiguous and finite, and how it was made. Only the module of the modality at hand is imported."""
    if dataset.modality == "image" and dataset.images is not None:
        from curation_app.represent.image import image_features

        features, descriptor = image_features(dataset.images, seed=seed)
    elif dataset.modality == "embedding" and dataset.vectors is not None:
        from curation_app.represent.embedding import embedding_features

        features, descriptor = embedding_features(dataset.vectors), f"the given {dataset.vectors.shape[1]} numbers a row, by direction"
    elif dataset.modality == "text" and dataset.roles.text is not None:
        from curation_app.represent.text import row_texts, text_features

        features, descriptor = text_features(row_texts(dataset), seed=seed, model=Path(recipe.text_model) if recipe.text_model else None)
    elif dataset.vectors is not None:
        from curation_app.represent.numbers import number_features

        features, descriptor = number_features(dataset.vectors), f"{dataset.vectors.shape[1]} numeric columns, standardised"
    else:
        from curation_app.represent.table import table_features

        features, descriptor = table_features(dataset, seed=seed)
    # Without any usable column all rows are alike; one empty column keeps every shape valid.
    return (np.ascontiguousarray(features) if features.shape[1] else np.zeros((len(dataset), 1), np.float32)), descriptor


def _coded(labels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """(n,) int32 positions in the sorted distinct labels, -1 where missing, and those labels."""
    classes = tuple(sorted({label for label in labels if label is not None}))
    positions = {label: place for place, label in enumerate(classes)} | {None: -1}
    return np.fromiter((positions[label] for label in labels), dtype=np.int32, count=len(labels)), classes
