from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curation_app.detect.label_error import LabelError
from curation_app.detect.runner import run_one
from curation_app.detect.shell import LabelShell, clique_radius
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


def flooded(count: int, *, flipped: bool, seed: int = 0, k: int = 100) -> tuple[Dataset, Representation]:
    """Near-copies of one row behind the others, with its label or another."""
    features, labels = blobs(900, seed=seed)
    rng = np.random.default_rng(seed)
    copied = int(np.argmin(np.linalg.norm(features - features[np.array(labels) == "class 0"].mean(axis=0), axis=1)))
    flood = features[copied] + 0.02 * rng.standard_normal((count, features.shape[1]))
    features = np.concatenate((features, flood)).astype(np.float32)
    given = [*labels, *["class 2" if flipped else labels[copied]] * count]
    return make_dataset(features, given), make_representation(features, given, k=k)


@pytest.mark.parametrize(("count", "k"), [(12, 100), (40, 100), (150, 100), (40, 30)])
def test_a_flipped_flood_is_seen_where_label_scorers_are_blind(count: int, k: int) -> None:
    dataset, representation = flooded(count, flipped=True, k=k)
    ours = run_one(LabelShell(), dataset, representation, RECIPE, seed=0)
    assert ours.outcome is Outcome.ISSUE
    assert len(ours.groups) == 1
    assert np.mean(np.isin(np.arange(900, 900 + count), ours.groups[0].rows)) > 0.9
    assert ours.groups[0].title == f"{len(ours.groups[0].rows):,} near-alike rows are labelled class 2; the rows around them are not."
    assert ours.suggested is not None
    assert set(ours.suggested[list(ours.groups[0].rows)].tolist()) == {0}
    if count >= 40 and k == 100:
        theirs = run_one(LabelError(), dataset, replace(representation), RECIPE, seed=0)
        assert np.median(theirs.surprise[900:]) < 1.0 < np.median(ours.surprise[900:])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_flood_with_the_right_label_is_no_label_error(seed: int) -> None:
    finding = run_one(LabelShell(), *flooded(40, flipped=False, seed=seed), RECIPE, seed=0)
    assert finding.outcome is Outcome.PASSED
    assert np.all(finding.surprise[900:] == 0)


def test_without_cliques_nothing_speaks() -> None:
    features, labels = blobs(600)
    finding = run_one(LabelShell(), make_dataset(features, labels), make_representation(features, labels), RECIPE, seed=0)
    assert finding.outcome is Outcome.PASSED
    assert np.mean(finding.surprise > 1) < 0.01


def test_only_tight_rows_have_a_clique() -> None:
    distances = np.tile(np.linspace(1.0, 2.0, 10), (20, 1))
    distances[0] = 0.01
    assert np.flatnonzero(clique_radius(distances)).tolist() == [0]
    assert clique_radius(np.zeros((3, 2))).tolist() == [0, 0, 0]
