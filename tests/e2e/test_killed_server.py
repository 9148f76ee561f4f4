"""The server is killed while somebody reviews: what the screen had confirmed is in the log, and on the screen of the next server."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from curation_app.workspace import Filter, Verdict, Workspace
from tests.e2e.conftest import Server

NEXT_ROW = "(before) => document.querySelector('article.card')?.dataset.row !== before"


def test_kill_9_loses_no_decision_that_the_screen_had_confirmed(
    start_server: Callable[..., Server], open_page: Callable[..., Any], demo_scan: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo_scan, tmp_path / "demo")
    server = start_server(tmp_path)
    page = open_page(server.address("review"))
    confirmed = {}
    for key, verdict in (("k", Verdict.ACCEPT), ("d", Verdict.DROP), ("k", Verdict.ACCEPT), ("s", Verdict.LATER), ("d", Verdict.DROP)):
        before = page.locator("article.card").get_attribute("data-row")
        page.keyboard.press(key)
        # The next row on the screen is the confirmation; nothing more is waited for.
        page.wait_for_function(NEXT_ROW, arg=before)
        confirmed[int(before)] = verdict
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()

    run = Workspace(tmp_path).open_run("demo")
    rows = run.queue(Filter(flagged_only=False, verdicts=tuple(verdict.value for verdict in Verdict if verdict is not Verdict.OPEN)))
    assert {line.row: line.verdict for line in run.lines(rows)} == confirmed
    assert run.log.verify() == ()

    again = start_server(tmp_path)
    page = open_page(again.address("history"))
    assert page.locator(".st-key-panel-acts .act").count() == len(confirmed)
