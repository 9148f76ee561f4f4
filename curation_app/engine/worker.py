"""The child process of a scan: ``python -m curation_app.engine.worker RUN``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from curation_app.engine.execute import execute
from curation_app.engine.folder import RunFolder
from curation_app.engine.job import Job
from curation_app.engine.status import StatusWriter
from curation_app.errors import ScanCancelled


def main(run: str) -> int:
    """Do the job that lies in the folder. The exit code is that of the command line."""
    folder = RunFolder(Path(run))
    writer = StatusWriter(folder.status)
    signal.signal(signal.SIGTERM, _cancel)
    try:
        execute(Job.read(folder.job), progress=writer)
    except BaseException as error:  # noqa: BLE001 - the page must learn of every end, an interrupt included
        writer.fail(error)
        return 0 if isinstance(error, ScanCancelled) else 2
    return 0


def _cancel(_signal: int, _frame: object) -> None:
    raise ScanCancelled("The scan was cancelled.", hint="Start it again whenever you like.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
