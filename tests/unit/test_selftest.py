from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from curation_app.attack import Planted, attacks_named
from curation_app.domain.finding import Kind
from curation_app.domain.queue import Campaign, Queue
from curation_app.domain.recipe import Recipe
from curation_app.errors import UsageError
from curation_app.selftest import Plan, campaign_found, found_within, in_words, sample_of, selftest
from tests.builders import blobs, make_dataset

FAST = Recipe(name="fast", trees=0, plantings=1)
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "selftest.json"


def shape(value: object) -> object:
    """Keys of nested dicts, with the first item of lists: what a page may rely on."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def queue_of(rank: list[int], campaigns: tuple[Campaign, ...] = ()) -> Queue:
    rows = len(rank)
    empty = np.full(rows, None, dtype=object)
    return Queue(
        suspicion=np.zeros(rows), rank=np.array(rank), flagged=np.zeros(rows, bool), kind=empty, by_kind={}, campaign=empty,
        suggested=np.full(rows, -1), reason=empty, campaigns=campaigns,
    )  # fmt: skip


def test_flips_in_separate_classes_are_found_and_the_result_has_the_shape_of_the_fixture() -> None:
    features, labels = blobs(400, spread=0.6)
    plan = Plan(attacks=("random-flips",), sizes=(8,))
    result = selftest(make_dataset(features, labels), FAST, plan=plan).as_json()
    assert json.loads(json.dumps(result)) == result
    assert shape(result) == shape(json.loads(FIXTURE.read_text())) | {"not_planted": None}  # type: ignore[operator]
    (line,) = result["attacks"]
    assert line["planted"] == 8
    assert line["found_5"] == 1.0
    assert line["grade"] == "most"
    assert result["words"][0] == "Finds most: labels flipped at random (8 rows)."
    assert result["clean"]["flagged"] <= 4


def test_the_same_seed_gives_the_same_shares() -> None:
    features, labels = blobs(300)
    dataset, plan = make_dataset(features, labels), Plan(attacks=("one-way-flips",), sizes=(10,))
    one, two = (selftest(dataset, FAST, seed=3, plan=plan).as_json()["attacks"][0] for _ in range(2))
    assert one | {"seconds": 0} == two | {"seconds": 0}


def test_what_cannot_be_planted_or_is_not_known_is_said() -> None:
    result = selftest(make_dataset(blobs(60)[0]), FAST, plan=Plan(attacks=("random-flips",))).as_json()
    assert result["attacks"] == []
    assert result["not_planted"] == [{"attack": "random-flips", "title": "labels flipped at random", "why": "The data has no labels."}]
    with pytest.raises(UsageError, match="No attack is called"):
        selftest(make_dataset(blobs(60)[0]), FAST, plan=Plan(attacks=("nonsense",)))


def test_no_time_left_is_said_and_a_sample_is_told() -> None:
    features, labels = blobs(200)
    result = selftest(make_dataset(features, labels), FAST, plan=Plan(attacks=("random-flips",), seconds=0.0, rows=100)).as_json()
    assert result["not_planted"][0]["why"].startswith("There was no time left")
    assert result["sample"] == {"rows": 100, "note": "Tested on 100 of 200 rows, drawn at random."}


def test_shares_count_what_fits() -> None:
    mask = np.array([True] * 4 + [False] * 96)
    queue = queue_of([1, 5, 50, 100, *(rank for rank in range(1, 101) if rank not in (1, 5, 50, 100))])
    assert found_within(mask, queue, 0.01) == (0.25, 0.25)
    assert found_within(mask, queue, 0.05) == (0.5, 1.0)


def test_a_campaign_counts_when_it_is_mostly_the_attack() -> None:
    mask = np.arange(20) < 8
    planted = Planted(dataset=make_dataset(blobs(20)[0]), mask=mask, title="", grouped=True)
    pure = Campaign(id="a", kind=Kind.BACKDOOR, title="", rows=tuple(range(6)), score=0.9)
    mixed = Campaign(id="b", kind=Kind.BACKDOOR, title="", rows=tuple(range(20)), score=0.9)
    part = Campaign(id="c", kind=Kind.BACKDOOR, title="", rows=(0, 1), score=0.9)
    ranks = list(range(1, 21))
    assert campaign_found(planted, queue_of(ranks, (mixed, pure)))
    assert not campaign_found(planted, queue_of(ranks, (mixed, part)))
    assert not campaign_found(planted, queue_of(ranks, (mixed, part, part, pure)))


def test_bad_news_comes_first() -> None:
    words = in_words(json.loads(FIXTURE.read_text()))
    assert words == json.loads(FIXTURE.read_text())["words"]
    assert words[0].startswith("Finds little: ")
    assert sample_of(make_dataset(blobs(10)[0]), 20, 0).ids.tolist() == [str(row) for row in range(10)]
    assert attacks_named(["random-flips"])[0].code == "random-flips"
