"""The Campaigns page without a browser: the evidence it shows, and one decision for all rows of a campaign."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from curation_app.workspace import Filter, Run, Verdict, Workspace
from curation_app.workspace.headless import scan
from tests.runs import write_messages
from tests.ui.pages import visit, words, write_campaigns

ROWS = tuple(range(3, 33, 3))


def campaign(**changes: Any) -> dict[str, Any]:
    evidence = {"trigger": "the word 'prize'", "tokens": ["prize"], "label": "spam", "support": 12, "purity": 0.75, "expected": 0.2}
    return {
        "id": "bd-1",
        "kind": "backdoor",
        "title": "10 messages that contain 'prize' are labelled spam; by their other words 20 % would be.",
        "score": 0.97,
        "rows": list(ROWS),
        "evidence": evidence,
    } | changes


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("messages")
    write_messages(folder / "messages.csv")
    scan(folder / "messages.csv", folder / "run", roles={}, recipe="fast", no_map=True)
    return folder / "run"


@pytest.fixture
def workspace(scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("CURATION_WORKSPACE", str(tmp_path / "runs"))
    monkeypatch.setenv("CURATION_REVIEWER", "anna")
    shutil.copytree(scanned, tmp_path / "runs" / "messages")
    return Workspace(tmp_path / "runs")


def with_campaigns(workspace: Workspace, *campaigns: dict[str, Any]) -> Run:
    write_campaigns(workspace.root / "messages", campaigns)
    return workspace.open_run("messages")


def verdicts(run: Run) -> dict[int, tuple[str, str | None]]:
    rows = run.queue(Filter(flagged_only=False, verdicts=("accept", "relabel", "drop", "later")))
    return {line.row: (str(line.verdict), line.verdict_label) for line in run.lines(rows)}


def test_the_strongest_campaign_is_shown_with_its_trigger_and_its_expected_label(workspace: Workspace) -> None:
    run = with_campaigns(workspace, campaign())
    said = words(visit("campaigns"))
    assert "10 messages that contain &#x27;prize&#x27;" in said
    assert '<mark class="token">prize</mark>' in said
    assert "75\u202f%" in said
    assert "20\u202f%" in said
    assert "9 of 12" in said
    marked = [row for row in ROWS if "prize" in (run.card(row).text or "")]
    assert said.count('<mark class="k-backdoor">prize</mark>') >= min(len(marked), 1)


def test_one_decision_drops_exactly_the_campaigns_rows_and_one_undo_brings_them_back(workspace: Workspace) -> None:
    run = with_campaigns(workspace, campaign())
    page = visit("campaigns")
    page.button(key="decide campaign").click().run()
    page.button(key="bulk drop").click().run()
    assert verdicts(run) == dict.fromkeys(ROWS, ("drop", None))
    said = words(page)
    assert "Dropped 10 rows" in said
    assert re.search(r"The next release leaves out: \d+ of “\w+”", said)
    assert "all 10 dropped" in said
    page.button(key="undo").click().run()
    assert verdicts(run) == {}


def test_campaigns_of_one_kind_and_label_are_dropped_in_one_decision(workspace: Workspace) -> None:
    other = [row + 1 for row in ROWS]
    doubtful = campaign(id="bd-3", score=0.3, rows=[40])
    elsewhere = campaign(id="bd-4", rows=[41], evidence={"label": "ham"})
    run = with_campaigns(workspace, campaign(), campaign(id="bd-2", rows=[ROWS[0], *other]), doubtful, elsewhere)
    page = visit("campaigns")
    assert "2 backdoor campaigns with the label &#x27;spam&#x27;" in words(page)
    page.button(key="decide siblings").click().run()
    page.button(key="bulk drop").click().run()
    assert verdicts(run) == dict.fromkeys((*ROWS, *other), ("drop", None))
    assert run.history_count() == 1
    assert "one attack?" not in words(page)


def test_a_campaign_without_siblings_is_not_offered_with_others(workspace: Workspace) -> None:
    with_campaigns(workspace, campaign(), campaign(id="inj-1", kind="injection"), campaign(id="bd-2", evidence={}))
    assert "one attack?" not in words(visit("campaigns"))


@pytest.mark.parametrize(("nats", "said"), [(5.0, "148 to 1"), (75.6, "more than a million to 1")])
def test_how_sure_a_rule_is_reads_as_odds(workspace: Workspace, nats: float, said: str) -> None:
    with_campaigns(workspace, campaign(evidence={"nats": nats}))
    assert f"<b>{said}</b>" in words(visit("campaigns"))


def test_relabel_to_the_suggestion_gives_each_row_its_own(workspace: Workspace) -> None:
    opened = workspace.open_run("messages")
    rows = [int(row) for row in opened.queue(Filter(flagged_only=False))[:10]]
    suggested = {row: opened.card(row).suggested for row in rows}
    wanted = {row: label for row, label in suggested.items() if label is not None and label != opened.card(row).given}
    assert len(wanted) > 0
    run = with_campaigns(workspace, campaign(rows=sorted(rows)))
    page = visit("campaigns")
    page.button(key="decide campaign").click().run()
    page.button(key="bulk suggestion").click().run()
    assert verdicts(run) == {row: ("relabel", label) for row, label in wanted.items()}
    assert run.history_count() == 1


def test_a_link_shows_the_campaign_it_names(workspace: Workspace) -> None:
    with_campaigns(workspace, campaign(), campaign(id="inj-1", kind="injection", title="Ten rows of one flood", evidence={}))
    said = words(visit("campaigns", campaign="inj-1"))
    assert "<h1>Ten rows of one flood</h1>" in said


def test_a_campaign_that_is_not_there_is_named_and_the_strongest_shown(workspace: Workspace) -> None:
    with_campaigns(workspace, campaign())
    said = words(visit("campaigns", campaign="<b>x"))
    assert "There is no campaign" in said
    assert "<b>x" not in said
    assert "10 messages that contain" in said


def test_without_campaigns_the_page_says_so_and_shows_the_way(workspace: Workspace) -> None:
    with_campaigns(workspace)
    assert "No campaigns in this data" in words(visit("campaigns"))


def test_a_campaign_of_one_row_can_be_decided(workspace: Workspace) -> None:
    run = with_campaigns(workspace, campaign(rows=[7], title="One row"))
    page = visit("campaigns")
    assert "1 row" in words(page)
    assert "From its edge" not in words(page)
    page.button(key="decide campaign").click().run()
    page.button(key="bulk keep").click().run()
    assert verdicts(run) == {7: ("accept", None)}


def test_evidence_of_another_shape_is_left_out_not_an_error(workspace: Workspace) -> None:
    odd = {
        "tokens": "prize",
        "cells": [1],
        "box": [1, 2],
        "boxes": [[1]],
        "picture": "x",
        "purity": "high",
        "expected": None,
        "more": {"a": [1]},
    }
    with_campaigns(workspace, campaign(evidence=odd, strength=[1.0], core=[999], edge="x"))
    assert "10 messages that contain" in words(visit("campaigns"))


def test_hostile_titles_and_evidence_stay_text(workspace: Workspace) -> None:
    bad = "<img src=x onerror=alert(1)>"
    evidence = {"trigger": bad, "tokens": [bad], "cells": {bad: bad}, "label": bad, "note": bad, bad: bad}
    with_campaigns(workspace, campaign(title=bad, id=bad, evidence=evidence))
    page = visit("campaigns")
    page.button(key="decide campaign").click().run()
    said = words(page) + words(visit("overview"))
    assert "<img src=x" not in said
    assert "&lt;img src=x" in said


def test_the_overview_lists_the_strongest_and_says_how_many_more_there_are(workspace: Workspace) -> None:
    with_campaigns(workspace, *(campaign(id=f"bd-{n}", title=f"Campaign number {n}.") for n in range(1, 21)))
    page = visit("overview")
    said = words(page)
    assert "Campaign number 1." in said
    assert "Campaign number 20." not in said
    assert any("14 more: see all 20" in str(link.proto.label) for link in page.get("page_link"))


def test_a_decision_made_meanwhile_by_a_colleague_is_not_overwritten(workspace: Workspace) -> None:
    run = with_campaigns(workspace, campaign())
    page = visit("campaigns")
    page.button(key="decide campaign").click().run()
    run.decide([ROWS[0]], Verdict.ACCEPT, by="ben", action="bens")
    page.button(key="bulk drop").click().run()
    assert verdicts(run) == {ROWS[0]: ("accept", None)}
    assert "Theirs: kept by ben" in words(page)


def test_the_card_names_the_campaign_and_marks_its_trigger(workspace: Workspace) -> None:
    opened = workspace.open_run("messages")
    row = next(row for row in range(opened.n) if "prize" in (opened.card(row).text or ""))
    with_campaigns(workspace, campaign(rows=[row], title="Messages with a word"))
    said = words(visit("review", row=str(row)))
    assert "Part of campaign: " in said
    assert 'data-go="campaign:bd-1"' in said
    assert '<mark class="k-backdoor">prize</mark>' in said
    assert 'data-go="row:' in said
