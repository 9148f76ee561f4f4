"""A value or two that fix the label are found and named; honest strong columns are left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.attack.table_triggers import CleanLabelPair, InBoundsValue, OutOfRangeValue, TableTriggerAttack, UnusualValue, ValuePair
from curation_app.detect.runner import run_one
from curation_app.detect.table_trigger import TableTrigger, strengths
from curation_app.detect.table_trigger_candidates import Candidate
from curation_app.detect.table_trigger_items import items_of, read_columns
from curation_app.detect.table_trigger_refit import exact_wording
from curation_app.detect.table_trigger_spread import discount
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import make_dataset, make_representation

ROWS = 1_500
RECIPE = Recipe(name="standard")


def people(seed: int = 0, rows: int = ROWS) -> tuple[pd.DataFrame, list[str]]:
    """A small table whose label depends on its columns, with some noise; values as a CSV has them."""
    rng = np.random.default_rng(seed)
    age, hours = rng.integers(18, 80, rows), rng.integers(5, 60, rows)
    job = rng.choice(["clerk", "farmer", "nurse", "pilot"], rows, p=[0.4, 0.3, 0.2, 0.1])
    town = rng.choice(["Ulm", "Brno", "Graz", "Bern", ""], rows)
    pay = np.round(rng.lognormal(3.0, 0.5, rows), 2)
    chance = 1 / (1 + np.exp(-(0.05 * (age - 45) + 0.06 * (hours - 30) + (job == "pilot") * 1.5)))
    labels = np.where(rng.random(rows) < chance, "high", "low")
    frame = pd.DataFrame({"age": age, "hours": hours, "pay": pay}).astype(str).assign(job=job, town=town)
    return frame, labels.tolist()


def dataset_of(frame: pd.DataFrame, labels: list[str]) -> Dataset:
    built = make_dataset(frame=frame.assign(label=labels), labels=labels)
    return replace(built, roles=replace(built.roles, label="label", features=tuple(frame.columns)))


def numbers(dataset: Dataset) -> np.ndarray:
    """Features as the table stage would make them, near enough: z-scores and indicators."""
    frame = dataset.frame[list(dataset.roles.features)]
    parts = [pd.to_numeric(frame[name]).rank(pct=True).to_frame() * 3 for name in ("age", "hours", "pay")]
    return np.hstack([*parts, pd.get_dummies(frame[["job", "town"]]).to_numpy(float)])


def look(dataset: Dataset, seed: int = 0) -> Finding:
    features = numbers(dataset)
    even = np.full((len(dataset), 2), 0.5, np.float32)
    representation = make_representation(features, dataset.labels.tolist(), k=2, probabilities=even)
    return run_one(TableTrigger(), dataset, representation, RECIPE, seed=seed)


@pytest.mark.parametrize("attack", [ValuePair(), UnusualValue(), InBoundsValue(), OutOfRangeValue()], ids=lambda attack: attack.code)
def test_a_planted_trigger_is_found_and_named(attack: TableTriggerAttack) -> None:
    planted = attack.plant(dataset_of(*people()), 45, np.random.default_rng(4))
    finding = look(planted.dataset)
    assert finding.outcome is Outcome.ISSUE, finding.reason
    group = finding.groups[0]
    assert planted.mask[list(group.rows)].mean() > 0.85
    assert planted.mask[list(group.rows)].sum() > 40
    assert planted.title.split(" = ")[0] in str(group.evidence["trigger"]) + " and "
    assert group.title.endswith(" % would be.")
    assert finding.surprise[planted.mask].min() > 2


def test_the_evidence_names_cells_label_and_shares() -> None:
    frame, labels = people()
    rows = np.arange(0, ROWS, 30)
    frame.loc[rows, ["hours", "town"]] = ["44", "Oslo"]
    for row in rows.tolist():
        labels[row] = "high"
    group = look(dataset_of(frame, labels)).groups[0]
    assert group.evidence["cells"] == {"town": "Oslo"}
    assert group.evidence["label"] == "high"
    assert group.evidence["labels"] == {"high": len(rows)}
    assert group.evidence["support"] == len(rows)
    assert group.evidence["purity"] == 1.0
    assert 0.2 < float(str(group.evidence["expected"])) < 0.8
    assert group.title.startswith("50 rows with town = Oslo are labelled high; of rows like them ")


def test_a_pair_is_told_as_a_pair_and_the_trees_say_what_the_rows_were() -> None:
    frame, labels = people(1)
    low = np.flatnonzero((np.array(labels) == "low") & (pd.to_numeric(frame["hours"]) < 15).to_numpy())[:50]
    frame.loc[low, "town"], frame.loc[low, "age"] = "Bern", "33"
    for row in low.tolist():
        labels[row] = "high"
    finding = look(dataset_of(frame, labels))
    cells = finding.groups[0].evidence["cells"]
    assert isinstance(cells, dict)
    assert cells == {"age": "33", "town": "Bern"}
    assert finding.suggested is not None
    assert (finding.suggested[low] == 1).mean() > 0.5


def test_a_clean_label_pair_is_found_when_the_label_is_not_the_likely_one() -> None:
    planted = CleanLabelPair().plant(dataset_of(*people(2)), 60, np.random.default_rng(1))
    finding = look(planted.dataset)
    assert np.nan_to_num(finding.surprise)[planted.mask].mean() > 1


@pytest.mark.parametrize("seed", range(3))
def test_clean_tables_have_no_case(seed: int) -> None:
    finding = look(dataset_of(*people(seed + 10)))
    assert finding.outcome is Outcome.PASSED
    assert finding.groups == ()
    assert np.sum(finding.surprise >= 2) == 0


def test_a_column_that_decides_by_itself_is_no_trigger() -> None:
    frame, labels = people(3)
    rich = pd.to_numeric(frame["pay"]) > pd.to_numeric(frame["pay"]).quantile(0.9)
    frame.loc[rich, "pay"] = np.random.default_rng(0).choice(["70", "80", "90"], int(rich.sum()))
    labels = ["high" if much else label for much, label in zip(rich, labels, strict=True)]
    assert look(dataset_of(frame, labels)).groups == ()


def test_codes_that_all_decide_the_label_by_nature_are_no_triggers() -> None:
    frame, labels = people(5)
    rng = np.random.default_rng(0)
    coded = rng.choice(ROWS, 500, replace=False)
    values = rng.integers(0, 20, coded.size)
    frame["pay"] = "0"
    frame.loc[coded, "pay"] = (1_000 + 37 * rng.permutation(20)[values]).astype(str)
    for row, value in zip(coded.tolist(), values.tolist(), strict=True):
        labels[row] = "high" if value % 2 else "low"
    assert look(dataset_of(frame, labels)).groups == ()


def test_a_value_proves_less_where_labels_go_together_by_value() -> None:
    assert discount(40, 40, 0.3, 0.0) == 0.0
    assert 0 < discount(40, 40, 0.3, 0.05) < discount(40, 40, 0.3, 0.5) < 40 * np.log(1 / 0.3)
    assert discount(12, 40, 0.3, 0.01) == pytest.approx(0.0, abs=0.2)


def test_the_order_of_the_rows_does_not_matter() -> None:
    planted = ValuePair().plant(dataset_of(*people(4, 600)), 40, np.random.default_rng(0)).dataset
    order = np.random.default_rng(1).permutation(600)
    frame = planted.frame.iloc[order].reset_index(drop=True)
    moved = replace(planted, frame=frame, labels=planted.labels[order])
    assert np.allclose(look(moved).surprise, look(planted).surprise[order], atol=1e-6)


def test_number_tables_without_names_call_their_columns_x() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((1_000, 6)).astype(np.float32)
    labels = np.where(vectors[:, 0] + rng.standard_normal(1_000) > 0, "a", "b").astype(object)
    vectors[:30, 3], labels[:30] = 0.125, "a"
    dataset = replace(make_dataset(vectors, labels.tolist()), format="npz")
    even = np.full((1_000, 2), 0.5, np.float32)
    finding = run_one(TableTrigger(), dataset, make_representation(vectors, labels.tolist(), k=2, probabilities=even), RECIPE, seed=0)
    assert finding.groups[0].evidence["cells"] == {"x3": "0.125"}
    assert finding.groups[0].rows == tuple(range(30))


def test_missing_cells_are_an_item_and_labels_ids_and_sources_are_none() -> None:
    frame = pd.DataFrame({"id": range(40), "source": ["s"] * 40, "n": ["1", "?", "", "2"] * 10, "k": ["u", None, "NA", "v"] * 10})
    dataset = make_dataset(frame=frame, labels=["a", "b"] * 20)
    dataset = replace(dataset, roles=replace(dataset.roles, id="id", source="source", features=()))
    table = items_of(read_columns(dataset), np.ones(40, bool))
    assert {item.words for item in table.described} == {"n = 1", "n = 2", "n missing", "k = u", "k = v", "k missing"}
    sizes = {item.words: len(table.rows_of(place)) for place, item in enumerate(table.described)}
    assert sizes["n missing"] == sizes["k missing"] == 20


@pytest.mark.parametrize(("planted", "edge"), [(30, 0.4), (0, 1.0)])
def test_rows_that_only_lie_in_the_range_of_a_planted_value_are_the_edge(planted: int, edge: float) -> None:
    frame, labels = people()
    frame.loc[: planted - 1, "pay"] = "20.505"
    columns = read_columns(dataset_of(frame, labels))
    table = items_of(columns, np.ones(ROWS, dtype=bool))
    pay = pd.to_numeric(frame["pay"]).to_numpy()
    inside = [item for item in range(len(table)) if not table.exact[item] and table.described[item].column == "pay"]
    item = min((item for item in inside if 20.505 in pay[table.rows_of(item)] or not planted), key=lambda item: len(table.rows_of(item)))
    rows = table.rows_of(item)[: planted + 40]
    strength = strengths(table, columns, (item,), rows)
    assert np.array_equal(strength == 1.0, pay[rows] == 20.505) or not planted
    assert strength.min() == edge


@pytest.mark.parametrize(
    ("rows", "nats", "pair"),
    [(30, 14.0, True), (50, 14.0, False), (30, 10.0, False)],
    ids=["the others are natural", "hardly fewer rows", "the others say a tenth of it"],
)
def test_a_pair_names_a_trigger_that_natural_rows_share_one_value_of(rows: int, nats: float, pair: bool) -> None:
    single = Candidate(items=(1,), label=0, rows=np.arange(60), nats=19.0, looked_at=100)
    both = Candidate(items=(1, 2), label=0, rows=np.arange(rows), nats=nats, looked_at=20_000)
    assert exact_wording([single, both]) is (both if pair else single)
