"""The Campaigns page: what belongs together?"""

from __future__ import annotations

import streamlit as st

from curation_app.errors import NotFoundError
from curation_app.ui import events, resources, state
from curation_app.ui.components import blank, bulk, campaign_evidence, campaign_list, clicks, examples, markup, notice, undo_bar
from curation_app.ui.components.words import thousands
from curation_app.workspace import CampaignView, Run


def main() -> None:
    """Draw the campaigns of the open run."""
    run = resources.current_run()
    if run is None:
        blank.no_run()
        return
    lines = run.campaign_lines()
    if not lines:
        notice.show()
        sentence = "No rows were found that share a trigger, a source that flips labels, or near-copies: each suspect stands alone."
        blank.show("No campaigns in this data", sentence, page="views/review.py", way_on="Review the suspects")
        return
    known = {line.id for line in lines}
    chosen = state.campaign(run.name)
    if chosen is not None and chosen not in known:
        notice.error(NotFoundError(f"There is no campaign {chosen!r} in this run.", hint="The strongest one is shown instead."))
    here = chosen if chosen in known and chosen is not None else lines[0].id
    notice.show()
    left, right = st.columns([1, 2.35], gap="small")
    view = run.campaign(here)
    with left:
        _together(run, view)
        markup.show(campaign_list.panel(lines, here))
    with right:
        _show(run, view)
    went = clicks.listen(lambda what, which: _follow(run, what, which))
    if went is not None and went[0] == "review" and went[1].isdecimal():
        state.set_cursor(run.name, int(went[1]))
        st.switch_page("views/review.py", query_params={"run": run.name, "row": went[1]})
    bulk.show(run)


def _follow(run: Run, what: str, which: str) -> None:
    if what == "campaign":
        state.set_campaign(run.name, which)


def _together(run: Run, view: CampaignView) -> None:
    """One decision for all that are most likely one attack."""
    if (siblings := view.siblings) is None:
        return
    with st.container(key="panel-together", horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        markup.show(markup.tag("p", markup.clip(siblings.title, 80), ": one attack?", cls="small"))
        st.button(
            f"Decide {thousands(len(siblings.rows))} …",
            shortcut="A",
            key="decide siblings",
            on_click=events.ask_bulk,
            args=(run, siblings.title, siblings.rows),
            disabled=state.bulk(run.name) is not None,
        )


def _show(run: Run, view: CampaignView) -> None:
    asleep = state.bulk(run.name) is not None
    with st.container(key="headline", horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        markup.show(campaign_evidence.headline(view))
        undo_bar.undo(run, asleep=asleep)
        st.page_link("views/review.py", label="See in Review", query_params={"run": run.name, "campaign": view.line.id})
        words = f"Decide all {thousands(view.line.count)} …" if view.line.count > 1 else "Decide …"
        st.button(
            words,
            type="primary",
            shortcut="G",
            key="decide campaign",
            on_click=events.ask_bulk,
            args=(run, view.line.title, view.rows),
            disabled=asleep,
        )
    markup.show(campaign_evidence.panel(view))
    sides = [
        ("From its core", "the most typical rows", view.core),
        ("From its edge", "the least typical: do they belong?", view.edge),
    ]
    shown = [panel for title, note, rows in sides if (panel := examples.panel(title, f"· {note}", rows, view.line.kind)) is not None]
    for place, panel in zip(st.columns(len(shown), gap="small"), shown, strict=True):
        with place:
            markup.show(panel)


main()
