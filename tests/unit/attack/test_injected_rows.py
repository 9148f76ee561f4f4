from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from curation_app.attack.base import Attack
from curation_app.attack.injected_rows import (
    BetweenClasses,
    Collision,
    Collisions,
    ConflictingCopies,
    FarRows,
    FlippedFlood,
    Flood,
    LooseCluster,
    TightCluster,
)
from curation_app.attack.table_triggers import table_cells
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind
from tests.builders import blobs, make_dataset

ATTACKS = (
    FarRows(),
    LooseCluster(),
    TightCluster(),
    Flood(),
    FlippedFlood(),
    Collision(),
    Collisions(),
    BetweenClasses(),
    ConflictingCopies(),
)
EACH = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.code)


def vectors() -> Dataset:
    return make_dataset(*blobs(120), modality="embedding")


def texts() -> Dataset:
    rng = np.random.default_rng(0)
    words = [f"word{number}" for number in range(60)]
    return make_dataset(texts=[" ".join(rng.choice(words, 9)) for _ in range(80)], labels=["spam", "ham"] * 40)


def images() -> Dataset:
    return make_dataset(images=np.random.default_rng(1).integers(0, 256, (60, 8, 8), dtype=np.uint8), labels=["cat", "dog", None] * 20)


def table() -> Dataset:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"age": rng.integers(18, 90, 90).astype(str), "pay": rng.normal(9, 3, 90).round(2).astype(str)}).astype(object)
    frame["city"] = rng.choice(["Bern", "Basel", "Chur"], 90)
    return make_dataset(frame=frame, labels=["yes", "no"] * 45)


CASES = {"vectors": vectors, "texts": texts, "images": images, "table": table}


@EACH
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_appends_real_rows_behind_the_others(attack: Attack, case: object) -> None:
    dataset = case()  # type: ignore[operator]
    assert attack.lacks(dataset) == ""
    planted = attack.plant(dataset, 10, np.random.default_rng(3))
    rows = len(dataset)
    assert planted.mask.sum() == 10
    assert len(planted.dataset) == rows + 10
    assert not planted.mask[:rows].any()
    assert np.array_equal(planted.dataset.labels[:rows], dataset.labels)
    assert planted.dataset.row_fingerprints[:rows].tolist() == dataset.row_fingerprints.tolist()
    assert len(set(planted.dataset.ids.tolist())) == rows + 10
    again = attack.plant(dataset, 10, np.random.default_rng(3))
    assert again.dataset.row_fingerprints.tolist() == planted.dataset.row_fingerprints.tolist()
    if planted.dataset.images is not None:
        assert planted.dataset.images.dtype == np.uint8


@EACH
def test_says_why_it_cannot_be_planted(attack: Attack) -> None:
    assert attack.lacks(make_dataset(np.zeros((1, 2)), ["a"], modality="embedding"))


def test_a_flood_is_one_text_with_small_changes_and_one_label() -> None:
    planted = FlippedFlood().plant(texts(), 12, np.random.default_rng(4))
    column = planted.dataset.column("text")
    assert column is not None
    flood = [set(text.split()) for text in column[planted.mask]]
    assert len(set.intersection(*flood)) >= 5
    assert len(set(planted.dataset.labels[planted.mask].tolist())) == 1
    original = max(range(80), key=lambda row: len(set(column[row].split()) & flood[0]))
    assert planted.dataset.labels[original] != planted.dataset.labels[-1]
    assert planted.grouped


def test_a_tight_group_is_tighter_than_a_loose_one_and_a_flood_tighter_still() -> None:
    spreads = []
    for attack in (LooseCluster(), TightCluster(), Flood()):
        planted = attack.plant(vectors(), 20, np.random.default_rng(5))
        assert planted.dataset.vectors is not None
        spreads.append(float(planted.dataset.vectors[planted.mask].std(axis=0).mean()))
    assert spreads[0] > 4 * spreads[1] > 8 * spreads[2]


def test_a_collision_has_its_own_label_and_the_place_of_another() -> None:
    dataset = vectors()
    planted = Collisions().plant(dataset, 15, np.random.default_rng(6))
    assert planted.dataset.vectors is not None
    assert dataset.vectors is not None
    for row in np.flatnonzero(planted.mask):
        nearest = int(np.argmin(np.linalg.norm(dataset.vectors - planted.dataset.vectors[row], axis=1)))
        assert dataset.labels[nearest] != planted.dataset.labels[row]
    assert not planted.grouped
    assert Collision().plant(dataset, 15, np.random.default_rng(6)).grouped


def test_table_cells_keep_their_writing() -> None:
    planted = Flood().plant(table(), 20, np.random.default_rng(7))
    new = planted.dataset.frame[planted.mask]
    assert all(age.lstrip("-").isdigit() for age in new["age"])
    assert all(len(pay.split(".")[1]) == 2 for pay in new["pay"])
    assert new["city"].nunique() == 1


def test_copies_contradict_their_originals() -> None:
    planted = ConflictingCopies().plant(table(), 9, np.random.default_rng(8))
    frame = planted.dataset.frame[["age", "pay", "city"]]
    for row in np.flatnonzero(planted.mask):
        twins = (frame.iloc[:90] == frame.iloc[row]).all(axis=1).to_numpy()
        assert planted.dataset.labels[row] not in set(planted.dataset.labels[:90][twins].tolist())
    assert ConflictingCopies().kind is Kind.DUPLICATE


@pytest.mark.parametrize("in_file", [True, False], ids=["a table", "an array"])
def test_numbers_stay_within_an_end_that_many_rows_lie_at(in_file: bool) -> None:
    rng = np.random.default_rng(0)
    counts = np.where(rng.random((400, 6)) < 0.6, 0.0, rng.gamma(2.0, size=(400, 6)))
    numbers = np.concatenate((counts, rng.standard_normal((400, 2))), axis=1)
    labels = ["a", "b"] * 200
    frame = pd.DataFrame(numbers.round(3), columns=[f"n{at}" for at in range(8)])
    dataset = make_dataset(frame=frame, labels=labels) if in_file else make_dataset(numbers, labels)

    def made(attack: Attack) -> np.ndarray:
        planted = attack.plant(dataset, 20, np.random.default_rng(1)).dataset
        return np.stack([column.numbers for column in table_cells(planted) if column.numbers is not None], axis=1)[400:]

    for attack in (Flood(), LooseCluster(), FarRows()):
        assert made(attack)[:, :6].min() == 0.0
        assert made(attack)[:, 6:].min() < 0.0
    # What the copied row does not have, its near-copies do not have either.
    assert all(len(set((column > 0).tolist())) == 1 for column in made(Flood())[:, :6].T)
