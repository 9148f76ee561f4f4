"""The bar below Review: every decision one key away. Drawn in few elements, because each costs the browser time."""

from __future__ import annotations

import streamlit as st

from curation_app.ui import events, state
from curation_app.ui.components import markup
from curation_app.ui.desk import Desk
from curation_app.workspace import ActLine, Card, Kind, Run, Verdict, new_action_id

# Number keys.
NUMBERED = 9
# What is more likely put there than not, and has no better label, is dropped rather than kept.
PUT_THERE, LIKELY = frozenset({Kind.BACKDOOR, Kind.INJECTION}), 0.5


def class_keys(run: Run, card: Card) -> tuple[str, ...]:
    """All classes, the likeliest first: their places are the number keys."""
    likely = tuple(chance.label for chance in card.chances)
    known = set(likely)
    return likely + tuple(name for name in run.classes if name not in known)


def show(run: Run, desk: Desk, card: Card | None, keys: tuple[str, ...]) -> None:
    """Draw the bar for the card; without one, only undo, redo and the way back remain."""
    asleep = state.bulk(run.name) is not None
    with st.container(key="bar", horizontal=True, vertical_alignment="center", wrap=False, gap="xsmall"):
        if card is not None:
            _decisions(run, card, keys, asleep)
        st.space("stretch")
        _ways_back(run, asleep)
        st.button("Previous", key="previous", shortcut="P", on_click=events.step, args=(run, -1), disabled=asleep or desk.at <= 0)
        st.button("Next", key="next", shortcut="N", on_click=events.step, args=(run, 1), disabled=asleep or desk.at + 1 >= len(desk.order))


def _decisions(run: Run, card: Card, keys: tuple[str, ...], asleep: bool) -> None:
    action = new_action_id()
    better = card.suggested if card.suggested not in (None, card.given) else None
    unwanted = better is None and card.kind in PUT_THERE and card.suspicion >= LIKELY

    def button(
        words: str, key: str, shortcut: str, verdict: Verdict, to: str | None = None, *, main: bool = False, off: bool = False
    ) -> None:
        st.button(
            words,
            key=key,
            shortcut=shortcut,
            type="primary" if main else "secondary",
            on_click=events.decide_row,
            args=(run, card.row, verdict, action, to, card.version),
            disabled=asleep or off,
        )

    button("Keep", "keep", "K", Verdict.ACCEPT, main=better is None and not unwanted)
    if better is not None:
        button(f"Relabel to {markup.label(better, limit=22)}", "accept", "A", Verdict.RELABEL, better, main=True)
    if run.classes:
        _other_class(run, card, keys, action, asleep)
    elif run.label_kind != "class":
        _new_label(run, card, action, asleep)
    button("Drop", "drop", "D", Verdict.DROP, main=unwanted)
    button("Second look", "later", "S", Verdict.LATER)
    st.text_input("Reason", key="reason", placeholder="Reason", label_visibility="collapsed", max_chars=400, width=170, on_change="ignore")
    with st.container(key="classkeys"):
        for place, name in enumerate(keys[:NUMBERED], start=1):
            button(f"Relabel to {markup.label(name)}", f"class-{place}", str(place), Verdict.RELABEL, name, off=name == card.given)


def _other_class(run: Run, card: Card, keys: tuple[str, ...], action: str, asleep: bool) -> None:
    st.selectbox(
        "Other class",
        [name for name in keys if name != card.given],
        index=None,
        key="other class",
        placeholder=f"Class  1-{min(NUMBERED, len(keys))}",
        label_visibility="collapsed",
        format_func=markup.visible,
        on_change=events.relabel_from_list,
        args=(run, card.row, action, card.version),
        width=150,
        disabled=asleep,
    )


def _new_label(run: Run, card: Card, action: str, asleep: bool) -> None:
    """Numbers and tags are typed; nothing is decided before the button."""
    words = {"number": "New number", "tags": "New tags"}[run.label_kind]
    key = f"new label {card.row}"
    st.text_input(
        words,
        value=card.given if run.label_kind == "tags" else "",
        key=key,
        placeholder=words,
        label_visibility="collapsed",
        max_chars=400,
        width=230 if run.label_kind == "tags" else 130,
        on_change="ignore",
    )
    st.button(
        "Relabel",
        key="relabel",
        shortcut="T",
        on_click=events.relabel_to_text,
        args=(run, card.row, action, card.version, key),
        disabled=asleep,
    )


def _ways_back(run: Run, asleep: bool) -> None:
    # One's own acts: a key must not take back what a colleague did a second ago.
    who = state.reviewer()
    undoable, redoable, action = run.undoable(who), run.redoable(who), new_action_id()
    st.button(
        f"Undo: {_short(undoable)}" if undoable else "Undo",
        key="undo",
        shortcut="Z",
        on_click=events.undo_and_show,
        args=(run, action, undoable),
        disabled=asleep or undoable is None,
    )
    st.button(
        "Redo",
        key="redo",
        shortcut="Y",
        on_click=events.undo_and_show,
        args=(run, action, redoable),
        disabled=asleep or redoable is None,
        help=markup.label(redoable.sentence, limit=120) if redoable else None,
    )


def _short(act: ActLine) -> str:
    return markup.label(act.sentence, limit=34)
