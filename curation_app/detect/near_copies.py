"""Near-copies by modality: signatures of character 5-grams for text, difference hashes for images, distances for everything else."""

from __future__ import annotations

import numpy as np

from curation_app.detect.components import chained, components
from curation_app.detect.image_signature import difference_hashes, pixels_agree
from curation_app.detect.text_signature import BANDS, signatures
from curation_app.domain.dataset import Dataset
from curation_app.domain.representation import Representation

# 0.8 of the 5-grams in common is a text with a word or a number changed; below that, templates of honest rows begin to join.
TEXT_SHARE = 0.8
# Of 64 bits; re-encoding and slight brightness changes stay within this.
IMAGE_BITS = 3
# Rows nearer than this share of the usual nearest distance are copies with noise; the common default of 0.5 flags a tenth of clean rows.
VECTOR_SHARE = 0.13
# Copies are one another's nearest rows: candidates are looked for among so many neighbours.
NEIGHBOURS = 10


def copy_groups(dataset: Dataset, representation: Representation) -> np.ndarray:
    """(n,) int64 group of each row: rows of equal number are exact or near-copies of one another, label set aside."""
    rows = len(representation)
    if rows == 0:
        return np.zeros(0, dtype=np.int64)
    exact_left, exact_right = chained(representation.copies, np.arange(rows))
    # One row stands for its exact copies, so that a thousand copies cost as much as one.
    _, unique_rows = np.unique(representation.copies, return_index=True)
    if dataset.modality == "text" and (texts := dataset.column("text")) is not None:
        left, right = _text_pairs(texts, unique_rows)
    elif dataset.images is not None:
        left, right = _image_pairs(dataset.images, representation, unique_rows)
    else:
        left, right = _vector_pairs(representation)
    return components(rows, np.concatenate((exact_left, left)), np.concatenate((exact_right, right)))


def _text_pairs(texts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    marks = signatures([texts[row] or "" for row in rows.tolist()])
    permutations = marks.shape[1]
    keys = marks.reshape(len(rows), BANDS, permutations // BANDS)
    here = np.arange(len(rows))
    pairs = [chained(_mixed(keys[:, band]), here) for band in range(BANDS)]
    left, right = _distinct(np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs]), len(rows))
    agree = np.mean(marks[left] == marks[right], axis=1) >= TEXT_SHARE
    return rows[left[agree]], rows[right[agree]]


def _image_pairs(images: np.ndarray, representation: Representation, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hashes = difference_hashes(images)
    left, right = _neighbour_pairs(representation)
    same_left, same_right = chained(hashes[rows], rows)
    left, right = _distinct(np.concatenate((left, same_left)), np.concatenate((right, same_right)), len(representation))
    close = np.bitwise_count(hashes[left] ^ hashes[right]) <= IMAGE_BITS
    left, right = left[close], right[close]
    alike = pixels_agree(images, left, right)
    return left[alike], right[alike]


def _vector_pairs(representation: Representation) -> tuple[np.ndarray, np.ndarray]:
    distances = representation.neighbours.distances[:, :NEIGHBOURS]
    if distances.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    # Exact copies would pull the usual distance to zero: it is taken over the nearest row that is no copy.
    apart = np.where(distances > 0, distances, np.inf).min(axis=1)
    usual = np.median(apart[np.isfinite(apart)]) if np.any(np.isfinite(apart)) else 0.0
    left, position = np.nonzero(distances < VECTOR_SHARE * usual)
    return left, representation.neighbours.rows[left, position].astype(np.int64)


def _neighbour_pairs(representation: Representation) -> tuple[np.ndarray, np.ndarray]:
    near = representation.neighbours.rows[:, :NEIGHBOURS].astype(np.int64)
    return np.repeat(np.arange(len(representation)), near.shape[1]), near.ravel()


def _distinct(left: np.ndarray, right: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Each unordered pair once."""
    keys = np.unique(np.minimum(left, right) * np.int64(rows) + np.maximum(left, right))
    return keys // rows, keys % rows


def _mixed(columns: np.ndarray) -> np.ndarray:
    """(n,) uint64 key of (n, r) uint32 columns; unequal rows share one with a chance of 2 ** -64."""
    key = np.zeros(len(columns), dtype=np.uint64)
    for column in columns.T:
        # Constants of the 64-bit FNV-1a hash with a wide odd multiplier.
        key = (key ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key
