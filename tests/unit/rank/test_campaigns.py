from __future__ import annotations

import numpy as np

from curation_app.detect.surprise import score_from_surprise
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.rank.campaigns import campaign_of, gather_campaigns


def seen(family: str, *groups: Group, kind: Kind = Kind.INJECTION, rows: int = 600) -> Finding:
    surprise = np.zeros(rows)
    return Finding(
        code=f"a-{family}", title=family, kind=kind, family=family, outcome=Outcome.ISSUE, reason="", scores=score_from_surprise(surprise),
        surprise=surprise, groups=groups,
    )  # fmt: skip


def group(rows: range | list[int], title: str, surprise: float = 5.0, **more: object) -> Group:
    return Group(rows=tuple(rows), title=title, surprise=surprise, **more)  # type: ignore[arg-type]


def test_one_attack_seen_by_three_is_one_campaign_named_by_its_trigger() -> None:
    findings = [
        seen("spike", group(range(30), "a tight group", 8.0)),
        seen("copies", group(range(2, 32), "30 near-copies", 6.0), kind=Kind.DUPLICATE),
        seen("rule", group(range(1, 31), "the word cf", 5.0, evidence={"tokens": ["cf"], "label": "spam"}), kind=Kind.BACKDOOR),
    ]
    (campaign,) = gather_campaigns(findings, 3)
    assert campaign.title == "the word cf"
    assert campaign.id == "bd-1"
    assert campaign.kind is Kind.BACKDOOR
    # Whoever decides on the word decides on the rows that carry it.
    assert campaign.rows == campaign.core() == tuple(range(1, 31))
    assert campaign.evidence["tokens"] == ["cf"]
    assert campaign.evidence["also"] == ["a tight group", "30 near-copies"]
    assert 0.95 <= campaign.score <= 0.99


def test_a_source_that_holds_a_trigger_is_a_campaign_of_its_own() -> None:
    findings = [
        seen("source", group(range(60), "a bad source", 9.0), kind=Kind.MISLABEL),
        seen("rule", group(range(25), "a trigger", 9.0), kind=Kind.BACKDOOR),
    ]
    assert {campaign.rows for campaign in gather_campaigns(findings, 2)} == {tuple(range(25)), tuple(range(60))}


def test_rows_that_only_a_tight_group_saw_are_the_edge_of_a_flood() -> None:
    findings = [
        seen("spike", group(range(32), "a tight group", 8.0)),
        seen("copies", group(range(1, 31), "30 near-copies", 6.0), kind=Kind.DUPLICATE),
    ]
    (campaign,) = gather_campaigns(findings, 2)
    assert campaign.rows == tuple(range(32))
    assert campaign.core() == tuple(range(1, 31))
    assert campaign.edge() == (0, 31)


def test_a_weak_rule_does_not_name_a_sure_flood() -> None:
    findings = [
        seen("copies", group(range(40), "40 copies", 8.0), kind=Kind.DUPLICATE),
        seen("rule", group(range(38), "the word the", 1.3), kind=Kind.BACKDOOR),
    ]
    (campaign,) = gather_campaigns(findings, 2)
    assert campaign.title == "40 copies"


def test_a_trigger_within_a_large_source_stays_apart_and_a_row_may_be_in_both() -> None:
    findings = [
        seen("source", group(range(500), "a bad source", 9.0), kind=Kind.MISLABEL),
        seen("rule", group(range(20), "a trigger", 9.0), kind=Kind.BACKDOOR),
    ]
    campaigns = gather_campaigns(findings, 2)
    assert [campaign.title for campaign in campaigns] == ["a bad source", "a trigger"]
    ids = campaign_of(campaigns, 600)
    assert ids[3] == "lab-1"
    assert ids[599] is None


def test_groups_of_one_detector_stay_apart_unless_they_are_mostly_the_same_rows() -> None:
    nested = seen("rule", group(range(20), "long"), group(range(8), "short"), kind=Kind.BACKDOOR)
    assert len(gather_campaigns([nested], 1)) == 2
    alike = seen("rule", group(range(20), "the words buy now"), group(range(1, 20), "the word buy"), kind=Kind.BACKDOOR)
    assert [campaign.title for campaign in gather_campaigns([alike], 1)] == ["the words buy now"]


def test_strength_tells_core_from_edge_and_the_core_decides_whose_row_it_is() -> None:
    first = seen("rule", group(range(10), "first", 9.0, strength=(1.0,) * 5 + (0.2,) * 5), kind=Kind.BACKDOOR)
    second = seen("spike", group(range(8, 18), "second", 4.0))
    campaigns = gather_campaigns([first, second], 2)
    assert campaigns[0].core() == tuple(range(5))
    ids = campaign_of(campaigns, 20)
    assert ids[:10].tolist() == ["bd-1"] * 8 + ["inj-1"] * 2


def test_order_does_not_depend_on_who_is_asked_first() -> None:
    findings = [
        seen("spike", group(range(30), "tight"), group(range(100, 104), "small")),
        seen("copies", group(range(1, 30), "copies"), kind=Kind.DUPLICATE),
        seen("drift", group(range(200, 240), "odd"), kind=Kind.DRIFT),
    ]
    assert gather_campaigns(findings, 3) == gather_campaigns(findings[::-1], 3)


def test_a_group_that_chance_could_make_once_all_looks_are_paid_for_is_still_shown() -> None:
    (campaign,) = gather_campaigns([seen("source", group(range(5), "a weak source", 0.3), kind=Kind.MISLABEL)], 12)
    assert campaign.title == "a weak source"


def test_what_one_detector_says_was_imitated_is_no_part_of_the_campaign_whoever_counts_it() -> None:
    findings = [
        seen("spike", group(range(2, 12), "10 rows", 8.0, imitated=(0, 1), evidence={"imitated": ["r0", "r1"]})),
        seen("copies", group(range(12), "12 near-copies of one row.", 6.0, evidence={"copied": "r5"}), kind=Kind.DUPLICATE),
    ]
    (campaign,) = gather_campaigns(findings, 2)
    assert campaign.rows == tuple(range(2, 12))
    assert campaign.title == "12 near-copies of one row."
    assert campaign.evidence["imitated"] == ["r0", "r1"]
    assert "copied" not in campaign.evidence
    # A named trigger is another matter: who carries it carries it.
    rule = seen("rule", group(range(12), "the word cf", 5.0), kind=Kind.BACKDOOR)
    assert gather_campaigns([*findings, rule], 3)[0].rows == tuple(range(12))
