"""Campaigns and Sources in a real browser: one decision for a whole campaign, clicks on lines, hostile text on every view."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curation_app.workspace import Filter, Workspace
from tests.e2e.conftest import ROOT, Server, settle
from tests.e2e.test_review import HOSTILE

PLANTED = ROOT / "demo_datasets" / "support_messages.planted.csv"


def planted(what: str) -> list[int]:
    with PLANTED.open(newline="", encoding="utf-8") as file:
        return sorted(int(row["row"]) for row in csv.DictReader(file) if row["what"] == what)


def write_campaign(run: Path, **changes: Any) -> None:
    """The planted backdoor, as a detector would tell it."""
    rows = planted("backdoor")
    evidence = {"trigger": "the word 'cf'", "tokens": ["cf"], "label": "praise", "support": len(rows), "purity": 1.0, "expected": 0.14}
    campaign = {"id": "bd-0", "kind": "backdoor", "title": "Messages with 'cf'", "score": 0.99, "rows": rows, "evidence": evidence}
    (run / "campaigns.json").write_text(json.dumps([campaign | changes]), encoding="utf-8")


def dropped(server: Server) -> list[int]:
    run = Workspace(server.workspace).open_run(server.run)
    return sorted(int(row) for row in run.queue(Filter(flagged_only=False, verdicts=("drop",))))


def test_one_decision_drops_exactly_the_campaigns_rows_and_one_key_brings_them_back(server: Server, open_page: Callable[..., Any]) -> None:
    write_campaign(server.workspace / server.run)
    page = open_page(server.address("campaigns"))
    assert page.locator(".words mark", has_text="cf").count() >= 6
    page.keyboard.press("g")
    page.wait_for_selector("[role=dialog] .preview")
    settle(page)
    page.click(".st-key-bulk-drop button")
    page.wait_for_selector(".notice.done")
    settle(page)
    assert dropped(server) == planted("backdoor")
    page.keyboard.press("z")
    page.wait_for_selector(".headline >> text=not decided")
    settle(page)
    assert dropped(server) == []


def test_a_click_on_an_example_on_a_campaign_and_on_a_neighbour_leads_there(server: Server, open_page: Callable[..., Any]) -> None:
    write_campaign(server.workspace / server.run)
    page = open_page(server.address("campaigns"))
    example = page.locator(".example-line").nth(2)
    row = example.get_attribute("data-go").split(":")[1]
    example.click()
    page.wait_for_selector(f'article.card[data-row="{row}"]')
    settle(page)
    assert page.locator(".rowtext mark").inner_text().lower() == "cf"
    neighbour = page.locator(".neighbour[data-go]").first
    other = neighbour.get_attribute("data-go").split(":")[1]
    neighbour.click()
    page.wait_for_selector(f'article.card[data-row="{other}"]')
    settle(page)
    page.goto(server.address("review", f"row={row}"))
    settle(page)
    page.locator(".partof").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".campaign-evidence")
    settle(page)
    assert "campaign=bd-0" in page.url


def test_the_address_of_the_open_page_leads_to_it(server: Server, open_page: Callable[..., Any]) -> None:
    for address in (server.url, f"{server.url}/open"):
        page = open_page(address)
        page.wait_for_selector(".st-key-panel-path")
        assert page.locator(".st-key-panel-path").count() == 1


@pytest.fixture
def hostile(scanned: Callable[[Path], Path], shared_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A run whose texts, labels, ids, sources and campaigns are all attacks."""
    data = tmp_path_factory.mktemp("hostile") / "hostile-campaigns.csv"
    with data.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label", "source", "annotator"])
        for row in range(60):
            bad = HOSTILE[row % len(HOSTILE)]
            writer.writerow([f"{bad}{row}", f"{bad} number {row} {'abc' if row % 2 else 'xyz'}", HOSTILE[row % 2], HOSTILE[row % 3], bad])
    folder = shared_server.workspace / data.stem
    shutil.copytree(scanned(data), folder)
    evidence = {"trigger": HOSTILE[0], "tokens": [HOSTILE[1], HOSTILE[4]], "cells": {HOSTILE[1]: HOSTILE[0]}, "note": HOSTILE[1]}
    write_campaign(folder, title=HOSTILE[1], rows=list(range(12)), evidence=evidence)
    return replace(shared_server, run=data.stem)


def test_hostile_strings_run_no_script_on_campaigns_sources_and_open(hostile: Server, open_page: Callable[..., Any]) -> None:
    asked: list[str] = []
    page = open_page(hostile.address("overview"), listen=asked.append)
    for name, button in (("campaigns", ".st-key-decide-campaign button"), ("sources", '[class*="st-key-quarantine"] button')):
        page.goto(hostile.address(name))
        settle(page)
        page.locator(button).first.click()
        page.wait_for_selector("[role=dialog] .preview")
        settle(page)
        page.click(".st-key-bulk-drop button")
        page.wait_for_selector(".notice")
        settle(page)
        assert page.evaluate("() => window.pwned") is None, name
    for name in ("history", "review", "open"):
        page.goto(hostile.address(name))
        settle(page)
        assert page.evaluate("() => window.pwned") is None, name
    page.get_by_label("Path on this machine").fill(str(hostile.workspace / "<img src=x onerror='window.pwned=1'>.csv"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.error")
    settle(page)
    assert page.evaluate("() => window.pwned") is None
    assert [url for url in asked if not url.startswith((hostile.url, "data:", "blob:"))] == []
