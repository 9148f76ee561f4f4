"""Fixtures and rules that hold for every test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
NOTHING_MAY_BE_SKIPPED = os.environ.get("CI") == "true"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# The same examples in every run there, so that a change is judged by what it changed; fresh ones at every desk.
settings.register_profile("ci", derandomize=True)
if NOTHING_MAY_BE_SKIPPED:
    settings.load_profile("ci")
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the checkout; a test that needs it skips where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "datasets").is_dir():
        pytest.skip(f"needs the reference data in {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser that the end-to-end tests drive: ``executable_path`` for Playwright, which downloads none of its own."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return Path(found)
    pytest.skip("needs Chromium; `make test` installs it where it may")


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server that this run starts and stops."""
    from tests import postgres_server

    programs = postgres_server.programs()
    if programs is None:
        pytest.skip("needs PostgreSQL; `make test` installs it where it may")
    with postgres_server.running(programs) as socket:
        yield socket


@pytest.fixture
def postgres_url(postgres_socket: Path) -> str:
    """The SQLAlchemy address of a new, empty database."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(host=str(postgres_socket), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql+psycopg://postgres@/{name}?host={postgres_socket}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a skipped test is a failed one."""
    report = yield
    return _no_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With CI=true a skipped module is a failed one."""
    report = yield
    return _no_skip(report)


def _no_skip(report: Report) -> Report:
    if NOTHING_MAY_BE_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"With CI=true nothing may be skipped. {reason}"
    return report
