"""The child process of a scan: ``python -m curation_app.engine.worker RUN``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from curation_app.domain.progress import Progress
from curation_app.engine.execute import execute
from curation_app.engine.folder import RunFolder
from curation_app.engine.job import Job
from curation_app.engine.status import StatusWriter
from curation_app.errors import ScanCancelled

# Enough for the reviewer's page to come first, not so much that the map never comes.
POLITE = 10


def main(run: str) -> int:
    """Do the job that lies in the folder. The exit code is that of the command line."""
    folder = RunFolder(Path(run))
    writer = StatusWriter(folder.status)
    signal.signal(signal.SIGTERM, _cancel)
    try:
        execute(Job.read(folder.job), progress=_yielding(writer))
    except BaseException as error:  # noqa: BLE001 - the page must learn of every end, an interrupt included
        writer.fail(error)
        return 0 if isinstance(error, ScanCancelled) else 2
    return 0


def _yielding(writer: StatusWriter) -> Progress:
    """Once the queue can be reviewed, the map is drawn with what the page leaves of the machine."""

    def progress(stage: str, fraction: float, detail: str = "") -> None:
        ready = writer.queue_ready
        writer(stage, fraction, detail)
        if writer.queue_ready and not ready:
            os.nice(POLITE)

    return progress


def _cancel(_signal: int, _frame: object) -> None:
    raise ScanCancelled("The scan was cancelled.", hint="Start it again whenever you like.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
