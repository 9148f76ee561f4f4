"""The Open page: what is this file?"""

from __future__ import annotations

import streamlit as st

from curation_app.errors import NotFoundError
from curation_app.ui import resources, state
from curation_app.ui.components import blank, chooser, file_check, notice, runs, scan_progress


def main() -> None:
    """A scan that is being watched, a file that is being looked at, or the choice."""
    workspace = resources.workspace()
    notice.show()
    watched, chosen = state.watched_scan(), state.chosen_file()
    if watched is not None and not workspace.single:
        try:
            scan_progress.show(workspace.job(watched))
            return
        except NotFoundError:
            state.watch_scan(None)
    if workspace.single:
        blank.show("This page serves one run", "It was started on a run's own folder.", page="views/overview.py", way_on="See its overview")
    elif chosen is not None:
        file_check.show(workspace, chosen)
    else:
        left, right = st.columns([1.55, 1], gap="small")
        with left:
            chooser.show(workspace)
        with right:
            runs.show(workspace)


main()
