"""Numbers that rows like them contradict come first; a smooth target, however noisy in places, stays unsuspected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curation_app.detect.runner import run_detectors, run_one
from curation_app.detect.target_error import TargetError, forecast_of, residual_in_scale
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import RECIPES
from curation_app.domain.representation import Representation
from curation_app.load import read_dataset
from curation_app.represent import judge_for, represent
from tests.builders import make_dataset, make_representation

ROWS = 300
FAST = RECIPES["fast"]


def case(wrong: int = 0, seed: int = 0) -> tuple[Dataset, Representation, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((ROWS, 4)).astype(np.float32)
    target = 3.0 * features[:, 0] + np.sin(2 * features[:, 1]) + 0.1 * rng.standard_normal(ROWS)
    mask = np.zeros(ROWS, dtype=bool)
    mask[rng.choice(ROWS, wrong, replace=False)] = True
    target[mask] += np.where(rng.random(wrong) < 0.5, -1, 1) * 8.0
    labels = [f"{value:.3f}" for value in target]
    dataset = replace(make_dataset(features, labels), label_kind="number")
    return dataset, make_representation(features, copies=np.arange(ROWS)), mask


def look(dataset: Dataset, representation: Representation) -> Finding:
    return run_one(TargetError(), dataset, representation, FAST, seed=0)


def test_wrong_numbers_come_first() -> None:
    dataset, representation, mask = case(10)
    finding = look(dataset, representation)
    assert finding.outcome is Outcome.ISSUE
    assert set(np.argsort(-finding.surprise)[:10].tolist()) == set(np.flatnonzero(mask).tolist())
    assert all(finding.reasons[row].endswith(".") for row in np.flatnonzero(finding.surprise >= 1).tolist())


@pytest.mark.parametrize("seed", range(3))
def test_right_numbers_pass(seed: int) -> None:
    assert look(*case(seed=seed)[:2]).outcome is Outcome.PASSED


def test_noise_that_belongs_to_a_region_is_not_blamed() -> None:
    forecast = np.linspace(0.0, 1.0, 400)
    rng = np.random.default_rng(0)
    given = forecast + np.where(forecast > 0.5, 1.0, 0.1) * rng.standard_normal(400)
    given[50] = forecast[50] + 0.9
    assert np.nanargmax(residual_in_scale(given, forecast)) == 50


def test_copies_do_not_vouch_for_one_another() -> None:
    dataset, representation, _ = case()
    features = representation.features.copy()
    given = np.array([float(label) for label in dataset.labels])
    features[100:120], given[100:120] = features[0], given[0] + 8.0
    copies = np.arange(ROWS)
    copies[100:120] = copies[0] = 0
    forecast = forecast_of(features, given, copies, seed=0)
    assert np.all(np.abs(forecast[100:120] - given[100:120]) > 4.0)


def test_order_of_rows_does_not_matter() -> None:
    dataset, representation, _ = case(5)
    order = np.random.default_rng(1).permutation(ROWS)
    moved = replace(dataset, labels=dataset.labels[order], frame=dataset.frame.iloc[order].reset_index(drop=True))
    again = look(moved, make_representation(representation.features[order], copies=representation.copies[order]))
    assert np.allclose(again.surprise, look(dataset, representation).surprise[order], atol=1e-6)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_few_numbers_are_not_judged(rows: int) -> None:
    features = np.zeros((rows, 2), dtype=np.float32)
    dataset = replace(make_dataset(features, ["1.5"] * rows), label_kind="number")
    assert look(dataset, make_representation(features)).outcome is Outcome.NOT_APPLICABLE


def test_a_file_with_numbers_as_labels_is_not_cut_into_classes(tmp_path: Path) -> None:
    dataset, representation, mask = case(10)
    rows = [f"{','.join(map(str, row))},{label}" for row, label in zip(representation.features.tolist(), dataset.labels, strict=True)]
    (tmp_path / "numbers.csv").write_text("a,b,c,d,target\n" + "\n".join(rows) + "\n")
    read = read_dataset(tmp_path / "numbers.csv")
    assert read.label_kind == "number"
    assert "not whole" in read.roles.reasons["label_kind"]
    built = represent(read, FAST, seed=0)
    assert built.classes == ()
    assert judge_for(read, built, FAST, seed=0) is None
    findings = {finding.code: finding for finding in run_detectors(read, built, FAST, seed=0)}
    assert findings["label-error"].outcome is Outcome.NOT_APPLICABLE
    assert "number" in findings["label-error"].reason
    assert set(np.argsort(-findings["target-error"].surprise)[:10].tolist()) == set(np.flatnonzero(mask).tolist())
    assert not [finding.code for finding in findings.values() if finding.outcome is Outcome.FAILED]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["cat", "dog"] * 30, "class"),
        ([str(row % 10) for row in range(60)], "class"),
        ([f"{row / 7:.4f}" for row in range(60)], "number"),
        (["|".join(sorted({f"t{row % 3}", f"t{row % 5}", f"t{row % 7}"})) for row in range(200)], "tags"),
        (["New York| NY", "Boston| MA"] * 30, "class"),
    ],
)
def test_the_kind_of_label_is_told_by_its_values_and_may_be_named(tmp_path: Path, labels: list[str], kind: str) -> None:
    (tmp_path / "d.csv").write_text("a,label\n" + "\n".join(f"{row},{label}" for row, label in enumerate(labels)) + "\n")
    assert read_dataset(tmp_path / "d.csv").label_kind == kind
    named = read_dataset(tmp_path / "d.csv", label_kind="class")
    assert (named.label_kind, named.roles.reasons["label_kind"]) == ("class", "named by you")
