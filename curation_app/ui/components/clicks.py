"""Lines of markup that lead somewhere: one unseen component listens for clicks on what :func:`leads_to` marked."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from curation_app.ui import state

KEY = "clicks"


def leads_to(what: str, which: object) -> dict[str, object]:
    """Attributes of a line that a click or Enter follows: ``tag("div", ..., **leads_to("row", 17))``."""
    return {"data_go": f"{what}:{which}", "tabindex": 0, "role": "link"}


def listen(follow: Callable[[str, str], None] | None = None) -> tuple[str, str] | None:
    """Draw the listener. ``follow(what, which)`` is called before the page is drawn again; what was clicked is returned once, too."""
    result = _component()(key=KEY, on_go_change=lambda: _followed(follow))
    return _parts(getattr(result, "go", None))


def _followed(follow: Callable[[str, str], None] | None) -> None:
    clicked = _parts(getattr(state.widget(KEY), "go", None))
    if follow is not None and clicked is not None:
        follow(*clicked)


def _parts(value: object) -> tuple[str, str] | None:
    """The browser's word: anything may stand in it."""
    what, colon, which = str(value or "").partition(":")
    return (what, which) if colon else None


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "curation_clicks",
        html="<span></span>",
        js=(Path(__file__).parent / "clicks.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
