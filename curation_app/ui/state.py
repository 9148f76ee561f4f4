"""The only user of ``st.session_state`` and of the address bar: ids, filters and a cursor. Decisions live in the log."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from typing import Literal

import streamlit as st

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the last click led to, said once: ``level`` decides the colour, ``hint`` what to do next."""

    level: Literal["done", "warning", "error"]
    message: str
    hint: str = ""
    details: tuple[str, ...] = ()


def workspace_root() -> str:
    """The folder the command line handed over."""
    return os.environ.get("CURATION_WORKSPACE", "runs")


def reviewer() -> str:
    """Who decides: the name typed in the top bar, else the one the command line gave, else the account's."""
    return str(st.session_state.get("reviewer") or "").strip() or default_reviewer()


def default_reviewer() -> str:
    """The name before anybody typed one."""
    given = os.environ.get("CURATION_REVIEWER", "").strip()
    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reviewer"


def theme() -> Theme:
    """The reader's theme; Streamlit may not know it at the first run of a session."""
    return "dark" if st.context.theme.type == "dark" else "light"


def run_name() -> str | None:
    """The run in the address bar (``?run=``), else the one this session had open."""
    named = st.query_params.get("run")
    if named is not None:
        st.session_state["run"] = named
    return st.session_state.get("run")


def set_run(name: str) -> None:
    """Open a run: the address bar shows it, so that a link opens it for a colleague."""
    st.session_state["run"] = name
    st.query_params["run"] = name


def notice() -> Notice | None:
    """The notice to show, kept until the next click that changes something."""
    return st.session_state.get("notice")


def set_notice(value: Notice | None) -> None:
    """Replace the notice."""
    st.session_state["notice"] = value


def used_actions() -> set[str]:
    """Action ids this session has already sent: a repeated run of a script must not write twice."""
    used: set[str] = st.session_state.setdefault("used actions", set())
    return used


def widget(key: str, default: object = None) -> object:
    """The value of a widget, for callbacks."""
    return st.session_state.get(key, default)


def set_widget(key: str, value: object) -> None:
    """Set a widget's value before it is drawn (callbacks only)."""
    st.session_state[key] = value


def left_filters(run: str) -> dict[str, list[str] | str]:
    """The Review page's filters as they were when the reader left it, as address parameters."""
    return dict(st.session_state.get("left filters", {}).get(run, {}))
