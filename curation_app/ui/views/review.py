"""The Review page: what is wrong with this row, and what do I do?"""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from curation_app.ui import desk, events, resources, state
from curation_app.ui.components import bulk, clicks, decision_bar, evidence, filters, map_panel, markup, notice, queue_list, row_actions
from curation_app.ui.components.markup import join, tag
from curation_app.ui.components.progress import progress
from curation_app.ui.components.words import thousands
from curation_app.workspace import Run


def main() -> None:
    """Three panels and a bar. The card, the queue and the bar are one fragment; the map is another."""
    run = resources.current_run()
    if run is None:
        markup.show(
            evidence.done("No run is open", "Open a dataset and scan it, or choose a run from the list.", _link("/", "Open a dataset"))
        )
        return
    left, middle, right = st.columns([29, 67, 40], gap="small")
    with left, st.container(key="queue panel"):
        filters.show(run)
        lines = st.container(key="queue lines")
    with middle:
        here = st.container(key="card panel")
    with right, st.container(key="map panel"):
        map_here = st.container()
        relatives = st.container(key="relatives")
    for outside in (lines, here, relatives):
        outside.empty()
    # The card first: the queue never waits for the map.
    st.fragment(notice.guarded(_desk), key="desk")(run, lines, here, relatives)
    with map_here:
        map_panel.show(run)


def _desk(run: Run, lines: DeltaGenerator, here: DeltaGenerator, relatives: DeltaGenerator) -> None:
    now = desk.look(run)
    card = None if now.row is None else run.card(now.row)
    with lines:
        scope = state.scope(run.name)
        if scope is not None:
            _scope(run, scope)
        queue_list.show(run, now)
        markup.show(progress(run))
    keys = () if card is None else decision_bar.class_keys(run, card)
    with here:
        said = state.notice()
        shown = evidence.card(card, keys) if card is not None else _done(run)
        markup.show(join([notice.as_html(said) if said else None, shown]))
        if card is None:
            _ways_on(run)
    if card is not None:
        with relatives:
            row_actions.show(run, now, card)
    decision_bar.show(run, now, card, keys)
    went = clicks.listen(partial(_follow, run))
    if went is not None and went[0] == "campaign":
        state.set_campaign(run.name, went[1])
        st.switch_page("views/campaigns.py", query_params={"run": run.name, "campaign": went[1]})
    bulk.show(run)


def _follow(run: Run, what: str, which: str) -> None:
    """A neighbour or a copy was clicked: its card is next."""
    if what == "row" and which.isdecimal() and int(which) < run.n:
        events.go_to(run, int(which))


def _scope(run: Run, scope: state.Scope) -> None:
    words = f"{markup.label(scope.title)} · {thousands(len(scope.rows))} rows   ✕"
    st.button(words, key="leave scope", on_click=_leave, args=(run,), help="Back to the whole queue", width="stretch")


def _leave(run: Run) -> None:
    state.set_scope(run.name, None)
    state.set_cursor(run.name, None)


def _done(run: Run) -> markup.Html:
    if state.scope(run.name) or any(state.filters().values()):
        return evidence.done(
            "Nothing is left in this view", "Every row that the filter leaves is decided, or there is none. Clear the filter to go on."
        )
    ways = (_link(f"release?run={run.name}", "Go to Release"), _link(f"history?run={run.name}", "See the history"))
    if not len(resources.flagged(run)):
        sentence = "No row is more likely bad than not. You can still look at the most suspicious ones, or release the data as it is."
        return evidence.done("Nothing was flagged", sentence, *ways)
    sentence = "What the detectors flagged has a decision. Look at what would leave, or go on with the rows below the threshold."
    return evidence.done("Queue is empty: everything flagged is decided", sentence, *ways)


def _ways_on(run: Run) -> None:
    with st.container(key="ways on", horizontal=True, horizontal_alignment="center"):
        if any(state.filters().values()) or state.scope(run.name):
            st.button("Clear the filter", key="clear view", on_click=state.clear_filters, args=(run.name,))
        else:
            st.button("Go on below the threshold", key="show all", on_click=state.show_all, args=(run.name,))


def _link(address: str, words: str) -> markup.Html:
    return tag("a", words, href=address, target="_self", cls="way")


main()
