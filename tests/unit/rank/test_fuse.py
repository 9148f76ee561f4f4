from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curation_app.attack import plant_flips
from curation_app.detect import DETECTORS, run_detectors
from curation_app.detect.surprise import score_from_surprise
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.queue import Queue
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.rank import Calibration, Curve, rank
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


def finding(family: str, surprise: list[float], kind: Kind = Kind.INJECTION, groups: tuple[Group, ...] = (), **more: object) -> Finding:
    values = np.array(surprise, dtype=np.float64)
    reasons = dict.fromkeys(range(len(surprise)), f"{family} speaks.")
    known: dict = {"outcome": Outcome.ISSUE, "reason": "", "reasons": reasons} | more
    return Finding(
        code=family, title=family, kind=kind, family=family, scores=score_from_surprise(values), surprise=values, groups=groups, **known
    )


def plain(rows: int) -> Representation:
    return make_representation(np.arange(rows * 2, dtype=float).reshape(rows, 2))


def average_precision(bad: np.ndarray, queue: Queue) -> float:
    hits = bad[queue.order()]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def test_rows_of_a_sure_rule_stand_before_a_lone_row_that_is_as_sure() -> None:
    curve = Curve(rarity=np.array([0.0, 1.0]), precision=np.array([0.0, 0.991]), prior=0.1, highest_prior=0.2, planted=100)
    lone, rule = finding("label", [9.0, *[0.0] * 19], Kind.MISLABEL), finding("rule", [0.0, *[7.0] * 19], Kind.BACKDOOR)
    queue = rank([lone, rule], plain(20), RECIPE, calibration=Calibration(curves={"label": curve}))
    assert queue.rank[0] == 20


@pytest.mark.parametrize("family", ["spike", "copies"])
def test_so_do_rows_of_a_sure_group(family: str) -> None:
    group, lone = finding(family, [0.0, 9.0, 9.0]), finding("label", [12.0, 0.0, 0.0], Kind.MISLABEL)
    assert rank([group, lone], plain(3), RECIPE).rank.tolist() == [3, 1, 2]


def test_rank_is_a_permutation_that_follows_suspicion_then_row() -> None:
    surprise = np.random.default_rng(0).exponential(0.5, 200).round(1).tolist()
    queue = rank([finding("label", surprise, Kind.MISLABEL)], plain(200), RECIPE)
    assert sorted(queue.rank.tolist()) == list(range(1, 201))
    order = queue.order()
    assert np.all(np.diff(queue.suspicion[order]) <= 0)
    ties = np.diff(queue.suspicion[order]) == 0
    assert np.all(np.diff(order)[ties] > 0)
    assert np.array_equal(queue.flagged, queue.suspicion >= 0.5)


def test_with_a_quota_families_take_turns() -> None:
    findings = [finding("far", [3.0, 2.9, 2.8, 0.0, 0.0]), finding("drift", [0.0, 0.0, 0.0, 1.0, 0.0], Kind.DRIFT)]
    assert rank(findings, plain(5), RECIPE).rank.tolist() == [1, 2, 3, 4, 5]
    assert rank(findings, plain(5), Recipe(name="standard", quota=True)).rank.tolist() == [1, 3, 4, 2, 5]


def test_a_row_that_is_likely_bad_has_a_kind_and_a_sentence_however_common_it_is() -> None:
    # A fifth of the labels is wrong: none of them is rare, and a self-test says that they are wrong all the same.
    surprise = np.r_[np.full(20, 0.7), np.zeros(80)]
    curve = Curve(rarity=np.array([0.0, 0.7]), precision=np.array([0.0, 0.95]), prior=0.2, highest_prior=0.25, planted=100)
    queue = rank([finding("label", surprise.tolist(), Kind.MISLABEL)], plain(100), RECIPE, calibration=Calibration(curves={"label": curve}))
    assert queue.flagged.sum() == 20
    assert set(queue.kind[:20]) == {"mislabel"}
    assert set(queue.reason[:20]) == {"label speaks."}
    assert queue.estimates["mislabel"].count == pytest.approx(19, abs=1.5)


