from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack import plant_flips
from curation_app.detect.label_error import LabelError, label_surprise, log_margin
from curation_app.detect.runner import run_one
from curation_app.domain.finding import Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


def random_probabilities(rows: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(classes), rows).astype(np.float32), rng.integers(0, classes, rows).astype(np.int32)


def test_flipped_labels_come_first_with_the_right_suggestion() -> None:
    features, labels = blobs(400)
    codes = np.array([int(label[-1]) for label in labels])
    flipped, mask = plant_flips(codes, 3, 0.08, np.random.default_rng(0))
    given = [f"class {code}" for code in flipped]
    finding = run_one(LabelError(), make_dataset(features, given), make_representation(features, given), RECIPE, seed=0)
    first = np.argsort(-finding.surprise, kind="stable")[: mask.sum()]
    assert finding.outcome is Outcome.ISSUE
    assert mask[first].mean() > 0.85
    assert finding.suggested is not None
    assert np.mean(finding.suggested[mask] == codes[mask]) > 0.85
    row = int(first[0])
    assert finding.reasons[row].startswith(f"Labelled {given[row]}, but rows like it are class ")


def test_clean_separable_labels_pass() -> None:
    features, labels = blobs(400, spread=0.5)
    finding = run_one(LabelError(), make_dataset(features, labels), make_representation(features, labels), RECIPE, seed=0)
    assert finding.outcome is Outcome.PASSED
    assert np.sum(finding.surprise >= 1) == 0


def test_two_class_order_equals_cleanlab_normalized_margin() -> None:
    # cleanlab's package imports warn about optional parts of other libraries; only its arithmetic is wanted here.
    rank = pytest.importorskip("cleanlab.rank")
    probabilities, codes = random_probabilities(300, 2)
    probabilities = probabilities.astype(np.float64)
    quality = rank.get_normalized_margin_for_each_label(codes, probabilities)
    margin, _ = log_margin(probabilities, codes)
    assert np.array_equal(np.argsort(quality, kind="stable"), np.argsort(-margin, kind="stable"))


def test_many_class_margin_agrees_with_cleanlab_on_who_is_outvoted() -> None:
    rank = pytest.importorskip("cleanlab.rank")
    probabilities, codes = random_probabilities(500, 7)
    probabilities = probabilities.astype(np.float64)
    # cleanlab's margin is (own - best other + 1) / 2: below one half means out-voted.
    quality = rank.get_normalized_margin_for_each_label(codes, probabilities)
    margin, other = log_margin(probabilities, codes)
    assert np.array_equal(quality < 0.5, margin > 0)
    masked = probabilities.copy()
    masked[np.arange(500), codes] = -1
    assert np.array_equal(other, masked.argmax(axis=1))


def test_a_label_that_is_still_the_likeliest_is_never_surprising() -> None:
    probabilities, codes = random_probabilities(1_000, 4)
    probabilities[np.arange(1_000), codes] += np.where(np.arange(1_000) % 10 > 0, 2.0, 0.0)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    margin, other = log_margin(probabilities, codes)
    surprise = label_surprise(probabilities, codes)
    assert surprise[margin <= 0].max() < 0.9
    for given, instead in ((0, 1), (3, 2)):
        kind = np.flatnonzero((codes == given) & (other == instead))
        assert np.all(np.diff(surprise[kind[np.argsort(margin[kind], kind="stable")]]) >= 0)


@pytest.mark.parametrize(("rows", "most"), [(4, 1.0), (9, 2.0)])
def test_tiny_classes_are_judged_modestly_and_it_says_so(rows: int, most: float) -> None:
    features, labels = blobs(300)
    given = list(labels)
    given[:rows] = ["rare"] * rows
    finding = run_one(LabelError(), make_dataset(features, given), make_representation(features, given), RECIPE, seed=0)
    assert finding.surprise[:rows].max() <= most
    told = [finding.reasons[row] for row in range(rows) if row in finding.reasons]
    assert told
    assert all(f"Only {rows} rows have the label rare: too few to be sure." in sentence for sentence in told)


def test_missing_labels_are_not_scored() -> None:
    probabilities, codes = random_probabilities(50, 3)
    codes[:5] = -1
    surprise = label_surprise(probabilities, codes)
    assert np.all(np.isnan(surprise[:5]))
    assert np.all(np.isfinite(surprise[5:]))
