"""The first line of the Overview: how far the review is, and the way into it."""

from __future__ import annotations

import streamlit as st

from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import Overview, Run


def show(run: Run, overview: Overview) -> None:
    """Draw the sentence and the main action."""
    flagged = overview.kinds.get("all", (0, 0.0, 0.0, 0.0))[0]
    with st.container(key="headline", horizontal=True, vertical_alignment="center", wrap=False):
        markup.show(_sentence(overview, flagged))
        word = "Review" if overview.decided == 0 else "Go on reviewing"
        if flagged and st.button(word, type="primary", shortcut="Enter", key="to-review"):
            st.switch_page("views/review.py", query_params={"run": run.name})


def _sentence(overview: Overview, flagged: int) -> Html:
    if not flagged:
        return tag("div", tag("h1", "Nothing here looks bad"), tag("p", "No row is more likely bad than not.", cls="soft"), cls="headline")
    left, low, high = words.rounded(*overview.left)
    rest = f"about {words.counted(left, 'bad row')} left" if left else "no bad rows left"
    return tag(
        "div",
        tag("h1", f"{words.thousands(overview.decided)} of {words.counted(flagged, 'suspect')} decided, {rest}"),
        tag("p", f"95 % interval {words.interval(low, high)} · {markup.clip(overview.dataset, 80)}", cls="soft"),
        cls="headline",
    )