def test_one_sure_family_beats_two_that_shrug() -> None:
    # An average would put row 1 first: 1.5 + 1.5 against 2.8 + 0.
    queue = rank([finding("far", [2.8, 1.5, 0.0]), finding("drift", [0.0, 1.5, 0.0], Kind.DRIFT)], plain(3), RECIPE)
    assert queue.rank.tolist() == [1, 2, 3]
    assert queue.kind.tolist() == ["injection", queue.kind[1], "none"]
    assert queue.reason[0] == "far speaks."
    assert queue.reason[2] == "No detector speaks against this row."


def test_failed_and_missing_detectors_neither_count_nor_speak() -> None:
    silent = finding("drift", [np.nan] * 3, outcome=Outcome.FAILED)
    one, two = rank([finding("far", [3.0, 1.0, 0.0])], plain(3), RECIPE), rank([finding("far", [3.0, 1.0, 0.0]), silent], plain(3), RECIPE)
    assert np.array_equal(one.suspicion, two.suspicion)
    assert Kind.DRIFT not in two.by_kind


def test_nothing_looked_means_nothing_suspected() -> None:
    queue = rank([], plain(4), RECIPE)
    assert queue.suspicion.tolist() == [0.0] * 4
    assert queue.rank.tolist() == [1, 2, 3, 4]
    assert queue.estimates == {}
    assert rank([finding("far", [])], plain(0), RECIPE).rank.shape == (0,)


def test_campaigns_are_named_in_order_of_what_they_are_worth() -> None:
    groups = (Group(rows=(0, 1), title="pair", surprise=3.0), Group(rows=tuple(range(2, 12)), title="ten", surprise=2.5))
    queue = rank([finding("copies", [3.0] * 2 + [2.5] * 10, Kind.DUPLICATE, groups)], plain(12), RECIPE)
    assert [(campaign.id, campaign.title) for campaign in queue.campaigns] == [("dup-1", "ten"), ("dup-2", "pair")]
    assert queue.campaign.tolist() == ["dup-2"] * 2 + ["dup-1"] * 10
    assert all(0 <= campaign.score <= 1 for campaign in queue.campaigns)


def test_suggestion_comes_from_whoever_speaks() -> None:
    label = finding("label", [2.0, 0.1], Kind.MISLABEL, suggested=np.array([1, 1], dtype=np.int32))
    queue = rank([label, finding("far", [3.0, 3.0])], plain(2), RECIPE)
    assert queue.suggested.tolist() == [1, -1]


def mixed_attack(seed: int) -> tuple[Queue, np.ndarray]:
    """600 rows in three classes with 20 flips, 10 far rows and 12 copies with another label."""
    rng = np.random.default_rng(seed)
    features, labels = blobs(600, seed=seed)
    codes = np.array([int(label[-1]) for label in labels], dtype=np.int32)
    codes[:400], mask = plant_flips(codes[:400], 3, 0.05, rng)
    bad = np.zeros(600, dtype=bool)
    bad[:400] = mask
    features[500:510] += 9.0 * np.sign(rng.standard_normal((10, 8)))
    bad[500:510] = True
    features[520:532] = features[440:452]
    codes[520:532] = (codes[440:452] + 1) % 3
    bad[520:532] = True
    given = [f"class {code}" for code in codes]
    representation = make_representation(features, given)
    findings = run_detectors(make_dataset(features, given), representation, RECIPE, seed=0, detectors=DETECTORS)
    return rank(findings, representation, RECIPE), bad


def test_a_mixed_attack_comes_first() -> None:
    scores = [average_precision(bad, queue) for queue, bad in (mixed_attack(seed) for seed in range(3))]
    assert np.mean(scores) > 0.70, scores


