"""The entry of the browser app: the bar, the page that the address names, and the one place that catches an error."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from curation_app.errors import CurationError
from curation_app.ui import resources, state, theme
from curation_app.ui.components import notice, scan_progress, topbar

HERE = Path(__file__).parent
PAGES = ("Open", "Overview", "Review", "Campaigns", "Sources", "History", "Release")


def main() -> None:
    """Draw the page. A CurationError becomes a sentence with a hint; the console gets the rest."""
    st.set_page_config(page_title="curation_app", page_icon=str(HERE / "icon.svg"), layout="wide", initial_sidebar_state="collapsed")
    theme.apply()
    pages = {name: _page(name) for name in PAGES}
    home = st.Page(HERE / "views" / "home.py", title="Open", default=True)
    page = st.navigation([home, *pages.values()], position="hidden")
    try:
        scan = resources.unfinished()
        watching = scan if page.title != "Open" else None
        if watching is None:
            resources.warm_up()
        run = resources.current_run() if scan is None else None
    except CurationError as error:
        topbar.show(pages, None, page.title)
        notice.error(error)
        return
    state.keep_bulk_of(run.name if run is not None else None, page.title)
    topbar.show(pages, run, page.title)
    try:
        if watching is None:
            page.run()
        else:
            scan_progress.show(watching, stay=True)
            # The reader waits for the scan anyway.
            resources.warm_up()
    except CurationError as error:
        notice.error(error)


def _page(name: str) -> StreamlitPage:
    return st.Page(HERE / "views" / f"{name.lower()}.py", title=name, url_path=name.lower())


main()
