"""What verdicts do to the queue of a run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from curation_app.domain.decision import Decision, Verdict
from curation_app.workspace import Filter, Run, quarantine_reason
from curation_app.workspace.headless import scan
from curation_app.workspace.reranking import EVERY, learned_from
from tests.runs import write_messages

SIBLINGS = 12


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a campaign put in by hand: rows that nothing flagged, one of them confirmed again and again."""
    folder = tmp_path_factory.mktemp("reranking")
    write_messages(folder / "messages.csv", rows=400, flips=16)
    run = folder / "run"
    scan(folder / "messages.csv", run, recipe="fast", no_map=True)
    return run


@pytest.fixture
def run(scanned: Path, tmp_path: Path) -> Run:
    shutil.copytree(scanned, tmp_path / "run")
    rows = quiet(Run(tmp_path / "run"))[:SIBLINGS]
    campaign = {
        "id": "bd-1",
        "kind": "backdoor",
        "title": "12 messages",
        "score": 0.6,
        "rows": rows,
        "core": rows,
        "edge": [],
        "evidence": {},
    }
    (tmp_path / "run" / "campaigns.json").write_text(json.dumps([campaign]))
    return Run(tmp_path / "run")


def quiet(run: Run) -> list[int]:
    """Unflagged rows, least suspicious first."""
    return [int(row) for row in run.data.order[::-1] if not run.data.flagged[row]]


def test_before_any_verdict_the_queue_is_the_scans(run: Run) -> None:
    assert run.standing().decisions == 0
    assert run.queue(Filter(flagged_only=False)).tolist() == run.data.order.tolist()


def test_a_confirmed_trigger_lifts_its_siblings_that_nothing_flagged(run: Run) -> None:
    confirmed, rest = run.campaigns()[0]["rows"][:6], run.campaigns()[0]["rows"][6:]
    assert not set(rest) & set(run.queue(Filter()).tolist())
    run.decide(confirmed, Verdict.DROP, by="ann")
    queue = run.queue(Filter(verdicts=("open",))).tolist()
    assert set(rest) <= set(queue)
    assert run.standing().decisions == 6
    assert all(line.suspicion >= 0.8 for line in run.lines(rest))
    assert run.card(rest[0]).suspicion == run.lines(rest)[0].suspicion


def test_undo_takes_the_new_order_back_and_redo_brings_it_again(run: Run) -> None:
    before = run.queue(Filter(flagged_only=False)).tolist()
    run.decide(run.campaigns()[0]["rows"][:6], Verdict.DROP, by="ann")
    after = run.queue(Filter(flagged_only=False)).tolist()
    run.undo(by="ann")
    assert run.queue(Filter(flagged_only=False)).tolist() == before != after
    assert run.standing().decisions == 0
    run.redo(by="ann")
    assert run.queue(Filter(flagged_only=False)).tolist() == after


def test_the_order_is_the_same_for_whoever_opens_the_run_later(run: Run) -> None:
    run.decide(run.campaigns()[0]["rows"][:4], Verdict.DROP, by="ann")
    for row in run.queue(Filter(verdicts=("open",)))[:EVERY].tolist():
        run.decide([row], Verdict.ACCEPT, by="ben")
    again = Run(run.path)
    assert again.queue(Filter(flagged_only=False)).tolist() == run.queue(Filter(flagged_only=False)).tolist()
    assert again.standing().stamp == run.standing().stamp


def test_nothing_moves_under_the_readers_hand_between_two_orders(run: Run) -> None:
    rows = run.queue(Filter(flagged_only=False))[:EVERY].tolist()
    for row in rows[:-1]:
        run.decide([row], Verdict.ACCEPT, by="ann")
        assert run.queue(Filter(flagged_only=False)).tolist() == run.data.order.tolist()
    run.decide([rows[-1]], Verdict.ACCEPT, by="ann")
    assert run.standing().decisions == EVERY
    assert run.queue(Filter(flagged_only=False))[:EVERY].tolist() == rows


def test_no_row_leaves_the_queue_because_others_were_kept(run: Run) -> None:
    flagged = set(run.queue(Filter()).tolist())
    run.decide(sorted(flagged)[: len(flagged) - 1], Verdict.ACCEPT, by="ann")
    assert flagged <= set(run.queue(Filter()).tolist())


def test_the_file_of_the_scan_stays_as_it_was(run: Run) -> None:
    before = run.data.folder.suspicion.read_bytes()
    run.decide(run.campaigns()[0]["rows"][:6], Verdict.DROP, by="ann")
    run.queue()
    assert run.data.folder.suspicion.read_bytes() == before
    assert np.array_equal(pq.read_table(run.data.folder.suspicion)["rank"].to_numpy(), run.data.rank)


def test_a_run_from_before_the_curves_were_kept_stays_as_scanned(run: Run) -> None:
    info = json.loads(run.data.folder.info.read_text())
    del info["calibration"]
    run.data.folder.info.write_text(json.dumps(info))
    older = Run(run.path)
    older.decide(older.campaigns()[0]["rows"][:6], Verdict.DROP, by="ann")
    assert older.queue(Filter(flagged_only=False)).tolist() == older.data.order.tolist()
    assert older.standing().decisions == 0


def test_a_quarantine_and_a_second_look_teach_nothing(run: Run) -> None:
    run.decide(run.rows_of_source("site-1").tolist(), Verdict.DROP, by="ann", reason=quarantine_reason("site-1"))
    run.decide(quiet(run)[-30:], Verdict.LATER, by="ann")
    assert run.standing().decisions == 0


def test_single_decisions_wait_for_the_tenth_or_for_an_act_on_many() -> None:
    def made(row: int, action: str, verdict: Verdict = Verdict.DROP) -> Decision:
        return Decision(row=row, verdict=verdict, by="a", at=f"2026-01-01T00:00:{row:02d}Z", action=action, version=1)

    single = {row: made(row, f"s{row}") for row in range(EVERY - 1)}
    assert len(learned_from(single)[0]) == 0
    many = {row: Decision(row=row, verdict=Verdict.ACCEPT, by="a", at="2026-01-01T00:01:00Z", action="m", version=1) for row in (50, 51)}
    rows, bad = learned_from(single | many)
    assert rows.tolist() == [*range(EVERY - 1), 50, 51]
    assert bad.tolist() == [True] * (EVERY - 1) + [False, False]
