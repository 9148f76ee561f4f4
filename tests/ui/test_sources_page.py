"""The Sources page without a browser: what each source does, and quarantine that can be taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from curation_app.workspace import Filter, Run, Verdict, Workspace
from curation_app.workspace.headless import scan
from tests.runs import write_messages
from tests.ui.pages import visit, words

BAD = "<b>site</b> *2*"


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("messages")
    write_messages(folder / "messages.csv")
    plain = (folder / "messages.csv").read_text(encoding="utf-8")
    (folder / "bare.csv").write_text("\n".join(line.rsplit(",", 2)[0] for line in plain.splitlines()) + "\n", encoding="utf-8")
    (folder / "hostile.csv").write_text(plain.replace("site-2", BAD), encoding="utf-8")
    for name in ("messages", "bare", "hostile"):
        scan(folder / f"{name}.csv", folder / "runs" / name, roles={"time": "time"} if name != "bare" else {}, recipe="fast", no_map=True)
    return folder / "runs"


@pytest.fixture
def workspace(scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("CURATION_WORKSPACE", str(tmp_path / "runs"))
    monkeypatch.setenv("CURATION_REVIEWER", "anna")
    shutil.copytree(scans, tmp_path / "runs")
    return Workspace(tmp_path / "runs")


def dropped(run: Run) -> set[int]:
    return {int(row) for row in run.queue(Filter(flagged_only=False, verdicts=("drop",)))}


def test_each_source_has_its_rate_with_an_interval_and_its_burst(workspace: Workspace) -> None:
    run = workspace.open_run("messages")
    table = run.source_table()
    assert table is not None
    assert sum(line.rate.rows for line in table.lines) == run.n
    assert sum(line.rate.flagged for line in table.lines) == len(run.queue(Filter()))
    assert all(line.rate.low - 1e-9 <= line.rate.rate <= line.rate.high + 1e-9 for line in table.lines)
    assert all(sum(hits for hits, _ in line.bursts) == line.rate.flagged for line in table.lines)
    said = words(visit("sources"))
    assert "site-0" in said
    assert "column source" in said


def test_quarantine_drops_exactly_the_sources_rows_and_its_release_takes_it_back(workspace: Workspace) -> None:
    run = workspace.open_run("messages")
    rows = {int(row) for row in run.queue(Filter(flagged_only=False, sources=("site-1",)))}
    page = visit("sources")
    page.button(key="quarantine site-1").click().run()
    assert "quarantine: site-1" in words(page)
    page.button(key="bulk drop").click().run()
    assert not page.exception
    assert dropped(run) == rows
    assert run.history()[0].reason == "quarantine: site-1"
    assert "in quarantine: 60 rows dropped" in words(page)
    page.button(key="release site-1").click().run()
    assert dropped(run) == set()
    assert "out of quarantine" in words(page)
    assert page.button(key="quarantine site-1") is not None


def test_a_release_leaves_what_a_colleague_decided_since(workspace: Workspace) -> None:
    run = workspace.open_run("messages")
    rows = [int(row) for row in run.queue(Filter(flagged_only=False, sources=("site-1",)))]
    page = visit("sources")
    page.button(key="quarantine site-1").click().run()
    page.button(key="bulk drop").click().run()
    run.decide([rows[0]], Verdict.ACCEPT, by="ben", action="bens")
    page.run()
    page.button(key="release site-1").click().run()
    assert dropped(run) == set()
    assert run.card(rows[0]).verdict is Verdict.ACCEPT


def test_leaving_the_question_writes_nothing(workspace: Workspace) -> None:
    run = workspace.open_run("messages")
    page = visit("sources")
    page.button(key="quarantine site-1").click().run()
    page.button(key="bulk leave").click().run()
    assert run.history_count() == 0


def test_data_without_a_source_says_so(workspace: Workspace) -> None:
    assert "does not say where it comes from" in words(visit("sources", run="bare"))


def test_a_hostile_source_stays_text_and_can_be_quarantined(workspace: Workspace) -> None:
    page = visit("sources", run="hostile")
    page.button(key=f"quarantine {BAD}").click().run()
    assert "<b>site</b>" not in words(page)
    page.button(key="bulk drop").click().run()
    assert "<b>site</b>" not in words(page)
    assert len(dropped(workspace.open_run("hostile"))) == 60
