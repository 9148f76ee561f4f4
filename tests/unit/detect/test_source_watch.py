"""A source whose labels contradict their content is named; one whose rows are merely hard is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.detect.origin_rates import discoveries, shrunk_rate
from curation_app.detect.provenance import origins_of, times_of
from curation_app.detect.runner import run_one
from curation_app.detect.source_watch import SourceWatch
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import RECIPES
from curation_app.domain.representation import Representation
from curation_app.domain.roles import Roles
from tests.builders import blobs, make_dataset, make_representation

Case = tuple[Dataset, Representation]
ROWS, SIZE = 1_000, 100


def case(bad: str | None = None, share: float = 0.2, *, seed: int = 0, by_difficulty: bool = False, role: str = "source") -> Case:
    """Overlapping classes in sources of 100 rows, one of which may flip labels."""
    rng = np.random.default_rng([7, seed])
    features, labels = blobs(ROWS, n_classes=2, spread=2.0, seed=seed)
    order = rng.permutation(ROWS)
    if by_difficulty:
        clean = make_representation(features, labels).probabilities
        assert clean is not None
        order = np.argsort(clean.max(axis=1), kind="stable")
    origin = np.empty(ROWS, dtype=object)
    origin[order] = [f"vendor-{position // SIZE}" for position in range(ROWS)]
    given = np.array(labels, dtype=object)
    if bad is not None:
        chosen = rng.choice(np.flatnonzero(origin == bad), round(share * SIZE), replace=False)
        given[chosen] = np.where(given[chosen] == "class 0", "class 1", "class 0")
    frame = pd.DataFrame(features.astype(object), columns=[f"x{place}" for place in range(features.shape[1])])
    frame["origin"] = origin
    dataset = make_dataset(features, given.tolist(), frame=frame)
    roles = Roles(source="origin" if role == "source" else None, annotator="origin" if role == "annotator" else None)
    return replace(dataset, roles=roles), make_representation(features, given.tolist())


def look(built: Case) -> Finding:
    return run_one(SourceWatch(), *built, RECIPES["fast"], seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_a_source_that_flips_a_fifth_of_its_rows_is_named(seed: int) -> None:
    dataset, representation = case("vendor-3", seed=seed)
    finding = look((dataset, representation))
    assert finding.outcome is Outcome.ISSUE
    assert [group.evidence["source"] for group in finding.groups] == ["vendor-3"]
    (group,) = finding.groups
    assert "'vendor-3'" in group.title
    assert 0.0 < float(group.evidence["low"]) < float(group.evidence["rate"]) < float(group.evidence["high"]) < 1.0  # type: ignore[arg-type]
    assert set(dataset.frame["origin"].iloc[list(group.rows)]) == {"vendor-3"}
    assert len(group.strength) == len(group.rows)


def test_only_the_suspect_rows_of_a_bad_source_are_lifted() -> None:
    dataset, representation = case("vendor-3")
    finding = look((dataset, representation))
    core = np.zeros(ROWS, dtype=bool)
    core[list(finding.groups[0].rows)] = True
    assert finding.surprise[core].min() > finding.surprise[~core].max()
    assert finding.surprise[~core].max() < 1.0
    assert np.all(finding.surprise[(dataset.frame["origin"] != "vendor-3").to_numpy()] == 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_clean_sources_are_left_alone(seed: int) -> None:
    finding = look(case(seed=seed))
    assert finding.outcome is Outcome.PASSED
    assert finding.groups == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_source_of_hard_rows_is_not_blamed_for_them(seed: int) -> None:
    dataset, representation = case(seed=seed, by_difficulty=True)
    finding = look((dataset, representation))
    assert finding.groups == ()
    hardest = (dataset.frame["origin"] == "vendor-0").to_numpy()
    assert finding.evidence["rate"][hardest][0] > 2 * finding.evidence["rate"][~hardest].min()


def test_a_push_towards_one_label_is_told() -> None:
    dataset, representation = case()
    given = dataset.labels.copy()
    mine = np.flatnonzero((dataset.frame["origin"] == "vendor-1").to_numpy() & (given == "class 0"))[:25]
    given[mine] = "class 1"
    finding = look((replace(dataset, labels=given), make_representation(representation.features, given.tolist())))
    assert finding.groups[0].evidence["label"] == "class 1"
    assert "most as class 1" in finding.groups[0].title


def test_annotators_are_watched_as_sources_are() -> None:
    finding = look(case("vendor-5", 0.4, role="annotator"))
    assert finding.groups[0].evidence["annotator"] == "vendor-5"


def test_a_burst_of_wrong_labels_in_time_is_found_without_a_source() -> None:
    dataset, representation = case()
    times = pd.Series(pd.date_range("2024-01-01", periods=ROWS, freq="h")).dt.strftime("%Y-%m-%dT%H:%M:%S").astype(object)
    given = dataset.labels.copy()
    given[500:550] = [{"class 0": "class 1", "class 1": "class 0"}[label] if row % 2 else label for row, label in enumerate(given[500:550])]
    dataset = replace(
        dataset, frame=dataset.frame.assign(origin=times), roles=replace(dataset.roles, source=None, time="origin"), labels=given
    )
    finding = look((dataset, make_representation(representation.features, given.tolist())))
    assert finding.groups[0].evidence["time"] == "2024-01-21 20:00 to 2024-01-23 21:00"


def test_copies_of_one_wrong_row_are_no_evidence_against_a_source() -> None:
    dataset, representation = case()
    copies, given = representation.copies.copy(), dataset.labels.copy()
    probabilities = representation.probabilities
    assert probabilities is not None
    mine = np.flatnonzero((dataset.frame["origin"] == "vendor-2").to_numpy())[:30]
    probabilities = probabilities.copy()
    probabilities[mine] = (0.95, 0.05)
    copies[mine] = copies.max() + 1
    given[mine] = "class 1"
    built = make_representation(representation.features, given.tolist(), copies=copies, probabilities=probabilities)
    assert look((replace(dataset, labels=given), built)).groups == ()


def test_rows_without_content_cannot_contradict_their_labels() -> None:
    dataset, representation = case("vendor-1")
    finding = look((dataset, replace(representation, features=np.zeros((ROWS, 1), dtype=np.float32))))
    assert finding.outcome is Outcome.NOT_APPLICABLE


def test_times_are_read_as_numbers_or_dates_or_not_at_all() -> None:
    dataset, _ = case()
    timed = replace(dataset, roles=replace(dataset.roles, source=None, time="origin"))
    assert times_of(timed) is None
    assert times_of(dataset) is None
    stamped = replace(timed, frame=dataset.frame.assign(origin=[str(row // 10) for row in range(ROWS)]))
    (origin,) = origins_of(stamped)
    assert origin.names[0] == "0 to 4"
    assert np.bincount(origin.codes).tolist() == [50] * 20


def test_a_rate_is_drawn_towards_what_is_expected() -> None:
    rate, low, high = shrunk_rate(np.array([5.0, 500.0]), np.array([10.0, 1000.0]), np.array([1.0, 100.0]))
    assert rate[0] < 0.3 < rate[1] < 0.5
    assert high[0] - low[0] > high[1] - low[1]


def test_false_discoveries_are_held_over_all_sources() -> None:
    clean = np.random.default_rng(0).random((200, 50))
    assert np.mean([discoveries(chances, 0.05).any() for chances in clean]) < 0.12
    assert discoveries(np.array([1e-6, *clean[0]]), 0.05)[0]
