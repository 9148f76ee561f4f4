"""A PostgreSQL server of the test run's own: a new cluster in a temporary folder, reached through a socket in it, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Debian keeps the server's programs off the path.
DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, the newest if there are several; None where there is no server."""
    installed = sorted(DEBIAN.glob("*/bin"), key=lambda folder: int(folder.parent.name.split(".")[0]))
    if installed:
        return installed[-1]
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else None


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """Run a server; yields the folder of its socket."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as place:
        if os.getuid() == 0:
            shutil.chown(place, USER)
        data = Path(place) / "data"
        _run(folder / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        # No network at all, and no waiting for a disk whose content is thrown away.
        settings = f"-k {place} -c listen_addresses='' -c fsync=off -c shared_buffers=16MB"
        _run(folder / "pg_ctl", "-D", data, "-o", settings, "-l", Path(place) / "log", "-w", "start")
        try:
            yield Path(place)
        finally:
            _run(folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*command: object) -> None:
    """PostgreSQL refuses to run as root, so root hands it to the server's own user."""
    as_user = ["runuser", "-u", USER, "--"] if os.getuid() == 0 else []
    # The server inherits the output: a pipe would never close.
    subprocess.run([*as_user, *map(str, command)], cwd="/", check=True, stdout=subprocess.DEVNULL)
