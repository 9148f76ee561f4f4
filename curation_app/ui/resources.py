"""The only user of ``st.cache_*``: open workspaces and runs, shared by all sessions, so nothing personal is in them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from curation_app.impact import Impact
from curation_app.ui import state
from curation_app.workspace import Filter, Inspection, Kind, Run, ScanJob, Workspace


@st.cache_resource(max_entries=4, show_spinner=False)
def _workspace(root: str) -> Workspace:
    return Workspace(Path(root))


# A run of a million rows holds a few hundred megabytes: the last few opened stay, the others are read again.
@st.cache_resource(max_entries=4, show_spinner="Opening the run …")
def _run(root: str, name: str, stamp: tuple[object, ...]) -> Run:
    return _workspace(root).open_run(name)


def workspace() -> Workspace:
    """The workspace this server was started on."""
    return _workspace(state.workspace_root())


def run(name: str) -> Run:
    """An open run. Raises CurationError when there is none of that name."""
    return _run(state.workspace_root(), name, workspace().stamp(name))


def current_run() -> Run | None:
    """The run the reader is looking at: the address bar's, the session's, or the only one there is."""
    space = workspace()
    if space.single:
        return run("")
    name = state.run_name()
    return None if name is None else run(name)


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Once a server: load what every page but a running scan's needs.

    The cache lets one session in and makes the others wait: two threads that import SQLAlchemy at once can each find it half loaded.
    """
    for name in ("sqlalchemy", "alembic.command", "plotly.graph_objects", "pyarrow.parquet", "pyarrow.compute"):
        import_module(name)


def unfinished() -> ScanJob | None:
    """The scan of the run in the address, while it has no queue to show."""
    space, name = workspace(), state.run_name()
    if space.single or name is None:
        return None
    job = space.job(name)
    return None if job.status().queue_ready else job


@st.cache_data(max_entries=16, show_spinner=False)
def _kind_counts(key: str, stamp: str, _run: Run) -> dict[str, int]:
    counts = {kind.value: len(_run.queue(Filter(kinds=(kind.value,)))) for kind in Kind}
    return {kind: count for kind, count in counts.items() if count}


def kind_counts(run: Run) -> dict[str, int]:
    """Flagged rows by kind, decided or not; kinds without any are left out."""
    return _kind_counts(run.key, run.standing().stamp, run)


@st.cache_data(max_entries=8, show_spinner=False)
def _flagged(key: str, stamp: str, _run: Run) -> np.ndarray:
    return _run.queue(Filter())


def flagged(run: Run) -> np.ndarray:
    """Flagged row numbers, most suspicious first, decided or not."""
    return _flagged(run.key, run.standing().stamp, run)


@st.cache_data(max_entries=8, show_spinner="Training a quick model some fifty times, on the stored features …")
def _impact(key: str, path: str, events: int, _run: Run) -> Impact:
    return _run.impact()


def impact(run: Run) -> Impact:
    """What the decisions are worth; measured again when one is added. Raises UsageError where there is nothing to measure."""
    return _impact(run.key, str(run.path), run.state().events, run)


@st.cache_data(max_entries=8, show_spinner="Reading the file …")
def _inspect(
    root: str, path: str, changed: tuple[int, int], roles: tuple[tuple[str, object], ...], reading: tuple[tuple[str, Any], ...]
) -> Inspection:
    return _workspace(root).inspect(path, roles=dict(roles), **dict(reading))


def inspect(path: str, roles: Mapping[str, object], reading: Mapping[str, object]) -> Inspection:
    """A first look at a file, read again when the file or the question changes; ``reading`` are options of ``Workspace.inspect``."""
    return _inspect(state.workspace_root(), path, _changed(path), tuple(roles.items()), tuple(reading.items()))


def _changed(path: str) -> tuple[int, int]:
    try:
        facts = Path(path).expanduser().stat()
    except (OSError, ValueError, RuntimeError):
        return (0, 0)
    return facts.st_mtime_ns, facts.st_size
