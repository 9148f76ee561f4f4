from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.density_spike import DensitySpike
from curation_app.detect.runner import run_one
from curation_app.detect.usual_content import usual_share
from curation_app.domain.finding import Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import make_dataset, make_representation


def counts(rows: int = 1_500, width: int = 20, seed: int = 0) -> np.ndarray:
    """Sparse counts, as of words in mails: four cells in five are zero."""
    rng = np.random.default_rng(seed)
    return (rng.gamma(1.0, size=(rows, width)) * (rng.random((rows, width)) < 0.2)).astype(np.float32)


def test_the_share_counts_columns_with_their_commonest_value() -> None:
    features = counts()
    features[0] = 0.0
    share = usual_share(make_dataset(features, ["a", "b"] * 750))
    assert share[0] == 1.0
    assert share == pytest.approx(np.mean(features == 0, axis=1))


def test_measurements_have_no_common_value() -> None:
    features = np.random.default_rng(1).standard_normal((300, 6)).astype(np.float32)
    assert not usual_share(make_dataset(features, ["a"] * 300)).any()


@pytest.mark.parametrize(("at", "found"), [(0.0, False), (3.0, True)])
def test_rows_left_at_their_defaults_are_no_tight_group_and_others_are(at: float, found: bool) -> None:
    features = counts()
    rng = np.random.default_rng(2)
    features[:30] = at
    features[np.arange(30), rng.integers(0, 20, 30)] += 0.01 * rng.random(30).astype(np.float32)
    labels = ["a", "b"] * 750
    built = make_representation(features, labels, k=100)
    finding = run_one(DensitySpike(), make_dataset(features, labels), built, Recipe(name="x"), seed=0)
    assert (finding.outcome is Outcome.ISSUE) is found
    assert bool(finding.surprise[:30].min() > 3.0) is found
