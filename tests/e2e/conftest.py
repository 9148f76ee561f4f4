"""The browser harness: one scan a session, one server a test on a free port with its own copy, a real Chromium.

Waiting is for the page's own words (``data-test-script-state="notRunning"``, no skeletons), never for a clock.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the Playwright package (the dev extra)")
Browser, Page = playwright.Browser, playwright.Page

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "curation_app" / "ui" / "app.py"
# The switches a container needs, and the ones that keep Chromium from calling home.
CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SERVER_STARTS_WITHIN = 60.0
SCAN_ENDS_WITHIN = 180.0
PAGE_SETTLES_WITHIN = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running app. ``workspace`` is its folder of runs, ``process`` may be killed by a test that is about that."""

    url: str
    workspace: Path
    process: subprocess.Popen[bytes]

    def address(self, page: str, run: str = "", query: str = "") -> str:
        """Where a page is: ``address("review", "demo", "kind=mislabel")``."""
        parts = [part for part in (f"run={run}" if run else "", query) if part]
        return f"{self.url}/{page}" + (f"?{'&'.join(parts)}" if parts else "")


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Scan a file once a session: ``scanned(path)`` gives the run folder. Copy it before you decide anything."""
    done: dict[Path, Path] = {}

    def scan(data: Path) -> Path:
        if data not in done:
            root = tmp_path_factory.mktemp("scans")
            out = root / data.stem
            command = [sys.executable, "-m", "curation_app.cli", "scan", str(data), "--out", str(out), "--recipe", "fast"]
            subprocess.run(command, cwd=ROOT, check=True, timeout=SCAN_ENDS_WITHIN, stdout=subprocess.DEVNULL)
            done[data] = out
        return done[data]

    return scan


@pytest.fixture(scope="session")
def demo_scan(scanned: Callable[[Path], Path]) -> Path:
    """The support messages demo, scanned once."""
    return scanned(ROOT / "demo_datasets" / "support_messages.csv")


@pytest.fixture
def start_server() -> Iterator[Callable[..., Server]]:
    """``start_server(workspace, reviewer="anna")`` starts the app and waits until it is healthy; ended after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(workspace: Path, *, reviewer: str = "tester", port: int | None = None) -> Server:
        port = port or _free_port()
        environment = os.environ | {"CURATION_WORKSPACE": str(workspace), "CURATION_REVIEWER": reviewer}
        command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port), "--server.headless", "true"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(process)
        _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", process)
        return Server(url=f"http://127.0.0.1:{port}", workspace=workspace, process=process)

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def server(start_server: Callable[..., Server], demo_scan: Path, tmp_path: Path) -> Server:
    """The app on a workspace that holds one fresh run named ``demo``."""
    workspace = tmp_path / "workspace"
    shutil.copytree(demo_scan, workspace / "demo")
    return start_server(workspace)


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """One Chromium for all tests; each page below is a context of its own, as if it were another person's."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium), args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``open_page(url)`` opens it in a new context at 1440 x 900 and waits until it is drawn."""
    contexts = []

    def visit(url: str, *, width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        settle(page)
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page], server: Server) -> Page:
    """The Review page of the demo."""
    return open_page(server.address("review", "demo"))


def settle(page: Page) -> None:
    """Wait until the script has ended and nothing is a skeleton."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=PAGE_SETTLES_WITHIN)
    page.wait_for_function("() => !document.querySelector('[data-testid=\"stSkeleton\"]')", timeout=PAGE_SETTLES_WITHIN)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until it answers; the pause only spares the processor, a server that died ends the wait at once."""
    deadline = time.monotonic() + SERVER_STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            process_wait(process, 0.1)
    pytest.fail(f"no answer from {url} within {SERVER_STARTS_WITHIN:.0f} s")


def process_wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until the process ends, at most so long."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return
