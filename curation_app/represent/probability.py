"""Scores to probabilities: softmax with a temperature fitted by log loss on rows the model did not see."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# A learner: (n,) int32 codes, -1 = missing, to (n, K) float32 out-of-fold probabilities.
Member = Callable[[np.ndarray], np.ndarray]

# Chances below this are taken as this: one member's certainty must not veto the others.
FLOOR = 1e-6
# Temperatures tried: eight steps per decade, wide enough for ridge scores in [0, 1] and for log densities in hundreds of dimensions.
SCALES = 10.0 ** np.linspace(-2.5, 2.5, 41)
# The loss of one number is known well enough from this many rows.
FIT_ROWS = 4_000


def calibrated(scores: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(n, K) float32 probabilities from out-of-fold scores (higher = likelier); codes of -1 take no part in the fit."""
    return softmax(scores * best_scale(scores, codes))


def best_scale(scores: np.ndarray, codes: np.ndarray) -> np.float32:
    """The factor on the scores that explains the given labels best; 1 when there is nothing to learn from."""
    labelled = np.flatnonzero(codes >= 0)
    if not len(labelled) or np.ptp(scores) == 0:
        return np.float32(1)
    rows = labelled[np.linspace(0, len(labelled) - 1, min(FIT_ROWS, len(labelled))).astype(np.int64)]
    shifted = scores[rows] - scores[rows, codes[rows]][:, None]
    losses = [np.logaddexp.reduce(shifted * np.float32(scale), axis=1).mean() for scale in SCALES] if len(rows) else []
    return np.float32(SCALES[int(np.argmin(losses))])


def softmax(scores: np.ndarray) -> np.ndarray:
    """(n, K) float32 rows that sum to 1."""
    powers = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float32))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def log_chances(probabilities: np.ndarray) -> np.ndarray:
    """(n, K) float32 logarithms, floored."""
    return np.log(np.maximum(probabilities, np.float32(FLOOR)))


def class_shares(codes: np.ndarray, n_classes: int) -> np.ndarray:
    """(K,) float32 smoothed class frequencies; rows without a label are left out."""
    counts = np.bincount(codes[codes >= 0], minlength=n_classes) + 1.0
    return (counts / counts.sum()).astype(np.float32)


def one_hot(codes: np.ndarray, n_classes: int) -> np.ndarray:
    """(n, K) float32, all zero where the label is missing."""
    targets = np.zeros((len(codes), n_classes), np.float32)
    labelled = np.flatnonzero(codes >= 0)
    targets[labelled, codes[labelled]] = 1
    return targets
