"""Rows outside the trusted ones are found at a stated rate; equal data are left in peace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.detect.drift import Drift
from curation_app.detect.drift_columns import shifts
from curation_app.detect.drift_rows import unlike
from curation_app.detect.runner import run_one
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Baseline
from tests.builders import blobs, make_dataset, make_representation

ROWS = 600


def look(features: np.ndarray, trusted: np.ndarray, *, dataset: Dataset | None = None, before: Dataset | None = None) -> Finding:
    labels = ["a", "b"] * (len(features) // 2) + ["a"] * (len(features) % 2)
    dataset = dataset or make_dataset(features, labels)
    before = before or make_dataset(trusted, (["a", "b"] * len(trusted))[: len(trusted)])
    baseline = Baseline(dataset=before, features=trusted.astype(np.float32))
    representation = replace(make_representation(features, list(dataset.labels), k=3), baseline=baseline)
    return run_one(Drift(), dataset, representation, Recipe(name="standard"), seed=0)


def split(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    features, _ = blobs(2 * ROWS, seed=seed)
    return features[:ROWS], features[ROWS:]


def test_two_halves_of_one_set_do_not_differ() -> None:
    finding = look(*split())
    assert finding.outcome is Outcome.PASSED, finding.reason
    assert not finding.groups
    assert np.sum(finding.surprise >= 3) <= 3


@pytest.mark.parametrize("kind", ["loose group", "scatter", "tight group among the others"])
def test_planted_rows_outside_are_found_at_the_stated_rate(kind: str) -> None:
    now, then = split()
    rng = np.random.default_rng(1)
    planted = {
        "loose group": 14 + rng.standard_normal((40, 8)),
        "scatter": rng.standard_normal((40, 8)) * 15,
        "tight group among the others": now[7] + 0.05 * rng.standard_normal((40, 8)),
    }[kind]
    finding = look(np.vstack([now, planted]).astype(np.float32), then)
    (group,) = finding.groups
    found = np.array(group.rows)
    assert np.sum(found >= ROWS) >= 36
    assert np.sum(found < ROWS) <= 0.2 * len(found)
    assert "false-discovery rate 10%" in finding.reason
    assert group.surprise > 3


def test_too_few_trusted_rows_for_the_rate_are_told_and_the_order_stays() -> None:
    now, then = split()
    finding = look(np.vstack([now, np.full((2, 8), 30.0) + np.eye(2, 8)]).astype(np.float32), then)
    assert "cannot tell fewer than 21 rows" in finding.rule
    assert set(np.argsort(-finding.surprise)[:2].tolist()) == {ROWS, ROWS + 1}


def test_p_values_of_equal_rows_are_not_too_small() -> None:
    features, _ = blobs(2_000, n_classes=5, seed=9)
    p_values = unlike(features[:1_000], features[1_000:], seed=0).p_value
    for level in (0.02, 0.05, 0.2):
        assert np.mean(p_values <= level) <= 1.5 * level


def test_rows_that_the_baseline_holds_lie_never_outside() -> None:
    now, then = split()
    finding = look(np.vstack([then, now[:5] + 40]), then)
    assert not finding.surprise[:ROWS].any()


def test_the_columns_and_labels_that_changed_are_named() -> None:
    def side(seed: int, mean: float, rome: float, spam: float) -> Dataset:
        rng = np.random.default_rng(seed)
        columns = {"age": rng.normal(mean, 9, ROWS).round(1).astype(str), "height": rng.normal(170, 9, ROWS).round(1).astype(str)}
        city = np.where(rng.random(ROWS) < rome, "rome", rng.choice(["oslo", "lima"], ROWS))
        frame = pd.DataFrame(columns | {"city": city}).astype(object)
        return make_dataset(frame=frame, labels=np.where(rng.random(ROWS) < spam, "spam", "ham").tolist())

    changed, tested = shifts(side(1, 45, 0.4, 0.5), side(2, 35, 0.1, 0.2), 0.10)
    assert tested == 4
    assert {shift.name for shift in changed} == {"age", "city", "label"}
    words = {shift.name: shift.words for shift in changed}
    assert words["age"].startswith("age: half above 4")
    assert words["city"].startswith("city rome: ")
    assert words["label"].endswith("in the baseline")
    assert shifts(side(3, 35, 0.1, 0.2), side(2, 35, 0.1, 0.2), 0.10)[0] == []


def test_without_enough_trusted_rows_it_says_so() -> None:
    now, then = split()
    assert "Fewer than 20 trusted rows" in look(now, then[:10]).reason
