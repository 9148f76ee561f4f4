from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from curation_app.domain.decision import Verdict
from curation_app.review import DecisionLog

ROOT = Path(__file__).resolve().parents[3]


def _writer(database: Path, name: str, first: int, last: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(Path(__file__).with_name("writer.py")), str(database), name, str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)})


def test_kill_9_loses_no_decision_that_was_confirmed(tmp_path: Path) -> None:
    database = tmp_path / "curation.db"
    for start in (0, 1_000, 2_000):
        child = _writer(database, f"from-{start}", start, start + 1_000)
        assert child.stdout is not None
        confirmed = [int(child.stdout.readline()) for _ in range(25)]
        child.kill()
        # What it had confirmed beyond that before it died is in the pipe.
        confirmed += [int(line) for line in child.stdout.read().splitlines()]
        child.stdout.close()
        assert child.wait() != 0
        log = DecisionLog(database)
        state = log.state(3_000)
        assert log.verify() == ()
        log.close()
        assert all(state.decisions[row].verdict is Verdict.DROP for row in confirmed)
        # At most the one decision that was on disk and not yet confirmed.
        assert len([row for row in state.decisions if row >= start]) - len(confirmed) in (0, 1)


def test_two_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    database = tmp_path / "curation.db"
    children = [_writer(database, "ann", 0, 60), _writer(database, "bob", 60, 120)]
    for child in children:
        child.communicate()
        assert child.returncode == 0
    log = DecisionLog(database)
    assert log.verify() == ()
    assert sorted((event.item, event.version) for event in log.events()) == sorted((f"row:{row}", 1) for row in range(120))
    log.close()
