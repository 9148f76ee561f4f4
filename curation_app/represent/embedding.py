"""Given vectors as features: direction only, so that Euclidean distance is cosine distance."""

from __future__ import annotations

import numpy as np

from curation_app.represent.numbers import filled


def embedding_features(vectors: np.ndarray) -> np.ndarray:
    """(n, d) float32 rows of length one; a row of zeros stays where it is."""
    known, _ = filled(np.ascontiguousarray(vectors, dtype=np.float32))
    lengths = np.sqrt(np.einsum("ij,ij->i", known, known, dtype=np.float64)).astype(np.float32)
    return known / np.where(lengths > 0, lengths, 1)[:, None]
