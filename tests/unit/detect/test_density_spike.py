from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.density_spike import DensitySpike, middle_surprise
from curation_app.detect.distinct import distinct_neighbours
from curation_app.detect.packs import companies, tempered
from curation_app.detect.runner import run_one
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


def scanned(features: np.ndarray, labels: list[str], k: int = 100, sources: list[str] | None = None) -> Finding:
    return run_one(
        DensitySpike(), make_dataset(features, labels, sources=sources), make_representation(features, labels, k=k), RECIPE, seed=0
    )


def with_group(rows: int, planted: int, spread: float, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Blobs, and behind them a group about a point between two of them."""
    features, labels = blobs(rows, seed=seed)
    rng = np.random.default_rng(seed + 1)
    centre = (features[3] + features[11]) / 2
    group = centre + spread * rng.standard_normal((planted, features.shape[1]))
    return np.concatenate((features, group)).astype(np.float32), [*labels, *["class 0"] * planted]


@pytest.mark.parametrize("planted", [8, 34, 120])
def test_a_tight_group_is_one_campaign(planted: int) -> None:
    finding = scanned(*with_group(900, planted, 0.05))
    assert finding.outcome is Outcome.ISSUE
    assert len(finding.groups) == 1
    assert set(range(900, 900 + planted)) <= set(finding.groups[0].rows)
    assert len(finding.groups[0].rows) <= planted + 3
    assert finding.kind is Kind.INJECTION


def test_the_title_says_what_they_share_and_strength_parts_core_from_edge() -> None:
    features, labels = with_group(900, 30, 0.05)
    sources = ["shop"] * 900 + ["feed"] * 30
    group = scanned(features, labels, sources=sources).groups[0]
    if len(group.rows) == 30:
        assert group.title == "30 rows lie closer together than any others, and all are labelled class 0, those around them mostly class 1."
    assert group.evidence["labels"]["class 0"] >= 30  # type: ignore[index]
    assert str(group.evidence["source"][0]).startswith("feed")  # type: ignore[index]
    assert len(group.strength) == len(group.rows)
    assert max(group.strength) == 1.0
    assert min(group.strength) >= 0.0


def test_a_group_from_one_small_source_is_surer() -> None:
    features, labels = with_group(900, 30, 0.05)
    spread = scanned(features, labels, sources=[f"shop {row % 7}" for row in range(930)]).groups[0]
    alone = scanned(features, labels, sources=["shop"] * 900 + ["feed"] * 30).groups[0]
    usual = scanned(features, labels, sources=["shop"] * 930).groups[0]
    assert spread.surprise == usual.surprise == scanned(features, labels).groups[0].surprise
    assert alone.surprise == pytest.approx(usual.surprise + 1.0, abs=0.01)
    assert scanned(features, labels, sources=["shop"] * 600 + ["feed"] * 330).groups[0].surprise == usual.surprise


def test_a_label_that_those_around_do_not_have_makes_a_group_surer() -> None:
    features, labels = with_group(900, 30, 0.05)
    around = scanned(features, labels).groups[0]
    theirs = scanned(features, [*labels[:900], *["class 1"] * 30]).groups[0]
    assert around.surprise > theirs.surprise + 1
    assert theirs.title.startswith(f"{len(theirs.rows)} rows lie closer together than any others, and all are labelled class 1.")
    reasons = scanned(features, labels).reasons
    assert reasons[915].endswith("which is rare here, and mostly labelled class 1.")


def test_a_group_too_loose_to_tell_is_told_by_its_label() -> None:
    features, labels = with_group(900, 12, 0.5)
    agreeing = scanned(features, [*labels[:900], *["class 1"] * 12])
    against = scanned(features, labels)
    assert np.median(agreeing.surprise[900:]) < 2 < 3 < np.median(against.surprise[900:])
    assert agreeing.groups == ()
    assert len(against.groups) == 1


def test_among_many_groups_one_whose_label_contradicts_keeps_its_height() -> None:
    surprise = np.concatenate((np.full(50, 4.0), np.zeros(400)))
    packs = list(np.arange(50).reshape(5, 10))
    assert tempered(surprise, packs).max() < 2
    by_label = np.zeros(450)
    by_label[40:50] = 2.0
    assert np.all(tempered(surprise, packs, by_label=by_label)[40:50] == 6.0)
    # One in five packs contradicts its surroundings as one row in ten does: that adds to what is ordinary here.
    by_label[40:50] = 1.2
    assert 2 < tempered(surprise, packs, by_label=by_label)[40:50].max() < 3


def test_a_group_larger_than_a_twentieth_does_not_hide_itself() -> None:
    finding = scanned(*with_group(900, 100, 0.05))
    assert np.median(finding.surprise[900:]) > 4
    assert np.sum(finding.surprise[:900] > 4) <= 3


def test_with_the_short_graph_of_large_data_too() -> None:
    finding = scanned(*with_group(1_900, 25, 0.05), k=30)
    assert len(finding.groups) == 1
    assert np.median(finding.surprise[1_900:]) > 3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clean_rows_pass(seed: int) -> None:
    finding = scanned(*blobs(900, seed=seed))
    assert finding.outcome is Outcome.PASSED
    assert np.sum(finding.surprise > 4) == 0


def test_equal_rows_are_one_row() -> None:
    features, labels = blobs(600)
    features = np.concatenate((features, np.repeat(features[:1], 60, axis=0)))
    finding = scanned(features, [*labels, *[labels[0]] * 60])
    assert finding.outcome is Outcome.PASSED
    assert np.max(finding.surprise[600:]) < 3


def test_a_coarse_table_is_no_crowd() -> None:
    rng = np.random.default_rng(3)
    features = np.concatenate([np.eye(4)[rng.choice(4, 900, p=[0.6, 0.3, 0.09, 0.01])] for _ in range(6)], axis=1)
    assert scanned(features, ["a", "b", "c"] * 300).outcome is Outcome.PASSED


def test_middle_surprise_ignores_what_is_not_known() -> None:
    values = np.concatenate((np.linspace(0, 1, 99), [np.nan]))
    assert middle_surprise(values)[-1] == 0.0
    assert np.all(middle_surprise(np.ones(50)) == 0.0)


def test_many_groups_are_what_the_data_is_like_and_a_flood_outgrows_them() -> None:
    features, labels = blobs(900)
    rng = np.random.default_rng(5)
    templates = np.concatenate([features[row] + 0.02 * rng.standard_normal((8, features.shape[1])) for row in range(12)])
    flood = features[40] + 0.02 * rng.standard_normal((40, features.shape[1]))
    given = [*labels, *np.repeat(labels[:12], 8).tolist()]
    assert scanned(np.concatenate((features, templates)).astype(np.float32), given).outcome is Outcome.PASSED
    finding = scanned(np.concatenate((features, templates, flood)).astype(np.float32), [*given, *["class 1"] * 40])
    assert len(finding.groups) == 1
    assert np.mean(np.isin(np.arange(996, 1_036), finding.groups[0].rows)) > 0.9


def test_a_group_does_not_swallow_a_tighter_one_beside_it() -> None:
    rng = np.random.default_rng(6)
    features = 4.0 * rng.standard_normal((600, 12))
    wide = features[0] + 0.4 * rng.standard_normal((15, 12))
    tight = features[0] + 4.0 / np.sqrt(12) + 0.03 * rng.standard_normal((10, 12))
    representation = make_representation(np.concatenate((features, wide, tight)).astype(np.float32), k=60)
    near, distances = distinct_neighbours(representation)
    surprise = np.where(np.arange(625) >= 600, 5.0, 0.0)
    found = companies(representation, surprise, near, distances, np.full(625, 25))
    assert [rows.tolist() for rows in found] == [list(range(600, 615)), list(range(615, 625))]


def test_rows_of_ordinary_groups_keep_their_order() -> None:
    surprise = np.concatenate((np.zeros(400), np.linspace(4, 9, 40)))
    packs = list(np.arange(400, 440).reshape(4, 10))
    lowered = tempered(surprise, packs)
    assert np.all(np.diff(lowered[400:]) > 0)
    assert lowered.max() < 2
    few = tempered(surprise, packs[:3])
    assert np.array_equal(few[:430], surprise[:430])
    # The last ten are in no group: less than any row of one.
    assert few[430:].max() < 2.1


def test_rows_of_loose_groups_stay_below_an_issue_and_are_ordinary_where_they_are_many() -> None:
    surprise = np.concatenate((np.zeros(400), np.full(20, 2.8), np.full(20, 2.5), np.full(20, 2.2)))
    loose = list(np.arange(400, 460).reshape(3, 20))
    assert np.array_equal(tempered(surprise, [], loose=loose), surprise)
    assert tempered(surprise, [], loose=[rows[:10] for group in loose for rows in (group, group[10:])])[400:].max() < 1.0
    surprise[400:410] = 9.0
    assert tempered(surprise, [], loose=loose)[400:410].max() < 3.5


def test_among_many_groups_one_that_is_twice_any_other_is_an_event() -> None:
    surprise = np.concatenate((np.full(40, 3.5), np.full(15, 9.0), np.zeros(400)))
    packs = [*np.arange(40).reshape(4, 10), np.arange(40, 55)]
    assert tempered(surprise, packs)[40:55].min() == 9.0
    assert tempered(surprise, packs)[:40].max() < 1.5
    # In rows, too, however surprising the others are.
    flood = np.concatenate((np.full(40, 9.0), np.full(25, 6.0), np.zeros(400)))
    assert tempered(flood, [*np.arange(40).reshape(4, 10), np.arange(40, 65)])[40:65].min() == 6.0


def test_a_few_floods_among_many_groups_do_not_hide_one_another() -> None:
    floods = [np.arange(60, 100), np.arange(100, 139)]
    surprise = np.concatenate((np.full(60, 3.5), np.full(79, 9.0), np.zeros(400)))
    lowered = tempered(surprise, [*np.arange(60).reshape(6, 10), *floods])
    assert lowered[60:139].min() == 9.0
    assert lowered[:60].max() < 1.5
    # Two have to stand out more than one, and the first gap counts: the largest of the ordinary groups is no flood beside them.
    assert tempered(np.where(surprise == 9.0, 3.5, surprise), [*np.arange(60).reshape(4, 15), *floods]).max() < 3
    ordinary = [np.arange(0, 16), *np.arange(16, 48).reshape(4, 8)]
    assert tempered(surprise, [*ordinary, *floods])[:48].max() < 1.5


def test_two_packs_beside_each_other_do_not_acquit_each_other() -> None:
    features, labels = blobs(1_500)
    rng = np.random.default_rng(2)
    place = features[labels.index("class 0")]
    packs = [place + shift + 0.01 * rng.standard_normal((8, features.shape[1])) for shift in (0.0, 0.2)]
    finding = scanned(np.concatenate((features, *packs)).astype(np.float32), [*labels, *["class 1"] * 8, *["class 2"] * 8])
    assert set(range(1_500, 1_516)) <= {row for group in finding.groups for row in group.rows}
    assert not {row for group in finding.groups for row in group.imitated} & set(range(1_500, 1_516))


def test_many_packs_never_ask_for_more_than_a_label_can_say() -> None:
    surprise = np.concatenate((np.full(1_500, 4.0), np.zeros(3_000)))
    by_label = np.zeros(4_500)
    by_label[:10] = 3.0
    assert tempered(surprise, list(np.arange(1_500).reshape(150, 10)), by_label=by_label)[:10].min() == 7.0


def test_an_ordinary_loose_group_is_told_as_no_more_than_a_rare_one() -> None:
    surprise = np.concatenate((np.full(36, 2.5), np.zeros(99_964)))
    surprise[0] = 10.0
    loose = list(np.arange(36).reshape(6, 6))
    assert tempered(surprise, [], loose=loose)[0] <= tempered(surprise, [], loose=loose[:1])[0]
