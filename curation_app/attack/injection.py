"""Rows that do not belong: scattered far points and floods of near-copies. Planted rows are appended behind the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# A planted far row swaps this share of its features for values of other rows, stretched: odd in combination and in range.
SWAPPED, STRETCH = 0.5, (1.0, 3.0)
# Near-copies in feature space differ by this share of a feature's standard deviation.
JITTER = 0.01
# Words an injected text may be varied with: short, harmless, any language's keyboard has them.
_FILLERS = ("now", "please", "today", "ok", "again", "soon", "here", "thanks")


def plant_far(features: np.ndarray, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Append scattered outliers of graded difficulty.

    Each takes half of its features from different rows (breaking how features go together) and stretches them away from the mean by a
    factor between 1 and 3.

    Parameters
    ----------
    features
        (n, d) real rows.
    count
        Rows to append; 0 when there are no real ones.
    rng
        The only source of randomness.

    Returns
    -------
    tuple
        ((n + count, d) float32, (n + count,) bool mask of the planted rows).
    """
    rows, width = features.shape
    count = count if rows else 0
    new = features[rng.integers(0, max(rows, 1), count)].astype(np.float64) if count else np.zeros((0, width))
    donors = rng.integers(0, max(rows, 1), (count, width))
    swapped = rng.random((count, width)) < SWAPPED
    mixed = np.where(swapped, features[donors, np.arange(width)] if count else new, new)
    middle = features.mean(axis=0, dtype=np.float64) if rows else np.zeros(width)
    stretch = rng.uniform(*STRETCH, size=(count, 1))
    return _appended(features, middle + (mixed - middle) * stretch)


def plant_flood(
    features: np.ndarray, codes: np.ndarray, count: int, label: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Append near-copies of one real row, all with one label.

    Returns ((n + count, d) float32 features, (n + count,) int32 codes, (n + count,) bool mask of the planted rows).
    """
    count = count if len(features) else 0
    scale = JITTER * features.std(axis=0, dtype=np.float64) if count else 0.0
    seed_row = features[rng.integers(len(features))] if count else np.zeros(features.shape[1])
    planted, mask = _appended(features, seed_row + scale * rng.standard_normal((count, features.shape[1])))
    return planted, np.concatenate((codes, np.full(count, label))).astype(np.int32), mask


def plant_text_flood(texts: Sequence[str], count: int, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Append near-copies of one of the longer texts, each with a word added at its end. Returns (texts, mask of the planted ones)."""
    count = count if texts else 0
    longer = sorted(range(len(texts)), key=lambda row: (-len(texts[row]), row))[: max(1, len(texts) // 2)]
    seed_text = texts[longer[rng.integers(len(longer))]] if count else ""
    planted = [f"{seed_text} {_FILLERS[word]}" for word in rng.integers(0, len(_FILLERS), count).tolist()]
    return [*texts, *planted], np.arange(len(texts) + count) >= len(texts)


def plant_conflicting_copies(
    codes: np.ndarray, n_classes: int, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose rows to repeat with another label.

    Returns ((n + count,) int64 row each position is a copy of, (n + count,) int32 codes, (n + count,) bool mask of the planted ones), so
    that features, texts and images can all be extended with the same first array.
    """
    labelled = np.flatnonzero(codes >= 0)
    count = min(count, labelled.size) if n_classes > 1 else 0
    copied = rng.choice(labelled, count, replace=False) if count else labelled[:0]
    wrong = (codes[copied] + rng.integers(1, max(n_classes, 2), count)) % max(n_classes, 1)
    rows = np.concatenate((np.arange(len(codes)), copied))
    return rows, np.concatenate((codes, wrong)).astype(np.int32), np.arange(len(rows)) >= len(codes)


def _appended(features: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    together = np.concatenate((features, new)).astype(np.float32)
    return together, np.arange(len(together)) >= len(features)
