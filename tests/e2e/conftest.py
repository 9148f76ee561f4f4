"""The browser harness: one scan and one server a session, a fresh copy of the run for each test, a real Chromium.

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
from dataclasses import dataclass, replace
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
    """A running app. ``workspace`` is its folder of runs, ``run`` the one that is this test's own.

    A test about a server that dies starts its own with ``start_server`` and ends ``process``.
    """

    url: str
    workspace: Path
    process: subprocess.Popen[bytes]
    run: str = "demo"

    def address(self, page: str, query: str = "") -> str:
        """Where a page is, with the test's own run: ``address("review", "kind=mislabel")``."""
        return f"{self.url}/{page}?run={self.run}" + (f"&{query}" if query else "")


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


@pytest.fixture(scope="session")
def start_server() -> Iterator[Callable[..., Server]]:
    """``start_server(workspace, reviewer="anna")`` starts the app and waits until it is healthy; ended with the session."""
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


@pytest.fixture(scope="session")
def shared_server(start_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """One app for all tests, on a workspace that they fill."""
    return start_server(tmp_path_factory.mktemp("workspace"))


@pytest.fixture
def server(shared_server: Server, demo_scan: Path, request: pytest.FixtureRequest) -> Server:
    """The app with one fresh run of the demo that no other test touches."""
    run = "".join(character if character.isalnum() else "-" for character in request.node.name)[:80]
    shutil.copytree(demo_scan, shared_server.workspace / run)
    return replace(shared_server, run=run)


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """One Chromium for all tests; each page below is a context of its own, as if it were another person's."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium), args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``open_page(url)`` opens it in a new context at 1440 x 900 and waits until it is drawn; ``listen`` hears what it asks for."""
    contexts = []

    def visit(url: str, *, width: int = 1440, height: int = 900, listen: Callable[[str], None] | None = None) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        if listen is not None:
            page.on("request", lambda request: listen(request.url))
        page.goto(url)
        settle(page)
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page], server: Server) -> Page:
    """The Review page of the demo."""
    return open_page(server.address("review"))


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
