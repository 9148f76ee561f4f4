from __future__ import annotations

from collections.abc import Callable
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
    assert finding.groups[0].title == "20 rows hold numbers finer than their columns are elsewhere, as computed ones are."
    careful = attack().plant(dataset, 20, np.random.default_rng(1))
    assert scanned(careful.dataset).outcome is Outcome.PASSED


def test_the_sentence_shows_the_number_and_what_is_usual() -> None:
    numbers = measured()
    numbers[7, [1, 3, 6]] = 47.382190471, 51.204172288, 50.447712093
    finding = scanned(in_columns(numbers))
    assert np.flatnonzero(finding.surprise >= 4).tolist() == [7]
    assert finding.reasons[7] == (
        "Finer than its columns: reading 1 is 47.3821905 (finer than one decimal) and reading 3 is 51.2041723 (finer than one decimal); so "
        "is one more of its numbers."
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


def test_a_default_that_copies_of_one_row_hold_is_the_columns_own() -> None:
    numbers = measured()
    numbers[:400] = np.random.default_rng(6).normal(50.0, 12.0, 8)
    assert not scanned(in_columns(numbers)).surprise.any()


def test_one_finer_number_among_many_columns_is_no_issue() -> None:
    numbers = measured(width=40)
    numbers[3, 5] = 12.3456789
    finding = scanned(in_columns(numbers))
    assert finding.outcome is Outcome.PASSED
    assert 0 < finding.surprise[3] < 4


def test_gaps_that_were_filled_leave_a_row_in_doubt_and_no_more() -> None:
    numbers = measured(rows=3_000)
    rng = np.random.default_rng(5)
    numbers[:6, 2:5] = rng.normal(50, 12, (6, 3))
    numbers[30:40] = rng.normal(50, 12, (10, 8))
    finding = scanned(in_columns(numbers))
    assert finding.surprise[:6].tolist() == [4.0] * 6
    assert finding.surprise[30:40].min() > 10
    assert [group.rows for group in finding.groups] == [tuple(range(30, 40))]


def finer_pair(rng: np.random.Generator) -> np.ndarray:
    """Places told to four decimals, a few to six."""
    numbers = rng.normal(50, 3, (3_000, 4)).round(4)
    numbers[:12, :2] = rng.normal(50, 3, (12, 2)).round(6)
    return numbers


def derived(rng: np.random.Generator) -> np.ndarray:
    """Prices in cents, a few in tenths of them, and the price with tax that follows."""
    price = rng.gamma(3, 10, 3_000).round(2)
    price[:8] = rng.gamma(3, 10, 8).round(3)
    return np.stack((price, (price * 1.2).round(4), rng.integers(1, 9, 3_000), rng.integers(1, 99, 3_000)), axis=1)


def merged(rng: np.random.Generator) -> np.ndarray:
    """One row in twenty from an instrument of three decimals."""
    numbers = rng.normal(20, 4, (3_000, 6))
    return np.where(rng.random((3_000, 1)) < 0.05, numbers.round(3), numbers.round(1))


def rain(rng: np.random.Generator) -> np.ndarray:
    """Nothing on most days, on all stations together."""
    return np.where(rng.random((3_000, 1)) < 0.04, rng.gamma(1, 5, (3_000, 6)), 0.0).round(1)


def traces(rng: np.random.Generator) -> np.ndarray:
    """Concentrations of a few parts in a hundred million, all of one size."""
    return rng.lognormal(0, 1, (3_000, 1)) * rng.lognormal(0, 0.3, (3_000, 6)) * 1e-8


def counts(rng: np.random.Generator) -> np.ndarray:
    """Counts that rise and fall together, standardised."""
    whole = rng.poisson(60 * rng.lognormal(0, 0.5, (3_000, 1)), (3_000, 8)).astype(np.float64)
    return ((whole - whole.mean(axis=0)) / whole.std(axis=0)).astype(np.float32).astype(np.float64)


def seldom_known(rng: np.random.Generator) -> np.ndarray:
    """Readings of one row in a hundred, a few of those with a decimal."""
    numbers = np.full((3_000, 5), np.nan)
    numbers[:, 0] = rng.integers(0, 90, 3_000)
    numbers[:60, 1:] = rng.integers(1, 90, (60, 4))
    numbers[:3, 1:] += 0.5
    return numbers


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("honest", [finer_pair, derived, merged, rain, traces, counts, seldom_known])
def test_honest_ways_to_be_finer_raise_no_campaign(honest: Callable[[np.random.Generator], np.ndarray], seed: int) -> None:
    finding = scanned(in_columns(honest(np.random.default_rng(seed))))
    assert finding.outcome is Outcome.PASSED
    assert finding.surprise.max() < 4


def test_copies_of_a_finer_row_do_not_make_it_usual() -> None:
    numbers = measured()
    numbers[:6] = np.random.default_rng(3).normal(50.0, 12.0, 8)
    finding = scanned(in_columns(numbers))
    assert [group.rows for group in finding.groups] == [tuple(range(6))]


def test_columns_without_a_usual_precision_say_so() -> None:
    finding = scanned(in_columns(np.random.default_rng(4).normal(size=(200, 5))))
    assert finding.outcome is Outcome.PASSED
    assert finding.reason == "No column of numbers has a usual precision."
