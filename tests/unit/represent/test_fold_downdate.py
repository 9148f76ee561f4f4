"""Leaving a fold out by subtraction gives what fitting on the other folds gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from curation_app.represent.centroid import TermCentroid
from curation_app.represent.discriminant import Discriminant, _linear_rule
from curation_app.represent.folds import grouped_folds
from curation_app.represent.fourier_ridge import FourierRidge
from curation_app.represent.naive_bayes import SMOOTHING, ComplementBayes

ROWS, CLASSES = 300, 3


@pytest.fixture
def blobs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, codes with some missing, and folds."""
    rng = np.random.default_rng(3)
    codes = rng.integers(0, CLASSES, ROWS).astype(np.int32)
    features = (rng.normal(size=(ROWS, 6)) + 2 * np.eye(CLASSES, 6)[codes]).astype(np.float32)
    codes[rng.choice(ROWS, 12, replace=False)] = -1
    return features, codes, grouped_folds(codes, np.arange(ROWS), 5, seed=0)


def test_fourier_ridge_equals_refits_on_the_other_folds(blobs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, codes, folds = blobs
    learner = FourierRidge(features, codes, folds, CLASSES, count=80, seed=1)
    waves = learner._waves(np.arange(ROWS)).astype(np.float64)
    strength = learner.penalty * (codes >= 0).sum()
    expected = np.empty((ROWS, CLASSES))
    for fold in range(5):
        taught = (folds != fold) & (codes >= 0)
        gram = waves[taught].T @ waves[taught] + strength * np.eye(waves.shape[1])
        expected[folds == fold] = waves[folds == fold] @ np.linalg.solve(gram, waves[taught].T @ np.eye(CLASSES)[codes[taught]])
    np.testing.assert_allclose(learner.scores(codes), expected, atol=2e-3)


def test_discriminant_equals_refits_on_the_other_folds(blobs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, codes, folds = blobs
    scores = Discriminant(features, codes, folds, CLASSES).scores(codes)
    centred = (features - features.mean(axis=0)).astype(np.float64)
    for fold in range(5):
        taught = (folds != fold) & (codes >= 0)
        targets = np.eye(CLASSES)[codes[taught]]
        slopes, offsets = _linear_rule(centred[taught].T @ centred[taught], targets.T @ centred[taught], targets.sum(axis=0))
        np.testing.assert_allclose(scores[folds == fold], centred[folds == fold] @ slopes + offsets, atol=1e-3, rtol=1e-3)


def test_discriminant_rule_agrees_with_scikit_learn(blobs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    features, codes, folds = blobs
    chosen = Discriminant(features, codes, folds, CLASSES).scores(codes).argmax(axis=1)
    peer = np.empty(ROWS, int)
    for fold in range(5):
        taught = (folds != fold) & (codes >= 0)
        peer[folds == fold] = LinearDiscriminantAnalysis().fit(features[taught], codes[taught]).predict(features[folds == fold])
    assert np.mean(chosen == peer) > 0.97


def test_naive_bayes_equals_refits_by_scikit_learn(blobs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    from sklearn.naive_bayes import ComplementNB

    _, codes, folds = blobs
    rng = np.random.default_rng(5)
    counts = rng.poisson(0.3 + np.eye(CLASSES, 40)[codes], size=(ROWS, 40)).astype(np.float32)
    scores = ComplementBayes(csr_matrix(counts), folds, CLASSES).scores(codes)
    for fold in range(5):
        taught = (folds != fold) & (codes >= 0)
        peer = ComplementNB(alpha=SMOOTHING).fit(counts[taught], codes[taught])
        np.testing.assert_allclose(scores[folds == fold], peer._joint_log_likelihood(counts[folds == fold]), rtol=1e-4, atol=1e-3)


def test_centroids_equal_those_of_the_other_folds(blobs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    _, codes, folds = blobs
    terms = np.abs(np.random.default_rng(6).normal(size=(ROWS, 30))).astype(np.float32)
    scores = TermCentroid(csr_matrix(terms), folds, CLASSES).scores(codes)
    for fold in range(5):
        taught = (folds != fold) & (codes >= 0)
        centres = terms[taught].T @ np.eye(CLASSES)[codes[taught]]
        np.testing.assert_allclose(scores[folds == fold], terms[folds == fold] @ (centres / np.linalg.norm(centres, axis=0)), rtol=1e-3)


def test_another_set_of_missing_labels_is_learnt_from_anew(blobs: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    features, codes, folds = blobs
    fuller = np.where(codes < 0, 0, codes).astype(np.int32)
    ridge = FourierRidge(features, codes, folds, CLASSES, count=80, seed=1)
    again = FourierRidge(features, fuller, folds, CLASSES, count=80, seed=1)
    again.penalty = ridge.penalty
    ridge(fuller)
    again._inverses = again._fold_inverses(again._fold_grams())
    np.testing.assert_allclose(ridge.scores(fuller), again.scores(fuller), atol=1e-5)
