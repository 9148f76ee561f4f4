"""A scan in a child process: it ends, it can be cancelled, it can die, and never leaves half a result."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from curation_app.engine.child import cut_short
from curation_app.workspace import ScanJob, Workspace
from tests.runs import write_messages

ENDS_WITHIN = 120.0


def until(job: ScanJob, true: Callable[[], bool]) -> None:
    """Wait for a scan to reach a state."""
    ends, pause = time.monotonic() + ENDS_WITHIN, threading.Event()
    while not true():
        assert time.monotonic() < ends, job.status()
        pause.wait(0.05)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    write_messages(tmp_path / "messages.csv")
    return Workspace(tmp_path / "space")


@pytest.fixture
def long_scan(space: Workspace, tmp_path: Path) -> ScanJob:
    """A running scan that takes far longer than a test does to end it: what it wrote before its map is kept by design."""
    write_messages(tmp_path / "many.csv", rows=20_000)
    job = space.start_scan(tmp_path / "many.csv")
    until(job, lambda: job.status().state == "running")
    return job


def results(folder: Path) -> set[str]:
    """Everything that a reader could take for a result, whole or half."""
    return {
        path.name for path in folder.rglob("*") if path.name.startswith(".scan") or path.suffix == ".parquet" or path.name == "run.json"
    }


def test_a_scan_ends_with_a_run_and_its_stages(space: Workspace, tmp_path: Path) -> None:
    job = space.start_scan(tmp_path / "messages.csv", recipe="fast")
    until(job, lambda: job.status().state not in ("waiting", "running"))
    status = job.status()
    assert (status.state, status.error) == ("done", "")
    assert status.queue_ready
    assert "Reading" in [stage for stage, _ in status.stages]
    assert space.open_run(job.name).n == 240
    assert [run.name for run in space.runs()] == [job.name]


def test_a_cancelled_scan_leaves_no_result(long_scan: ScanJob) -> None:
    long_scan.cancel()
    assert long_scan.status().state == "cancelled"
    assert results(long_scan.folder) == set()


def test_a_scan_that_is_killed_says_that_it_died_and_leaves_no_result(long_scan: ScanJob) -> None:
    os.kill(int((long_scan.folder / "scan.pid").read_text().split()[0]), signal.SIGKILL)
    until(long_scan, lambda: long_scan.status().state == "died")
    assert "ended without a word" in long_scan.status().error
    assert long_scan.status().hint
    assert results(long_scan.folder) == set()
    long_scan.dismiss()
    assert not long_scan.folder.exists()


def test_a_scan_of_bad_data_says_every_problem(space: Workspace, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,text,label\n1,a,x\n2,b\n3,c,y,z\n")
    job = space.start_scan(tmp_path / "bad.csv")
    until(job, lambda: job.status().state not in ("waiting", "running"))
    status = job.status()
    assert status.state == "failed"
    assert len(status.problems) == 2
    assert results(job.folder) == set()


def test_another_page_can_watch_the_same_scan(space: Workspace, tmp_path: Path) -> None:
    job = space.start_scan(tmp_path / "messages.csv", recipe="fast")
    same = Workspace(space.root).job(job.name)
    until(same, lambda: same.status().state not in ("waiting", "running"))
    assert same.status().state == "done"


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [
        ("running", "failed", True),
        ("waiting", "died", True),
        ("failed", "failed", False),
        ("running", "done", False),
        ("done", "done", False),
    ],
)
def test_a_scan_stopped_in_the_middle_of_an_import_was_cancelled_and_did_not_fail(before: str, after: str, cut: bool) -> None:
    assert cut_short(before, after) is cut
