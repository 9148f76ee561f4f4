"""Answers are weighed by who gives them; an annotator who errs too often is named, one who errs as all do is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from curation_app.detect.annotator import AnnotatorDetector, agreed
from curation_app.detect.answers import crowd_of
from curation_app.detect.runner import run_one
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import RECIPES
from curation_app.domain.roles import Roles
from curation_app.load import read_dataset
from curation_app.represent import represent
from tests.builders import make_dataset, make_representation

QUESTIONS, WORKERS = 120, 8


def answers(worst: float = 0.1, *, usual: float = 0.1, seed: int = 0) -> tuple[Dataset, np.ndarray]:
    """A table of answers by eight workers, the last of whom errs with chance ``worst``; and which answers are wrong."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, QUESTIONS)
    item, worker = np.divmod(np.arange(QUESTIONS * WORKERS), WORKERS)
    wrong = rng.random(len(item)) < np.where(worker == WORKERS - 1, worst, usual)
    given = np.where(wrong, (truth[item] + rng.integers(1, 3, len(item))) % 3, truth[item])
    frame = pd.DataFrame({"item": [f"q{i}" for i in item], "worker": [f"w{w}" for w in worker]}, dtype=object)
    dataset = make_dataset(labels=[f"c{code}" for code in given], frame=frame)
    return replace(dataset, roles=Roles(annotator="worker", group="item")), wrong


def look(dataset: Dataset) -> Finding:
    return run_one(
        AnnotatorDetector(), dataset, make_representation(np.zeros((len(dataset), 1)), dataset.labels.tolist()), RECIPES["fast"], seed=0
    )


def test_wrong_answers_come_before_right_ones() -> None:
    dataset, wrong = answers(0.5)
    finding = look(dataset)
    assert finding.outcome is Outcome.ISSUE
    assert np.mean(finding.surprise[wrong] > 1) > 0.9
    assert np.mean(finding.surprise[~wrong] > 1) < 0.01
    assert set(finding.reasons) == set(np.flatnonzero(finding.surprise >= 1).tolist())


def test_the_suggestion_is_the_consensus() -> None:
    dataset, wrong = answers()
    finding = look(dataset)
    assert finding.suggested is not None
    assert np.mean(finding.suggested[wrong] >= 0) > 0.9
    assert np.all(finding.suggested[finding.surprise < 0.3] == -1)


@pytest.mark.parametrize("seed", range(3))
def test_an_annotator_who_errs_too_often_is_named(seed: int) -> None:
    dataset, wrong = answers(0.5, seed=seed)
    (group,) = look(dataset).groups
    assert group.evidence["annotator"] == "w7"
    assert set(dataset.frame["worker"].iloc[list(group.rows)]) == {"w7"}
    assert wrong[list(group.rows)].mean() > 0.9
    assert "'w7'" in group.title


@pytest.mark.parametrize("seed", range(5))
def test_annotators_who_err_alike_are_not_named(seed: int) -> None:
    assert look(answers(0.2, usual=0.2, seed=seed)[0]).groups == ()


def test_one_column_for_each_annotator_says_the_same(tmp_path: Path) -> None:
    dataset, _ = answers(0.5)
    wide = pd.DataFrame({"i": dataset.frame["item"], "w": dataset.frame["worker"], "l": dataset.labels}).pivot(
        index="i", columns="w", values="l"
    )
    wide.columns = pd.Index([f"annotator_{name[1:]}" for name in wide.columns])
    wide.insert(0, "label", wide.mode(axis=1)[0])
    truth = wide["label"].to_numpy().copy()
    wide.iloc[:5, 0] = ["c1" if label == "c0" else "c0" for label in truth[:5]]
    wide.to_csv(tmp_path / "wide.csv", index=False)
    read = read_dataset(tmp_path / "wide.csv")
    assert len(read.roles.annotators) == WORKERS
    assert read.roles.features == ()
    finding = look(read)
    assert set(np.argsort(-finding.surprise)[:5].tolist()) == set(range(5))
    assert finding.suggested is not None
    representation = make_representation(np.zeros((len(read), 1)), read.labels.tolist())
    assert [representation.classes[code] for code in finding.suggested[:5]] == truth[:5].tolist()
    assert [group.evidence["annotator"] for group in finding.groups] == ["annotator_7"]


def test_content_joins_the_answers_through_crowdlab() -> None:
    dataset, wrong = answers(0.3, usual=0.3)
    features = np.random.default_rng(0).standard_normal((len(dataset), 2))
    codes = np.array([int(label[1]) for label in dataset.labels])
    truth = np.where(wrong, -1, codes).reshape(QUESTIONS, WORKERS).max(axis=1)
    chances = np.full((QUESTIONS, 3), 0.05)
    chances[np.arange(QUESTIONS), truth] = 0.9
    representation = make_representation(
        features, dataset.labels.tolist(), probabilities=np.repeat(chances, WORKERS, axis=0).astype(np.float32)
    )
    crowd = crowd_of(dataset)
    assert not isinstance(crowd, str)
    right = agreed(crowd, representation).right
    assert np.mean(right[wrong]) < 0.3 < 0.7 < np.mean(right[~wrong])
    assert run_one(AnnotatorDetector(), dataset, representation, RECIPES["fast"], seed=0).outcome is Outcome.ISSUE


def test_without_shared_questions_there_is_nothing_to_compare() -> None:
    dataset, _ = answers()
    alone = replace(dataset, frame=dataset.frame.assign(item=[f"q{row}" for row in range(len(dataset))]))
    finding = look(alone)
    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert look(replace(dataset, roles=Roles(annotator="worker"))).reason.startswith("No column says which rows")


def test_many_classes_take_one_number_a_worker() -> None:
    dataset, wrong = answers()
    extra = np.array(
        [f"{label}-{row % 30}" if bad else label for row, (label, bad) in enumerate(zip(dataset.labels, wrong, strict=True))], dtype=object
    )
    finding = look(replace(dataset, labels=extra))
    assert np.nanmean(finding.surprise[wrong]) > 1.0 > np.nanmean(finding.surprise[~wrong])


def test_bluebirds_consensus_beats_the_majority(shared: Path) -> None:
    folder = shared / "datasets" / "crowd_bluebirds"
    dataset = read_dataset(folder / "answers.csv")
    assert (dataset.roles.annotator, dataset.roles.group) == ("worker", "item")
    representation = represent(dataset, RECIPES["fast"], seed=0)
    truth = pd.read_csv(folder / "truth.csv", dtype=str).set_index("item")["truth"]
    crowd = crowd_of(dataset)
    assert not isinstance(crowd, str)
    chances = agreed(crowd, representation).chances
    best = np.array(crowd.classes)[chances.argmax(axis=1)]
    items = np.array(sorted(set(dataset.frame["item"])))
    assert np.mean(best == truth[items].to_numpy()) > 0.85
