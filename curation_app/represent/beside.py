"""Trusted rows in the same numbers as the rows under review: both are encoded together, then taken apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.representation import Baseline

# More trusted rows than this sharpen no answer that a scan gives: p-values are then as fine as one in twenty thousand.
MOST_TRUSTED = 20_000


def beside(dataset: Dataset, trusted: Dataset, encode: Callable[[Dataset], np.ndarray], *, seed: int) -> Baseline:
    """The baseline in numbers, and the rows under review in the same.

    One encoding of all of them treats both sides alike, which p-values by comparison rest on. The scan's own features, graph and
    probabilities are made without the baseline, so that it cannot make them worse.
    """
    sample = np.arange(len(trusted))
    if len(trusted) > MOST_TRUSTED:
        sample = np.sort(np.random.default_rng(seed).choice(len(trusted), MOST_TRUSTED, replace=False))
    joined = _joined(dataset, trusted, sample)
    features = encode(joined)
    mine, theirs = features[: len(dataset)], features[len(dataset) :]
    for array in (sample, mine, theirs):
        array.flags.writeable = False
    return Baseline(dataset=trusted, features=theirs, sample=sample, rows=mine)


def _joined(dataset: Dataset, trusted: Dataset, sample: np.ndarray) -> Dataset:
    """One dataset of the rows under review, then the sampled trusted ones; only what becomes numbers is kept."""
    import pandas as pd

    # Columns that are no features may be missing on the other side.
    shared = [name for name in dataset.frame.columns if name in trusted.frame.columns]
    mine, theirs = dataset.frame[shared], trusted.frame[shared].iloc[sample]
    # Two types in one column, as when one side is CSV and the other Parquet: every value stays what it is.
    mixed = bool((mine.dtypes != theirs.dtypes).any())
    frame = pd.concat([part.astype(object) if mixed else part for part in (mine, theirs)], ignore_index=True)
    vectors = _stacked(dataset.vectors, trusted.vectors, sample)
    images = _stacked(dataset.images, trusted.images, sample)
    count = len(dataset) + len(sample)
    return replace(
        dataset,
        frame=frame,
        ids=np.arange(count).astype(str).astype(object),
        labels=np.concatenate([dataset.labels, trusted.labels[sample]]),
        row_fingerprints=np.concatenate([dataset.row_fingerprints, trusted.row_fingerprints[sample]]),
        vectors=vectors,
        images=images,
        hidden_characters=None,
    )


def _stacked(mine: np.ndarray | None, theirs: np.ndarray | None, sample: np.ndarray) -> np.ndarray | None:
    return None if mine is None or theirs is None else np.concatenate([mine, theirs[sample]])
