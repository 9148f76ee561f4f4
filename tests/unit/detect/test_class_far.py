from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.class_far import ClassFar
from curation_app.detect.runner import run_one
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


def scanned(features: np.ndarray, labels: list[str | None], k: int = 100) -> Finding:
    return run_one(ClassFar(), make_dataset(features, labels), make_representation(features, labels, k=k), RECIPE, seed=0)


def with_collisions(count: int, seed: int = 0, rows: int = 900) -> tuple[np.ndarray, list[str | None]]:
    """Rows of class 0 placed upon rows of other classes, each at its own target."""
    features, labels = blobs(rows, n_classes=4, seed=seed)
    rng = np.random.default_rng(seed)
    others = rng.choice([row for row in range(rows) if labels[row] != "class 0"], count, replace=False)
    own = rng.choice([row for row in range(rows) if labels[row] == "class 0"], count)
    return np.concatenate((features, 0.9 * features[others] + 0.1 * features[own])), [*labels, *["class 0"] * count]


@pytest.mark.parametrize("k", [100, 30])
def test_collisions_at_many_targets_come_first(k: int) -> None:
    finding = scanned(*with_collisions(12), k=k)
    assert np.mean(np.argsort(-finding.surprise)[:12] >= 900) >= 0.9
    row = int(np.argmax(finding.surprise))
    assert finding.reasons[row].startswith("Labelled class 0 but amid class ")
    assert finding.suggested is not None
    assert finding.suggested[row] > 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clean_classes_pass(seed: int) -> None:
    finding = scanned(*blobs(900, seed=seed))  # type: ignore[arg-type]
    assert finding.outcome is Outcome.PASSED
    assert np.sum(finding.surprise > 4) == 0


def test_rows_without_a_label_or_of_a_tiny_class_are_not_accused() -> None:
    features, labels = blobs(300)
    given: list[str | None] = list(labels)
    given[0], given[1], given[2] = None, "rare", "rare"
    finding = scanned(features, given)
    assert np.isnan(finding.surprise[0])
    assert finding.surprise[1] == finding.surprise[2] == 0


def test_the_rest_of_the_own_class_speaks_and_not_a_copy() -> None:
    features, labels = with_collisions(6)
    features, labels = np.concatenate((features, features[-6:])), [*labels, *["class 0"] * 6]
    finding = scanned(features, labels)
    assert np.median(finding.surprise[-6:]) > 1.5
