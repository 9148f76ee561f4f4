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
    """The run in the address bar (``?run=``), else the one this session had open; an empty name is none."""
    named = st.query_params.get("run")
    if named:
        st.session_state["run"] = named
    return st.session_state.get("run") or None


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


# What narrows the queue; the names are the address bar's parameters.
FILTERS = ("kind", "label", "source", "decision", "campaign", "text", "show")
# Filters of one value; the others take several.
SINGLE = ("campaign", "text", "show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Rows picked by hand: on the map (``drawn_on`` names its layout), or as look-alikes of one row."""

    title: str
    rows: tuple[int, ...]
    drawn_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A decision about many rows that waits for a yes: what they are, and which; ``reason`` is set for a quarantine alone."""

    title: str
    rows: tuple[int, ...]
    reason: str = ""


def start_filter(name: str, allowed: tuple[str, ...] | None = None) -> None:
    """Give a filter's widget the address bar's value when it is drawn for the first time."""
    if name not in st.session_state:
        asked = [value for value in st.query_params.get_all(name) if allowed is None or value in allowed]
        st.session_state[name] = (asked[0] if asked else None) if name in SINGLE else asked


def filters() -> dict[str, tuple[str, ...]]:
    """The chosen values by filter; empty when it narrows nothing."""
    chosen = {}
    for name in FILTERS:
        value = st.session_state.get(name)
        chosen[name] = (str(value),) if isinstance(value, str) and value else tuple(value or ())
    return chosen


def keep_filters(run: str) -> None:
    """Write the chosen filters into the address bar, and begin at the top of what they leave."""
    chosen = {name: list(values) for name, values in filters().items() if values}
    for name in FILTERS:
        if name in chosen:
            st.query_params[name] = chosen[name]
        elif name in st.query_params:
            del st.query_params[name]
    st.session_state.setdefault("left filters", {})[run] = chosen
    set_cursor(run, None)
    set_notice(None)


def clear_filters(run: str) -> None:
    """Show the whole queue again."""
    for name in FILTERS:
        st.session_state[name] = None if name in SINGLE else []
    set_scope(run, None)
    keep_filters(run)


def cursor(run: str) -> int | None:
    """The row before the reader; at first the address bar's (``?row=``)."""
    cursors: dict[str, int | None] = st.session_state.setdefault("cursors", {})
    if run not in cursors:
        asked = st.query_params.get("row", "")
        cursors[run] = int(asked) if asked.isdecimal() else None
    return cursors[run]


def set_cursor(run: str, row: int | None) -> None:
    """Put a row before the reader; None for the first open one."""
    st.session_state.setdefault("cursors", {})[run] = row


def scope(run: str) -> Scope | None:
    """The picked rows that the queue is narrowed to."""
    return st.session_state.get("scopes", {}).get(run)


def set_scope(run: str, value: Scope | None) -> None:
    """Narrow the queue to picked rows, or give it back."""
    st.session_state.setdefault("scopes", {})[run] = value


def selection(run: str, source: str) -> Scope | None:
    """The rows inside the last lasso or box; None once another layout (``source``) is shown than it was drawn on."""
    chosen: Scope | None = st.session_state.get("selections", {}).get(run)
    return chosen if chosen is not None and chosen.drawn_on == source else None


def set_selection(run: str, value: Scope | None) -> None:
    """Remember what is inside the lasso."""
    st.session_state.setdefault("selections", {})[run] = value


def located(run: str) -> int | None:
    """The row the map points at."""
    return st.session_state.get("located", {}).get(run)


def set_located(run: str, row: int | None) -> None:
    """Point at a row on the map."""
    st.session_state.setdefault("located", {})[run] = row


def bulk(run: str) -> Bulk | None:
    """The decision about many rows of this run that waits for a yes."""
    return st.session_state.get("bulks", {}).get(run)


def set_bulk(run: str, value: Bulk | None) -> None:
    """Ask about many rows, or stop asking."""
    st.session_state.setdefault("bulks", {})[run] = value


def keep_bulk_of(run: str | None, page: str) -> None:
    """Drop every question of another run or another page: whoever comes back has not just asked it."""
    bulks = st.session_state.get("bulks", {}) if st.session_state.get("bulk page") == page else {}
    st.session_state["bulks"] = {name: asked for name, asked in bulks.items() if name == run}
    st.session_state["bulk page"] = page


def campaign(run: str) -> str | None:
    """The campaign the reader looks at: the address bar's (``?campaign=``) at first; None for the strongest."""
    chosen: dict[str, str] = st.session_state.setdefault("campaigns", {})
    asked = st.query_params.get("campaign")
    return asked if asked is not None else chosen.get(run)


def set_campaign(run: str, name: str) -> None:
    """Look at a campaign; the address bar shows it, so that a link opens it for a colleague."""
    st.session_state.setdefault("campaigns", {})[run] = name
    st.query_params["campaign"] = name
    set_notice(None)


def chosen_file() -> str | None:
    """The file on the Open page that is being looked at before a scan."""
    return st.session_state.get("chosen file")


def choose_file(path: str | None) -> None:
    """Look at a file, or go back to the choice."""
    st.session_state["chosen file"] = path
    set_notice(None)


def watched_scan() -> str | None:
    """The scan whose progress the Open page shows; the address bar keeps it (``?scan=``), so that a reload goes on watching."""
    return st.query_params.get("scan")


def watch_scan(name: str | None) -> None:
    """Watch a scan, or stop watching."""
    st.session_state["chosen file"] = None
    if name is not None:
        st.query_params["scan"] = name
    elif "scan" in st.query_params:
        del st.query_params["scan"]


def show_all(run: str) -> None:
    """Go on with the rows below the cut, in the order of their suspicion."""
    st.session_state["show"] = "all"
    keep_filters(run)
