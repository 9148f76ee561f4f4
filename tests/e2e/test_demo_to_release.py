"""The whole job by keyboard alone, from a bundled demo to a release that anyone can verify."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import demo_datasets
from curation_app.workspace import Workspace
from tests.e2e.conftest import ROOT, SCAN_ENDS_WITHIN, Server, settle

PlaywrightTimeoutError = pytest.importorskip("playwright.sync_api", reason="needs the Playwright package (the dev extra)").TimeoutError

DEMO = ROOT / "demo_datasets" / "support_messages.csv"
ANOTHER_ROW = "(before) => document.querySelector('article.card')?.dataset.row !== before"


def press(page: Any, key: str, then: str, *, within: float = 60.0) -> None:
    """Press one key, and wait for what has to be on the page after it."""
    page.keyboard.press(key)
    page.wait_for_selector(then, timeout=1000 * within)
    settle(page)


def decide(page: Any, key: str) -> int:
    """Decide about the row on the card by its key; the row, once another one is there.

    On a busy machine a press may fall into a redraw of the page and find no button: like a person, this presses again if nothing happens.
    """
    before = page.locator("article.card").get_attribute("data-row")
    for within in (15, 30):
        page.keyboard.press(key)
        try:
            page.wait_for_function(ANOTHER_ROW, arg=before, timeout=1000 * within)
            break
        except PlaywrightTimeoutError:
            if within == 30:
                raise
    settle(page)
    return int(before)


def go_to_suggestion(page: Any) -> None:
    """Step down the queue to a row with another label to accept; not every suspect has one."""
    while not page.locator(".st-key-accept button").count():
        before = page.locator("article.card").get_attribute("data-row")
        page.keyboard.press("n")
        page.wait_for_function(ANOTHER_ROW, arg=before)
        settle(page)


def test_demo_to_release_by_keyboard_only(open_page: Callable[..., Any], start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server(tmp_path / "workspace")
    page = open_page(server.url)
    position = [demo.path for demo in demo_datasets.DEMOS].index(DEMO) + 1
    press(page, str(position), ".st-key-panel-roles")
    press(page, "s", ".st-key-scan, .tiles")
    page.wait_for_selector(".tiles", timeout=1000 * SCAN_ENDS_WITHIN)
    settle(page)
    press(page, "Enter", "article.card")
    dropped, kept = decide(page, "d"), decide(page, "k")
    go_to_suggestion(page)
    relabelled = decide(page, "a")
    press(page, "Shift+H", ".st-key-panel-acts >> text=/dropped row/i")
    press(page, "v", ".checks .held")
    press(page, "Shift+E", ".st-key-write-release")
    press(page, "Control+Enter", "text=/^Released /")
    press(page, "v", ".checks .verdict.held")

    (run,) = Workspace(server.workspace).runs()
    release = run.path / "releases" / "1"
    before, after = read_rows(DEMO), read_rows(release / "cleaned.csv")
    assert len(after) == len(before) - 1
    survivors = {row["id"]: row for row in after}
    assert before[dropped]["id"] not in survivors
    assert survivors[before[relabelled]["id"]]["label"] != before[relabelled]["label"]
    assert survivors[before[kept]["id"]] == before[kept]
    log = [json.loads(line) for line in (release / "changes.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {event["by"] for event in log if event["kind"] == "decide"} == {"tester"}
    done = subprocess.run([sys.executable, "-m", "curation_app.cli", "verify", str(release)], cwd=ROOT, timeout=120, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_running_scan_survives_a_closed_page_and_can_be_cancelled(
    open_page: Callable[..., Any], start_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = start_server(tmp_path / "workspace")
    page = open_page(server.url)
    press(page, "2", ".st-key-panel-roles")
    page.keyboard.press("s")
    page.wait_for_selector(".st-key-cancel-scan")
    page.close()
    again = open_page(server.url)
    again.get_by_role("button", name="Watch").click()
    again.wait_for_selector(".st-key-cancel-scan")
    press(again, "Escape", ".ending >> text=/cancelled/")
    (run,) = Workspace(server.workspace).runs()
    assert run.state == "cancelled"
    assert not (run.path / "run.json").exists()


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
