from __future__ import annotations

import numpy as np

from curation_app.detect.copied_row import copied_row, only_other_label
from curation_app.detect.density_spike import DensitySpike
from curation_app.detect.near_duplicate import NearDuplicate
from curation_app.detect.runner import run_one
from curation_app.domain.recipe import Recipe
from curation_app.rank import rank
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


def flooded(copies: int, spread: float, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Blobs, of which row 5 comes again ``copies`` times with noise, at the end."""
    features, labels = blobs(600, width=40, seed=seed)
    rng = np.random.default_rng(seed + 1)
    again = features[5] + spread * rng.standard_normal((copies, 40))
    return np.concatenate((features, again)).astype(np.float32), [*labels, *[labels[5]] * copies]


def test_the_row_in_the_middle_of_a_flood_is_the_one_that_was_copied() -> None:
    for seed in range(5):
        features, labels = flooded(8, 0.05, seed)
        group = np.array([5, *range(600, 608)])
        assert copied_row(make_representation(features, labels), group) == 5


def test_a_group_of_its_own_has_no_such_row() -> None:
    rng = np.random.default_rng(0)
    features = rng.standard_normal((200, 12)).astype(np.float32)
    built = make_representation(features, ["a"] * 200)
    found = [copied_row(built, np.sort(rng.choice(200, 10, replace=False))) for _ in range(50)]
    assert sum(row >= 0 for row in found) <= 1
    assert copied_row(built, np.arange(2)) == -1
    assert copied_row(make_representation(features[:, :3], ["a"] * 200), np.arange(9)) == -1


def test_exact_copies_do_not_say_which_was_first() -> None:
    features, labels = flooded(8, 0.0)
    assert copied_row(make_representation(features, labels), np.array([5, *range(600, 608)])) == -1


def test_the_copied_row_is_the_edge_of_its_campaign_and_comes_behind_the_copies() -> None:
    features, labels = flooded(12, 0.03)
    dataset, built = make_dataset(features, labels), make_representation(features, labels)
    findings = [run_one(detector, dataset, built, RECIPE, seed=0) for detector in (DensitySpike(), NearDuplicate())]
    queue = rank(findings, built, RECIPE)
    campaign = queue.campaigns[0]
    assert set(campaign.rows) == {5, *range(600, 612)}
    assert campaign.edge() == (5,)
    assert campaign.evidence["copied"] == dataset.ids[5]
    assert queue.rank[5] == 13


def test_the_row_whose_label_no_other_has_is_what_they_were_made_to_look_like() -> None:
    features, labels = blobs(600, width=40, seed=3)
    other = next(label for label in labels if label != labels[5])
    own = np.flatnonzero(np.array(labels) == other)[:8]
    # Nine tenths row 5, one tenth a row of the label that they carry.
    made = 0.9 * features[5] + 0.1 * features[own]
    given = [*labels, *[other] * 8]
    built = make_representation(np.concatenate((features, made)).astype(np.float32), given)
    dataset = make_dataset(built.features, given)
    group = run_one(DensitySpike(), dataset, built, RECIPE, seed=0).groups[0]
    assert set(group.rows) <= set(range(600, 608))
    assert len(group.rows) >= 5
    assert group.title.startswith(f"{len(group.rows)} rows lie closer together than any others, and all are labelled {other}, those around")
    assert group.evidence["imitated"] == [dataset.ids[5]]
    assert group.imitated == (5,)


def test_a_row_with_the_label_of_the_pack_around_another_one_is_not_what_they_look_like() -> None:
    features, labels = blobs(600, width=40, seed=3)
    made = features[5] + 0.05 * np.random.default_rng(1).standard_normal((9, 40))
    given = [*labels, *[labels[5]] * 8, "class 9"]
    built = make_representation(np.concatenate((features, made)).astype(np.float32), given)
    group = run_one(DensitySpike(), make_dataset(built.features, given), built, RECIPE, seed=0).groups[0]
    assert 608 in group.rows
    assert group.imitated == ()


def test_no_such_row_where_two_differ_or_a_label_is_missing_or_few_are_there() -> None:
    features = np.random.default_rng(0).standard_normal((8, 6)).astype(np.float32)
    for given, found in (("aaaab", 4), ("aaabb", -1), ("aaaaa", -1), ("aaab", -1)):
        built = make_representation(features[: len(given)], list(given))
        assert only_other_label(built, np.arange(len(given))) == found
    unlabelled = make_representation(features, ["a"] * 5 + [None] * 3)
    assert only_other_label(unlabelled, np.arange(8)) == -1
