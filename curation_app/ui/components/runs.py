"""The runs of the workspace, newest first, each with the way back into it."""

from __future__ import annotations

import streamlit as st

from curation_app.ui import state
from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import RunSummary, Workspace

# The first screen's worth; older ones unfold.
SHOWN = 8
ENDED_BADLY = {"failed": "failed", "died": "died", "cancelled": "cancelled"}


def show(workspace: Workspace) -> None:
    """Draw the list."""
    runs = workspace.runs()
    with st.container(key="panel-runs", gap=None):
        markup.show(tag("h3", "Runs", cls="eyebrow"))
        if not runs:
            markup.show(tag("p", "Nothing was scanned here yet. Runs are kept in ", tag("code", workspace.root.resolve()), ".", cls="soft"))
        for run in runs[:SHOWN]:
            _line(run)
        if len(runs) > SHOWN:
            with st.expander(f"{len(runs) - SHOWN} older", type="compact"):
                for run in runs[SHOWN:]:
                    _line(run)


def _line(run: RunSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small", key=f"run-{run.path.name}"):
        markup.show(_words(run))
        if run.rows:
            st.page_link("views/overview.py", label="Open", query_params={"run": run.name})
        else:
            word = "Why?" if run.state in ENDED_BADLY else "Watch"
            st.button(word, key=f"watch-{run.path.name}", on_click=state.watch_scan, args=(run.path.name,))


def _words(run: RunSummary) -> Html:
    facts = f"{words.counted(run.rows, 'row')} · {words.counted(run.flagged, 'suspect')} · {words.thousands(run.decided)} decided"
    if not run.rows:
        facts = run.error or {"cancelled": "cancelled, nothing was written"}.get(run.state, "the scan is under way")
    badge = tag("span", run.state, cls=f"badge state {run.state}") if run.state != "done" else None
    called = markup.clip(run.name or run.path.name, 40)
    return tag(
        "div",
        tag("b", called), " ", badge,
        tag("div", markup.clip(facts, 120), cls="soft"),
        tag("div", words.when(run.at), "" if run.dataset.startswith(called) else f" · {markup.clip(run.dataset, 40)}", cls="soft small"),
        cls="runline",
    )  # fmt: skip
