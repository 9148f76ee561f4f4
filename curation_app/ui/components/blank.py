"""What a page shows while there is nothing to show: why, and the way on."""

from __future__ import annotations

import streamlit as st

from curation_app.ui.components import markup
from curation_app.ui.components.markup import tag


def show(title: str, sentence: str, *, page: str = "views/open.py", way_on: str = "Open a dataset") -> None:
    """Draw the empty state with one link."""
    with st.container(key="blank", horizontal_alignment="center", gap="small"):
        markup.show(tag("div", tag("h2", title), tag("p", sentence, cls="soft"), cls="blank"))
        st.page_link(page, label=way_on)


def no_run() -> None:
    """The empty state of every page that needs a run."""
    show("No dataset is open", "Choose a file, or one of the demos; a run that was scanned before opens at once.")
