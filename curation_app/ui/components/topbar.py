"""The bar above every page: the pages, the dataset, who decides."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import Page

from curation_app.ui import state
from curation_app.ui.components import markup
from curation_app.ui.components.markup import tag
from curation_app.ui.components.words import thousands
from curation_app.workspace import Run

# With Shift, so that no slip on a decision's key leaves the page; the letters are free on every page.
KEYS = {
    "Open": "Shift+O",
    "Overview": "Shift+V",
    "Review": "Shift+W",
    "Campaigns": "Shift+G",
    "Sources": "Shift+S",
    "History": "Shift+H",
    "Release": "Shift+E",
}


def show(pages: Mapping[str, Page], run: Run | None, here: str) -> None:
    """Draw the bar; ``here`` is the page on show. Going elsewhere keeps the run in the address bar."""
    with st.container(key="topbar", horizontal=True, vertical_alignment="center", wrap=False, gap="xsmall"):
        markup.show(tag("div", "curation", tag("span", "·"), "app", cls="brand"), width="content")
        for name, page in pages.items():
            _go(name, page, run, here)
        markup.show(tag("div", _about(run), cls="chips"))
        with st.popover(f"reviewer: {markup.label(state.reviewer(), limit=24)}", type="tertiary", key="who"):
            st.text_input(
                "Your name, as the log shall show it",
                value=state.default_reviewer(),
                key="reviewer",
                persist_state="session",
                max_chars=80,
            )


def _go(name: str, page: Page, run: Run | None, here: str) -> None:
    """A button, not a link: only buttons have a key of their own, and every page must be reached without a mouse."""
    needs_run = name != "Open"
    with st.container(key=f"go-{'here' if name == here else 'to'}-{name}", width="content"):
        if st.button(name, key=f"page {name}", type="tertiary", shortcut=KEYS.get(name), disabled=needs_run and run is None):
            st.switch_page(page, query_params=_address(name, run) if needs_run and run else None)


def _address(name: str, run: Run) -> dict[str, str | list[str]]:
    """The run, and on Review the filters the reader left there."""
    address: dict[str, str | list[str]] = {"run": run.name}
    return address | (state.left_filters(run.name) if name == "Review" else {})


def _about(run: Run | None) -> markup.Html | None:
    if run is None:
        return None
    return tag("span", markup.clip(run.dataset, 40), f" · {thousands(run.n)} rows · {_labels(run)}", cls="chip")


def _labels(run: Run) -> str:
    if run.label_kind != "class":
        return {"number": "numbers", "tags": "tags"}[run.label_kind]
    return f"{len(run.classes)} classes" if run.classes else "no label"
