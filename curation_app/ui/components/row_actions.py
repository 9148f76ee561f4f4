"""What can be done with the row's relatives: its group, its look-alikes, the queue as it is filtered, its place on the map."""

from __future__ import annotations

import streamlit as st

from curation_app.ui import events, state
from curation_app.ui.components import markup
from curation_app.ui.components.markup import tag, titled
from curation_app.ui.components.words import thousands
from curation_app.ui.desk import Desk
from curation_app.ui.theme import KIND_NAMES
from curation_app.workspace import Card, Kind, Run


def show(run: Run, desk: Desk, card: Card) -> None:
    """Draw the group the row belongs to, and the buttons."""
    group = next((group for group in run.campaigns() if group["id"] == card.groups[0].id), None) if card.groups else None
    asleep = state.bulk(run.name) is not None
    if group is not None:
        kind = Kind(str(group["kind"]))
        markup.show(
            tag("div", tag("span", KIND_NAMES[kind], cls="badge"), tag("b", titled(group["title"], 70)), cls=f"group k-{kind.value}")
        )
    with st.container(key="row actions", horizontal=True, gap="xsmall"):
        if group is not None:
            rows: tuple[int, ...] = tuple(group["rows"])  # type: ignore[arg-type]
            st.button(
                f"Decide all {thousands(len(rows))} …",
                key="decide group",
                on_click=events.ask_bulk,
                args=(run, str(group["title"]), rows),
                shortcut="G",
                disabled=asleep,
            )
        st.button("Find similar", key="similar", shortcut="F", on_click=events.find_similar, args=(run, card.row), disabled=asleep)
        st.button(
            "Locate",
            key="locate",
            shortcut="L",
            on_click=_locate,
            args=(run, card.row),
            disabled=asleep,
            help="Point at this row on the map",
        )
        words = f"Whole queue ({thousands(len(desk.order))}) …"
        st.button(
            words,
            key="decide queue",
            on_click=events.ask_bulk,
            args=(run, "Everything in the queue as it is filtered", desk.order),
            shortcut="B",
            disabled=asleep,
        )


def _locate(run: Run, row: int) -> None:
    state.set_located(run.name, row)
    st.rerun(["desk", "map"])
