"""Start the browser app: a Streamlit server on this machine only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path

from curation_app.engine import child
from curation_app.engine.folder import RunFolder
from curation_app.errors import CurationError, NotFoundError
from curation_app.workspace.space import Workspace

HOST, FIRST_PORT, PORTS = "127.0.0.1", 8501, 50
APP = Path(__file__).resolve().parents[1] / "ui" / "app.py"
# Between two looks at a server that is starting; it takes two to four seconds.
LOOK_EVERY, START_SECONDS = 0.2, 60.0


def serve(workspace: Path, *, port: int | None = None, reviewer: str | None = None, browser: bool = True, page: str = "") -> int:
    """Serve a workspace until interrupted. Returns the server's exit code."""
    space = Workspace(workspace)
    chosen = _free_port(port)
    environment = os.environ | {"CURATION_WORKSPACE": str(space.root.resolve())}
    if reviewer:
        environment["CURATION_REVIEWER"] = reviewer
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(APP),
        f"--server.port={chosen}",
        f"--server.address={HOST}",
        "--server.headless=true",
    ]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://{HOST}:{chosen}/{page}"
    threading.Thread(target=_announce, args=(server, chosen, address, browser), daemon=True).start()
    # Whoever ends this process means the server.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        return 0


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def serve_demo(*, port: int | None, name: str | None, workspace: Path | None, browser: bool) -> int:
    """Scan a bundled demo while the server starts, and open its review page."""
    from demo_datasets import DEMOS

    wanted = next((demo for demo in DEMOS if demo.name == (name or DEMOS[0].name)), None)
    if wanted is None:
        raise NotFoundError(f"There is no demo {name!r}.", hint=f"Choose one of: {', '.join(demo.name for demo in DEMOS)}.")
    root = workspace or Path("runs")
    folder = RunFolder(root / wanted.name)
    if not folder.has_result() and child.status(folder).get("state") not in ("running", "waiting"):
        folder.path.mkdir(parents=True, exist_ok=True)
        Workspace(root).start_scan(wanted.path, name=wanted.name)
    return serve(root, port=port, browser=browser, page=f"review?run={wanted.name}")


def _free_port(wanted: int | None) -> int:
    """The port asked for, or the first free one from 8501 on."""
    candidates = [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS)
    for port in candidates:
        if _is_free(port):
            return port
    raise CurationError(f"Port {wanted or f'{FIRST_PORT} to {FIRST_PORT + PORTS - 1}'} is taken.", hint="Choose another with --port.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _announce(server: subprocess.Popen[bytes], port: int, address: str, browser: bool) -> None:
    """Print the address once the server answers, and open it."""
    if not _until(lambda: _answers(port) or server.poll() is not None) or server.poll() is not None:
        return
    sys.stdout.write(f"curation-app is open at {address} (stop it with Ctrl+C)\n")
    sys.stdout.flush()
    if browser:
        webbrowser.open(address)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/_stcore/health", timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _until(true: Callable[[], bool]) -> bool:
    ends = time.monotonic() + START_SECONDS
    pause = threading.Event()
    while time.monotonic() < ends:
        if true():
            return True
        pause.wait(LOOK_EVERY)
    return False
