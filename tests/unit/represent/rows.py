"""Small datasets for the tests of this stage, built without a reader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from curation_app.domain.dataset import Dataset, Modality
from curation_app.domain.roles import Roles


def dataset_of(
    *,
    vectors: np.ndarray | None = None,
    images: np.ndarray | None = None,
    frame: pd.DataFrame | None = None,
    labels: Sequence[str | None] | None = None,
    modality: Modality = "table",
    roles: Roles | None = None,
) -> Dataset:
    """The rows given, all labels missing unless told."""
    rows = next(len(part) for part in (vectors, images, frame) if part is not None)
    given = np.empty(rows, object)
    given[:] = [None] * rows if labels is None else list(labels)
    return Dataset(
        name="rows",
        format="npz" if frame is None else "csv",
        modality=modality,
        frame=pd.DataFrame(index=pd.RangeIndex(rows)) if frame is None else frame,
        roles=Roles() if roles is None else roles,
        ids=np.arange(rows).astype(str).astype(object),
        labels=given,
        fingerprint="0" * 64,
        row_fingerprints=np.zeros(rows, "S32"),
        vectors=vectors,
        images=images,
    )
