"""Where a scan is, in a small file that is replaced whole: a page can be closed and opened again meanwhile."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation_app.errors import CurationError, InputError, ScanCancelled

# Smoothing and early guesses are worse than none: time left is told from this share of the work on.
ETA_FROM = 0.10


def write_status(path: Path, **facts: Any) -> None:
    """Replace the status file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    beside.write_text(json.dumps(facts), encoding="utf-8")
    beside.replace(path)


def read_status(path: Path) -> dict[str, Any]:
    """The status file, or an empty dict when there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def failure(error: BaseException) -> dict[str, Any]:
    """How a scan that ended badly is told."""
    if isinstance(error, ScanCancelled):
        return {"state": "cancelled"}
    if isinstance(error, CurationError):
        problems = [getattr(problem, "sentence", lambda p=problem: str(p))() for problem in getattr(error, "problems", ())]
        return {
            "state": "failed",
            "error": error.message,
            "hint": error.hint,
            "problems": problems if isinstance(error, InputError) else [],
        }
    if isinstance(error, MemoryError):
        return {"state": "failed", "error": "The scan ran out of memory.", "hint": "Use --recipe fast, fewer rows, or a larger machine."}
    return {
        "state": "failed",
        "error": f"The scan stopped on an error of ours: {type(error).__name__}: {error}",
        "hint": "Please report it, with the first lines of the file if you may share them.",
    }


@dataclass(slots=True)
class StatusWriter:
    """A progress listener that keeps the status file current."""

    path: Path
    began: float = field(default_factory=time.time)
    stages: list[tuple[str, float]] = field(default_factory=list)
    queue_ready: bool = False
    _stage: str = ""
    _stage_began: float = 0.0

    def __call__(self, stage: str, fraction: float, detail: str = "") -> None:
        """See :class:`curation_app.domain.progress.Progress`."""
        now = time.time()
        if stage != self._stage:
            if self._stage:
                self.stages.append((self._stage, round(now - self._stage_began, 2)))
            self._stage, self._stage_began = stage, now
        self.queue_ready = self.queue_ready or fraction >= 0.9
        self._write("done" if fraction >= 1.0 else "running", fraction, detail)

    def fail(self, error: BaseException) -> None:
        """Record how the scan ended."""
        write_status(self.path, **self._facts(0.0, "") | failure(error))

    def _write(self, state: str, fraction: float, detail: str) -> None:
        write_status(self.path, **self._facts(fraction, detail) | {"state": state})

    def _facts(self, fraction: float, detail: str) -> dict[str, Any]:
        spent = time.time() - self.began
        left = spent * (1 - fraction) / fraction if ETA_FROM <= fraction < 1 else None
        return {
            "pid": os.getpid(),
            "stage": self._stage,
            "fraction": fraction,
            "detail": detail,
            "seconds_left": left,
            "queue_ready": self.queue_ready,
            "stages": self.stages,
            "at": time.time(),
        }
