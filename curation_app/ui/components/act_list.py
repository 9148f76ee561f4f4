"""Acts of the log, newest first: one line for one act, however many rows it concerned."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation_app.ui import events
from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import ActLine, Run, new_action_id

ACT_WORDS = {"decide": "decision", "undo": "undo", "redo": "redo", "release": "release"}


def show(run: Run, acts: Sequence[ActLine]) -> None:
    """One panel with all lines; each that stands can be taken back on its own."""
    with st.container(key="panel-acts", gap=None):
        for act in acts:
            with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small", key=f"act-{act.action}"):
                markup.show(_line(act))
                if act.back:
                    help_words = "Takes back what still is this act's; rows decided anew since stay as they are"
                    args = (run, new_action_id(), act.action)
                    st.button(act.back.capitalize(), key=f"undo {act.action}", on_click=_undo, args=args, help=help_words)
                else:
                    st.space(62)


def _undo(run: Run, click: str, target: str) -> None:
    events.undo(run, click, target)


def _line(act: ActLine) -> Html:
    return tag(
        "div",
        tag("span", words.when(act.at), cls="soft num", title=f"{act.at} (UTC)"),
        tag("span", markup.clip(act.by, 30), cls="by", title=markup.clip(act.by, 200)),
        tag(
            "span",
            tag("span", markup.clip(_capital(act.sentence), 220), cls="sentence"),
            tag("span", "undone since", cls="badge") if act.undone else None,
            tag("div", f"“{markup.clip(act.reason, 300)}”", cls="soft reason") if act.reason else None,
        ),
        tag("span", words.counted(act.count, "row") if act.kind != "release" else "", cls="soft num count"),
        tag("span", ACT_WORDS.get(act.kind, act.kind), cls=f"badge act-{act.kind}"),
        cls="act undone" if act.undone else "act",
        role="listitem",
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
