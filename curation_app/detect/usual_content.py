"""Rows that hold nothing but the commonest values of their columns: near-empty mails, forms left at their defaults."""

from __future__ import annotations

import numpy as np

from curation_app.detect.table_trigger_items import Column, read_columns
from curation_app.domain.dataset import Dataset

# A value on fewer of the rows is not common: in a column of measurements all are as rare.
COMMON = 0.05


def usual_share(dataset: Dataset) -> np.ndarray:
    """(n,) share of its columns in which a row has the commonest value, missing being one; 0 for rows that are no table's."""
    columns = read_columns(dataset) if dataset.modality == "table" else []
    if not columns:
        return np.zeros(len(dataset))
    return np.mean([_has_commonest(column) for column in columns], axis=0)


def _has_commonest(column: Column) -> np.ndarray:
    import pandas as pd

    values = column.numbers if column.numbers is not None else column.texts
    assert values is not None
    codes, _ = pd.factorize(values, use_na_sentinel=False)
    counts = np.bincount(codes)
    return counts[codes] >= max(counts.max(initial=0), COMMON * len(codes))
