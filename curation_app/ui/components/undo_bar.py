"""The way back on pages that decide about many rows at once."""

from __future__ import annotations

import streamlit as st

from curation_app.ui import events, state
from curation_app.ui.components import markup
from curation_app.workspace import Run, new_action_id


def undo(run: Run, *, asleep: bool) -> None:
    """A button that takes back the reader's own last act, and says which."""
    act = run.undoable(state.reviewer())
    if act is None:
        return
    st.button(
        f"Undo: {markup.label(act.sentence, limit=34)}",
        key="undo",
        shortcut="Z",
        on_click=_undo,
        args=(run, new_action_id(), act.action),
        disabled=asleep,
    )


def _undo(run: Run, click: str, target: str) -> None:
    events.undo(run, click, target)
