"""Which rows of a dataset are new beside trusted ones, and a dataset of only those."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from curation_app.detect.content import contents
from curation_app.domain.dataset import Dataset


def part_of(dataset: Dataset, rows: np.ndarray) -> Dataset:
    """The rows named, in the order given; everything else stays."""
    return replace(
        dataset,
        frame=dataset.frame.iloc[rows],
        ids=dataset.ids[rows],
        labels=dataset.labels[rows],
        row_fingerprints=dataset.row_fingerprints[rows],
        vectors=None if dataset.vectors is None else dataset.vectors[rows],
        images=None if dataset.images is None else dataset.images[rows],
        hidden_characters=None if dataset.hidden_characters is None else dataset.hidden_characters[rows],
    )


def sides_of(dataset: Dataset, trusted: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """((n,) number of each row's distinct new content, -1 for trusted content; first row of each; distinct trusted rows).

    Copies would make much of whatever stands in them, and vouch for each other: the detector of copies sees those.
    """
    theirs: dict[bytes, int] = {}
    for row, content in enumerate(contents(trusted)):
        theirs.setdefault(content, row)
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    fresh = np.full(len(dataset), -1, dtype=np.int64)
    for row, content in enumerate(contents(dataset)):
        if content in theirs:
            continue
        if content not in numbers:
            numbers[content] = len(numbers)
            first.append(row)
        fresh[row] = numbers[content]
    return fresh, np.array(first, dtype=np.int64), np.array(list(theirs.values()), dtype=np.int64)
