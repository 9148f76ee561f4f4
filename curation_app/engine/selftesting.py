"""The self-test of a run in a child process, ``python -m curation_app.engine.selftesting RUN PLAN``; it writes ``RUN/selftest.json``."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation_app.domain.progress import Progress, silent
from curation_app.domain.recipe import recipe_named
from curation_app.engine.child import alive, cut_short, last_words, launch, stop
from curation_app.engine.folder import RunFolder
from curation_app.engine.job import Job
from curation_app.engine.status import StatusWriter, failure, read_status, write_status
from curation_app.errors import ScanCancelled

if TYPE_CHECKING:
    from curation_app.selftest import Plan, SelfTest

# A page stays quick while it runs.
POLITE = 10
# The child's log and number lie beside the scan's, under this name.
NAME = "selftest"


def result_path(folder: RunFolder) -> Path:
    """Where the result lies; ``curation_app.selftest`` describes it."""
    return folder.path / "selftest.json"


def read_selftest(folder: RunFolder) -> dict[str, Any] | None:
    """The result of the last self-test of this run that ended, or None."""
    try:
        return json.loads(result_path(folder).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def try_job(job: Job, plan: Plan, *, progress: Progress = silent) -> SelfTest:
    """Read the data of a job and test the detectors on it, in this process. Raises as reading and :func:`selftest` do."""
    from curation_app.selftest import selftest

    recipe = replace(recipe_named(job.recipe), text_model="" if job.text_model is None else str(job.text_model))
    return selftest(job.dataset(), recipe, seed=job.seed, plan=plan, progress=progress)


def try_run(folder: RunFolder, plan: Plan, *, progress: Progress = silent) -> SelfTest:
    """Test the detectors on the data of a finished scan and store the result with it."""
    result = try_job(Job.from_json(folder.read_info()["job"]), plan, progress=progress)
    beside = folder.path / f".selftest-{os.getpid()}.json"
    beside.write_text(json.dumps(result.as_json(), indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(result_path(folder))
    return result


def start_selftest(folder: RunFolder, plan: Plan | None = None) -> None:
    """Start it in a child process; nothing happens while one is at work. Raises NotFoundError when the folder holds no finished scan."""
    from curation_app.selftest import Plan

    folder.read_info()
    if alive(folder.path / f"{NAME}.pid"):
        return
    write_status(_status(folder), state="waiting", stage="Starting", fraction=0.0, at=time.time())
    launch("curation_app.engine.selftesting", [str(folder.path), json.dumps(asdict(plan or Plan()))], folder.path, NAME)


def selftest_status(folder: RunFolder) -> dict[str, Any]:
    """As a scan's: empty when none was started, else state (waiting, running, done, failed, cancelled, died), stage, fraction."""
    facts = read_status(_status(folder))
    if facts.get("state") not in ("running", "waiting") or alive(folder.path / f"{NAME}.pid"):
        return facts
    facts = read_status(_status(folder))  # it may have ended between the two looks
    if facts.get("state") not in ("running", "waiting"):
        return facts
    return facts | {"state": "died", "error": "The self-test ended without a word.", "hint": last_words(folder.path / f"{NAME}.log")}


def cancel_selftest(folder: RunFolder) -> None:
    """Stop it; an earlier result stays."""
    before = selftest_status(folder).get("state")
    stop(folder.path / f"{NAME}.pid")
    for left in folder.path.glob(".selftest-*"):
        left.unlink(missing_ok=True)
    if cut_short(before, selftest_status(folder).get("state")):
        write_status(_status(folder), **read_status(_status(folder)) | failure(ScanCancelled("")))


def main(run: str, plan: str) -> int:
    """The child. The exit code is that of the command line."""
    from curation_app.selftest import Plan

    folder = RunFolder(Path(run))
    writer = StatusWriter(_status(folder))
    signal.signal(signal.SIGTERM, _cancel)
    os.nice(POLITE)
    try:
        facts = json.loads(plan)
        chosen = Plan(**facts | {"attacks": tuple(facts["attacks"]), "sizes": tuple(facts["sizes"])})
        # "Done" is told only when the result can be read.
        try_run(folder, chosen, progress=lambda stage, fraction, detail="": writer(stage, min(fraction, 0.99), detail))
        writer("Done", 1.0)
    except BaseException as error:  # noqa: BLE001 - the page must learn of every end, an interrupt included
        writer.fail(error)
        return 0 if isinstance(error, ScanCancelled) else 2
    return 0


def _status(folder: RunFolder) -> Path:
    return folder.path / "selftest-status.json"


def _cancel(_signal: int, _frame: object) -> None:
    raise ScanCancelled("The self-test was cancelled.", hint="Start it again whenever you like.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
