from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.attack.injected_rows import FlippedFlood, LooseCluster
from curation_app.detect.odd_precision import OddPrecision
from curation_app.detect.runner import run_one
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import make_dataset, make_representation

RECIPE = Recipe(name="standard")


def measured(rows: int = 600, width: int = 8, seed: int = 0) -> np.ndarray:
    """(rows, width) numbers of one decimal, the last two columns whole."""
    numbers = np.random.default_rng(seed).normal(50.0, 12.0, (rows, width)).round(1)
    numbers[:, -2:] = numbers[:, -2:].round()
    return numbers


def in_columns(numbers: np.ndarray) -> Dataset:
    frame = pd.DataFrame(numbers, columns=[f"reading {column}" for column in range(numbers.shape[1])]).astype(object)
    return make_dataset(numbers.astype(np.float32), ["a", "b"] * (len(numbers) // 2), frame=frame)


def scanned(dataset: Dataset) -> Finding:
    assert dataset.vectors is not None
    return run_one(OddPrecision(), dataset, make_representation(np.nan_to_num(dataset.vectors), dataset.labels.tolist()), RECIPE, seed=0)


@pytest.mark.parametrize("attack", [LooseCluster, FlippedFlood])
def test_rows_as_computed_are_one_group_and_rounded_ones_are_none(attack: type[LooseCluster]) -> None:
    dataset = replace(make_dataset(measured().astype(np.float32), ["a", "b"] * 300), format="npz")
    careless = attack(rounded=False).plant(dataset, 20, np.random.default_rng(1))
    finding = scanned(careless.dataset)
    assert finding.outcome is Outcome.ISSUE
    assert [group.rows for group in finding.groups] == [tuple(range(600, 620))]
    assert finding.groups[0].title == "20 rows hold numbers finer than their columns are elsewhere."
    careful = attack().plant(dataset, 20, np.random.default_rng(1))
    assert scanned(careful.dataset).outcome is Outcome.PASSED


def test_the_sentence_shows_the_number_and_what_is_usual() -> None:
    numbers = measured()
    numbers[7, [1, 3, 6]] = 47.38219, 51.20417, 50.4477
    finding = scanned(in_columns(numbers))
    assert np.flatnonzero(finding.surprise >= 4).tolist() == [7]
    assert finding.reasons[7] == (
        "Finer than its columns: reading 1 is 47.38219 (finer than one decimal) and reading 3 is 51.20417 (finer than one decimal); so is "
        "one more of its numbers."
    )
    assert finding.groups == ()
    assert finding.evidence["finer_numbers"][[6, 7]].tolist() == [0, 3]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clean_columns_pass(seed: int) -> None:
    finding = scanned(in_columns(measured(seed=seed)))
    assert finding.outcome is Outcome.PASSED
    assert finding.reason == "No row has numbers finer than its columns."
    assert not finding.surprise.any()


def test_a_mean_put_in_for_missing_numbers_is_the_columns_own() -> None:
    numbers = measured()
    numbers[:12, 2] = numbers[:, 2].mean()
    assert not scanned(in_columns(numbers)).surprise.any()


def test_one_finer_number_among_many_columns_is_no_issue() -> None:
    numbers = measured(width=40)
    numbers[3, 5] = 12.3456789
    finding = scanned(in_columns(numbers))
    assert finding.outcome is Outcome.PASSED
    assert 0 < finding.surprise[3] < 4


def test_copies_of_a_finer_row_do_not_make_it_usual() -> None:
    numbers = measured()
    numbers[:6] = np.random.default_rng(3).normal(50.0, 12.0, 8)
    finding = scanned(in_columns(numbers))
    assert [group.rows for group in finding.groups] == [tuple(range(6))]


def test_columns_without_a_usual_precision_say_so() -> None:
    finding = scanned(in_columns(np.random.default_rng(4).normal(size=(200, 5))))
    assert finding.outcome is Outcome.PASSED
    assert finding.reason == "No column of numbers has a usual precision."
