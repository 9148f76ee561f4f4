"""Rows that do not belong: scattered far points and floods of near-copies. Planted rows are appended behind the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# A planted far row swaps this share of its features for values of other rows, stretched: odd in combination and in range.
SWAPPED, STRETCH = 0.5, (1.0, 3.0)
# Near-copies in feature space differ by this share of a feature's standard deviation.
JITTER = 0.01
# A group off the data is at this multiple of an ordinary row's distance from the mean; loose and tight are shares of a feature's deviation:
# the rows of a loose group are about as far from one another as those of the data, of a tight one as near-copies.
OFF_DATA, LOOSE, TIGHT = 1.5, 0.25, 0.03
# A collision is nine tenths its target; a row between two classes is at least a third of each.
COLLIDES, HALF_WAY = 0.9, (0.35, 0.65)
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


def plant_cluster(
    features: np.ndarray, codes: np.ndarray, count: int, label: int, spread: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Append a group off the data: around a centre that takes half of its features from other rows, stretched away from the mean.

    ``spread`` is the group's standard deviation as a share of each feature's: ``LOOSE`` or ``TIGHT``. Returns as :func:`plant_flood`.
    """
    count = count if len(features) else 0
    width = features.shape[1]
    if not count:
        return features.astype(np.float32), codes.astype(np.int32), np.zeros(len(features), dtype=bool)
    middle = features.mean(axis=0, dtype=np.float64)
    row = features[rng.integers(len(features))].astype(np.float64)
    donors = features[rng.integers(0, len(features), width), np.arange(width)]
    centre = middle + OFF_DATA * (np.where(rng.random(width) < SWAPPED, donors, row) - middle)
    noise = spread * features.std(axis=0, dtype=np.float64) * rng.standard_normal((count, width))
    planted, mask = _appended(features, centre + noise)
    return planted, _labelled(codes, np.full(count, label)), mask


def plant_collisions(
    features: np.ndarray, codes: np.ndarray, count: int, label: int, targets: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Append rows labelled ``label`` that lie almost on rows of other classes: nine tenths target, one tenth a row of their own class.

    ``targets`` is how many rows are aimed at: 1, or ``count`` for one each. Returns as :func:`plant_flood`; nothing is planted without a
    row of the class and one of another.

    References
    ----------
    Shafahi et al. (2018), Poison frogs! Targeted clean-label poisoning attacks.
    """
    own, others = np.flatnonzero(codes == label), np.flatnonzero((codes >= 0) & (codes != label))
    count = count if own.size and others.size else 0
    aims = rng.choice(others, min(max(targets, 1), others.size), replace=False) if count else others[:0]
    aims = np.resize(aims, count)
    bases = rng.choice(own, count) if count else own[:0]
    planted, mask = _appended(features, COLLIDES * features[aims].astype(np.float64) + (1.0 - COLLIDES) * features[bases])
    return planted, _labelled(codes, np.full(count, label)), mask


def plant_between(
    features: np.ndarray, codes: np.ndarray, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Append rows half way between two of different classes, labelled as one of the two. Returns as :func:`plant_flood`."""
    labelled = np.flatnonzero(codes >= 0)
    count = count if np.unique(codes[labelled]).size > 1 else 0
    first = rng.choice(labelled, count) if count else labelled[:0]
    second = np.array([rng.choice(labelled[codes[labelled] != codes[row]]) for row in first], dtype=np.int64)
    share = rng.uniform(*HALF_WAY, size=(count, 1))
    planted, mask = _appended(features, share * features[first] + (1.0 - share) * features[second])
    return planted, _labelled(codes, codes[first]), mask


def _labelled(codes: np.ndarray, new: np.ndarray) -> np.ndarray:
    return np.concatenate((codes, new)).astype(np.int32)


def _appended(features: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    together = np.concatenate((features, new)).astype(np.float32)
    return together, np.arange(len(together)) >= len(features)