def test_the_same_input_gives_the_same_queue() -> None:
    one, two = mixed_attack(0)[0], mixed_attack(0)[0]
    assert np.array_equal(one.rank, two.rank)
    assert np.array_equal(one.suspicion, two.suspicion)
    assert one.campaigns == two.campaigns
    assert one.estimates == two.estimates


def test_clean_data_flags_next_to_nothing() -> None:
    features, labels = blobs(800, spread=0.6)
    representation = make_representation(features, labels)
    findings = run_detectors(make_dataset(features, labels), representation, RECIPE, seed=0, detectors=DETECTORS)
    queue = rank(findings, representation, RECIPE)
    assert queue.flagged.sum() <= 4
    assert len(queue.campaigns) <= 1


def test_estimates_are_ordered_and_within_the_data() -> None:
    queue, bad = mixed_attack(1)
    assert {"mislabel", "injection", "duplicate", "all"} <= set(queue.estimates)
    for estimate in queue.estimates.values():
        assert 0 <= estimate.low <= estimate.count <= estimate.high <= len(bad)
        assert estimate.method.endswith(".")
    assert queue.estimates["all"].low <= bad.sum()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_lead(kind: Kind) -> None:
    queue = rank([finding("some", [4.0, 0.0], kind)], plain(2), RECIPE)
    assert queue.kind[0] == kind.value
    assert np.isfinite(queue.by_kind[kind]).all()


def test_a_row_that_is_bad_in_two_ways_counts_once() -> None:
    surprise = [9.0] * 5 + [0.0] * 95
    queue = rank([finding("rule", surprise, Kind.BACKDOOR), finding("label", surprise, Kind.MISLABEL)], plain(100), RECIPE)
    found = queue.estimates
    assert found["all"].count == pytest.approx(found["backdoor"].count + found["mislabel"].count)
    assert 4.0 <= found["all"].count <= 5.0


def test_a_row_that_others_imitate_is_no_more_likely_bad_than_they_are_an_accident() -> None:
    pack = Group(rows=(0, 1, 2, 3, 4), title="5 rows.", surprise=6.0, imitated=(0,))
    spike = finding("spike", [6.0, 6.0, 6.0, 6.0, 6.0, 0.0, 0.0], groups=(pack,))
    amid = finding("far", [9.0, *[0.0] * 6])
    queue = rank([spike, amid], plain(7), RECIPE)
    assert queue.suspicion[0] < 0.05 < 0.9 < queue.suspicion[1:5].min()
    assert queue.rank[0] == 5
    assert queue.reason[0] == "Rows with another label seem to have been made to look like this one."
    assert not queue.flagged[0]
    assert queue.kind[0] == "none"
    # A trigger in it is another matter.
    rule = finding("rule", [7.0, *[0.0] * 6], Kind.BACKDOOR)
    assert rank([spike, amid, rule], plain(7), RECIPE).suspicion[0] > 0.9


def test_far_rows_whose_labels_are_contradicted_as_well_are_more_likely_bad_than_either_says() -> None:
    rng = np.random.default_rng(0)
    far, label = rng.exponential(0.4, 1_000), rng.exponential(0.4, 1_000)
    far[:15], label[:15] = 3.0, 1.5
    looks = [finding("far", far.tolist()), finding("label", label.tolist(), Kind.MISLABEL)]
    built = make_representation(rng.standard_normal((1_000, 2)), ["a", "b"] * 500)
    apart = rank(looks, built, RECIPE)
    together = rank([replace(look, code=code) for look, code in zip(looks, ("outlier", "label-error"), strict=True)], built, RECIPE)
    assert apart.suspicion[:15].max() < 0.5 < together.suspicion[:15].min()
    assert set(together.kind[:15]) == {"injection"}
    assert together.reason[0].endswith("Its label is contradicted as well, which few rows so far away are by nature.")
    assert np.sum(apart.suspicion[15:] != together.suspicion[15:]) <= 2
