"""The History page: what was done?"""

from __future__ import annotations

import streamlit as st

from curation_app.ui import resources
from curation_app.ui.components import act_list, blank, checks, history_bar, markup, notice
from curation_app.ui.components.markup import tag
from curation_app.workspace import Run

# A screen and a half: enough to scan with the eye, quick to draw.
LINES = 25


def main() -> None:
    """Draw the log of the open run."""
    run = resources.current_run()
    if run is None:
        blank.no_run()
    elif run.history_count() == 0:
        notice.show()
        blank.show(
            "Nothing was decided yet",
            "Each decision will be one line here, with who, when and why.",
            page="views/review.py",
            way_on="Review the suspects",
        )
    else:
        show(run)


def show(run: Run) -> None:
    """The log, filtered, a page at a time; the verification above it when it was asked for."""
    notice.show()
    verify = history_bar.show(run)
    if verify:
        markup.show(checks.panel("The log, verified", run.verify_log()))
    by, verdict = history_bar.chosen()
    count = run.history_count(by=by, verdict=verdict)
    if count == 0:
        markup.show(tag("section", tag("p", "No act fits this filter.", cls="soft"), cls="panel"))
        return
    pages = -(-count // LINES)
    here = st.container()
    page = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center", key="pager"):
            page = st.pagination(pages, key=f"history page {by} {verdict}")
    with here:
        act_list.show(run, run.history(limit=LINES, offset=(page - 1) * LINES, by=by, verdict=verdict))


main()
