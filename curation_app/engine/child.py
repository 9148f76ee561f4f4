"""Start, watch and stop the child process of a scan; it outlives the page that started it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from curation_app.engine.folder import RunFolder
from curation_app.engine.job import Job
from curation_app.engine.status import failure, read_status, write_status
from curation_app.errors import ScanCancelled

# A worker that was asked to stop cleans up in well under this; after it, it is ended.
STOP_SECONDS = 5.0


def start(job: Job) -> None:
    """Start the scan in a child process of its own session."""
    folder = RunFolder(job.out)
    folder.path.mkdir(parents=True, exist_ok=True)
    job.write(folder.job)
    write_status(folder.status, state="waiting", stage="Starting", fraction=0.0, at=time.time())
    launch("curation_app.engine.worker", [str(folder.path)], folder.path, "scan")


def launch(module: str, arguments: list[str], folder: Path, name: str) -> None:
    """Start a module in a session of its own; its words go to ``name``.log, what it is known by to ``name``.pid."""
    with (folder / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    (folder / f"{name}.pid").write_text(f"{child.pid} {_born(child.pid)}")
    # Somebody has to wait for it, or it stays in the process table when it has ended.
    threading.Thread(target=child.wait, name=f"waits for {name} {child.pid}", daemon=True).start()


def status(folder: RunFolder) -> dict[str, Any]:
    """The status file; a scan whose process is gone without a word is told as "died", with the end of its output."""
    facts = read_status(folder.status)
    if facts.get("state") not in ("running", "waiting") or alive(folder.path / "scan.pid"):
        return facts
    facts = read_status(folder.status)  # it may have ended between the two looks
    if facts.get("state") not in ("running", "waiting"):
        return facts
    died = {
        "state": "died",
        "error": f"The scan's process ended without a word while {facts.get('stage', 'starting').lower()}.",
        "hint": "The machine may have run out of memory: try the recipe 'fast' or fewer rows. " + last_words(folder.path / "scan.log"),
    }
    return facts | died


def cancel(folder: RunFolder) -> None:
    """Ask the scan to stop, and end it if it does not. What was written before stays whole."""
    before = status(folder).get("state")
    stop(folder.path / "scan.pid")
    _sweep(folder.path)
    if cut_short(before, status(folder).get("state")):
        write_status(folder.status, **read_status(folder.status) | failure(ScanCancelled("")))


def cut_short(before: object, after: object) -> bool:
    """Whether a child of state ``before`` that was stopped has ended by that, whatever its last words (``after``) were.

    Stopped in the middle of an import it may well say that the import failed.
    """
    return after in ("running", "waiting", "died") or (after == "failed" and before in ("running", "waiting"))


def stop(pid_file: Path) -> None:
    """Ask a child to end, and end it if it does not."""
    process = _process(pid_file)
    if process is not None:
        # It may end by itself at any moment, which is what is wanted.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            _, left = psutil.wait_procs([process], timeout=STOP_SECONDS)
            for stubborn in left:
                stubborn.kill()


def forget(folder: RunFolder) -> None:
    """Remove the files of a scan that ended without a result, and the folder if nothing else is in it."""
    cancel(folder)
    for path in (folder.job, folder.status, folder.path / "scan.log", folder.path / "scan.pid"):
        path.unlink(missing_ok=True)
    if not any(folder.path.iterdir()):
        folder.path.rmdir()


def _sweep(path: Path) -> None:
    """Remove what a killed scan left beside the results."""
    for left in path.glob(".scan-*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in (*path.glob(".map-*"), *path.glob(".run-*"), *path.glob(".status.json-*")):
        left.unlink(missing_ok=True)


def _process(pid_file: Path) -> psutil.Process | None:
    """The child, if it is the one we started and not another process with its number."""
    try:
        pid, born = pid_file.read_text().split()
        process = psutil.Process(int(pid))
        return process if abs(process.create_time() - float(born)) < 1.0 else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def alive(pid_file: Path) -> bool:
    """Whether the child still works."""
    process = _process(pid_file)
    try:
        return process is not None and process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _born(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return time.time()


def last_words(log: Path) -> str:
    """The end of a child's output, in a sentence."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.is_file() else []
    return f"Its last output: {lines[-1]}" if lines else ""
