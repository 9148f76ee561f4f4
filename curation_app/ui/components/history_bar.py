"""Above the log: how long it is, undo and redo with what they would do, filters, and the verification."""

from __future__ import annotations

import streamlit as st

from curation_app.ui import events, state
from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import tag
from curation_app.ui.theme import VERDICT_NAMES
from curation_app.workspace import ActLine, Run, Verdict, new_action_id

EVERYBODY, EVERY_DECISION = "everybody", "every decision"
BY, DECISION = "history by", "history decision"


def show(run: Run) -> bool:
    """Draw the bar. True when the reader asked to verify the log in this run of the script."""
    with st.container(key="headline", horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        sentence = "Newest first. Nothing is ever deleted: an undo is one more line."
        markup.show(
            tag("div", tag("h1", f"{words.counted(run.history_count(), 'act')} in the log"), tag("p", sentence, cls="soft"), cls="headline")
        )
        _step(run, "Undo", run.undoable(state.reviewer()), "Z")
        _step(run, "Redo", run.redoable(state.reviewer()), "Y")
    with st.container(key="history-filters", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox("By", [EVERYBODY, *run.reviewers()], key=BY, width=190, format_func=lambda name: markup.clip(name, 30))
        verdicts = [EVERY_DECISION, *(verdict for verdict in Verdict if verdict is not Verdict.OPEN)]
        st.selectbox("Decision", verdicts, key=DECISION, width=190, format_func=lambda verdict: VERDICT_NAMES.get(verdict, verdict))
        return st.button("Verify the log", shortcut="V", key="verify-log", help="Recomputes every hash from the events as they are stored.")


def chosen() -> tuple[str | None, Verdict | None]:
    """The reviewer and the decision the list is narrowed to."""
    by, verdict = state.widget(BY), state.widget(DECISION)
    return None if by in (None, EVERYBODY) else str(by), verdict if isinstance(verdict, Verdict) else None


def _step(run: Run, word: str, act: ActLine | None, key: str) -> None:
    """Undo or redo the reader's own last act: undoing an undo brings the decision back."""
    if act is None:
        st.button(f"Nothing to {word.lower()}", key=f"history-{word.lower()}", shortcut=key, disabled=True)
        return
    gist = f"{word}: {markup.label(act.sentence, limit=44)}"
    st.button(gist, key=f"history-{word.lower()}", shortcut=key, on_click=_undo, args=(run, new_action_id(), act.action))


def _undo(run: Run, click: str, target: str) -> None:
    events.undo(run, click, target)
