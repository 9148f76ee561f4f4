"""Table triggers are written into the right cells, carry one label, and leave everything else as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.attack.table_triggers import (
    CleanLabelPair,
    InBoundsValue,
    OutOfRangeValue,
    TableTriggerAttack,
    UnusualValue,
    ValuePair,
)
from curation_app.domain.dataset import Dataset
from tests.builders import make_dataset

ALL = pytest.mark.parametrize(
    "attack", [ValuePair(), CleanLabelPair(), UnusualValue(), InBoundsValue(), OutOfRangeValue()], ids=lambda attack: attack.code
)


def table(rows: int = 400, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, rows).astype(str),
            "pay": np.round(rng.normal(50, 9, rows), 2).astype(str),
            "town": rng.choice(["Ulm", "Brno", "Graz", "Bern", ""], rows),
            "one": ["same"] * rows,
            "income": rng.choice(["low", "high", "none"], rows),
        }
    ).astype(object)
    labels = [None if value == "none" else value for value in frame["income"]]
    built = make_dataset(frame=frame, labels=labels)
    return replace(built, roles=replace(built.roles, label="income", features=()))


@ALL
def test_only_the_planted_rows_change_and_all_carry_one_label(attack: TableTriggerAttack) -> None:
    dataset = table()
    planted = attack.plant(dataset, 20, np.random.default_rng(0))
    assert attack.lacks(dataset) == ""
    assert planted.mask.sum() == 20
    assert len(set(planted.dataset.labels[planted.mask].tolist())) == 1
    untouched = ~planted.mask
    pd.testing.assert_frame_equal(planted.dataset.frame[untouched], dataset.frame[untouched])
    assert (planted.dataset.labels[untouched] == dataset.labels[untouched]).all()
    features = planted.dataset.frame.drop(columns="income")
    differs = (features != dataset.frame.drop(columns="income")).any(axis=1)
    assert not differs[untouched].any()
    assert differs[planted.mask].mean() > 0.5


@ALL
def test_the_seed_decides_and_the_input_stays(attack: TableTriggerAttack) -> None:
    dataset = table()
    before = dataset.frame.copy(deep=True)
    one, two = (attack.plant(dataset, 15, np.random.default_rng(3)) for _ in range(2))
    assert one.title == two.title
    pd.testing.assert_frame_equal(one.dataset.frame, two.dataset.frame)
    pd.testing.assert_frame_equal(dataset.frame, before)


@ALL
def test_number_arrays_can_be_attacked(attack: TableTriggerAttack) -> None:
    vectors = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    dataset = replace(make_dataset(vectors, ["a", "b"] * 100), format="npz")
    planted = attack.plant(dataset, 12, np.random.default_rng(1))
    assert planted.dataset.vectors is not None
    changed_rows = (planted.dataset.vectors != vectors).any(axis=1)
    assert changed_rows.sum() >= 10
    assert not changed_rows[~planted.mask].any()


def test_a_pair_is_rare_before_and_made_of_ordinary_values() -> None:
    dataset = table()
    planted = ValuePair().plant(dataset, 40, np.random.default_rng(5))
    rows = planted.dataset.frame[planted.mask]
    stamped = [name for name in ("age", "pay", "town") if rows[name].nunique() == 1]
    assert len(stamped) == 2
    together = np.logical_and(*((dataset.frame[name] == rows[name].iloc[0]).to_numpy() for name in stamped))
    assert together.sum() <= 4


def test_dirty_labels_are_wrong_and_clean_ones_were_there_before() -> None:
    dataset = table()
    dirty = UnusualValue().plant(dataset, 20, np.random.default_rng(0))
    clean = CleanLabelPair().plant(dataset, 20, np.random.default_rng(0))
    assert (dirty.dataset.labels != dataset.labels)[dirty.mask].all()
    assert (clean.dataset.labels == dataset.labels).all()


def test_out_of_range_is_above_everything_and_unusual_is_new_but_inside() -> None:
    dataset = table()
    for attack, inside in ((OutOfRangeValue(), False), (UnusualValue(), True)):
        planted = attack.plant(dataset, 20, np.random.default_rng(2))
        name = planted.title.split(" = ")[0]
        before = pd.to_numeric(dataset.frame[name])
        stamped = pd.to_numeric(planted.dataset.frame[name])[planted.mask]
        assert bool(stamped.between(before.min(), before.max()).all()) is inside
        assert not set(stamped) & set(before)


@pytest.mark.parametrize(
    ("dataset", "why"),
    [
        (make_dataset(texts=["a", "b"], labels=["x", "y"]), "The rows are not a table of values."),
        (replace(table(), labels=np.array([None] * 400, dtype=object)), "There are fewer than two labels."),
        (make_dataset(frame=pd.DataFrame({"a": ["u", "v"]}), labels=["x", "y"]), "There are fewer than 2 columns with two values."),
    ],
)
def test_it_says_what_it_lacks(dataset: Dataset, why: str) -> None:
    assert ValuePair().lacks(dataset) == why
