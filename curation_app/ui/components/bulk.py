"""A decision about many rows: a preview first, then one transaction and one undo."""

from __future__ import annotations

import streamlit as st

from curation_app.ui import events, state
from curation_app.ui.components import markup
from curation_app.ui.components.markup import Html, clip, tag, titled
from curation_app.ui.components.words import counted, thousands
from curation_app.workspace import Preview, Run, Verdict, new_action_id

# Names a column of the preview shows before "and n more".
NAMES = 5


def show(run: Run) -> None:
    """Open the dialog when a decision about many rows waits for a yes."""
    asked = state.bulk(run.name)
    if asked is not None:
        words = f"Decide {counted(len(asked.rows), 'row')}"
        st.dialog(words, width="medium", on_dismiss=lambda: state.set_bulk(run.name, None))(_ask)(run, asked)


def _ask(run: Run, asked: state.Bulk) -> None:
    preview = run.preview(asked.rows)
    markup.show(summary(asked.title, preview))
    if asked.reason:
        _quarantine(run, asked, preview)
        return
    target = None
    if run.classes:
        target = st.selectbox(
            "Class, for a relabel", run.classes, index=None, key="bulk class", format_func=markup.visible, placeholder="Choose a class"
        )
    st.text_input("Reason", key="bulk reason", placeholder="Why (kept in the log)", label_visibility="collapsed", max_chars=400)
    action = new_action_id()
    count = thousands(len(asked.rows))
    with st.container(horizontal=True, key="bulk buttons"):
        pressed = [
            _button(run, preview, action, f"Drop {count} rows" if len(asked.rows) != 1 else "Drop the row", "bulk drop", Verdict.DROP),
            _button(run, preview, action, f"Keep {count}", "bulk keep", Verdict.ACCEPT),
            _button(run, preview, action, "Second look", "bulk later", Verdict.LATER),
        ]
        if preview.suggestible:
            words = f"Relabel {thousands(preview.suggestible)} to their suggestion"
            pressed.append(st.button(words, key="bulk suggestion", on_click=events.accept_suggestions, args=(run, preview, action)))
        if run.classes:
            words = f"Relabel to {markup.label(target, limit=20)}" if target else "Relabel"
            pressed.append(_button(run, preview, action, words, "bulk relabel", Verdict.RELABEL, label=target, off=target is None))
    if any(pressed):
        st.rerun()


def _quarantine(run: Run, asked: state.Bulk, preview: Preview) -> None:
    """Only one answer, with the reason by which the rows are found again when the source is released."""
    markup.show(tag("p", "The log gives as reason: ", tag("b", clip(asked.reason, 120))))
    with st.container(horizontal=True, key="bulk buttons"):
        words = f"Quarantine {counted(len(asked.rows), 'row')}"
        pressed = _button(run, preview, new_action_id(), words, "bulk drop", Verdict.DROP)
        left = st.button("Leave it", key="bulk leave", on_click=state.set_bulk, args=(run.name, None))
    if pressed or left:
        st.rerun()


def _button(
    run: Run,
    preview: Preview,
    action: str,
    words: str,
    key: str,
    verdict: Verdict,
    *,
    label: str | None = None,
    off: bool = False,
) -> bool:
    return st.button(
        words,
        key=key,
        on_click=events.decide_bulk,
        args=(run, preview, verdict, action, label),
        disabled=off,
    )


def summary(title: str, preview: Preview) -> Html:
    """How many rows, of which classes, sources and kinds, how many somebody decided already, and some examples."""
    known = (
        f"{thousands(preview.already_decided)} of them are decided already and would be decided anew." if preview.already_decided else None
    )
    columns = [("Given label", preview.per_class), ("Source", preview.per_source), ("Kind", preview.per_kind)]
    return tag(
        "div",
        tag("p", tag("b", titled(title, 200)), f" · {counted(len(preview.rows), 'row')}. One undo takes all of it back."),
        tag("p", known, cls="notice warning") if known else None,
        tag("div", *(_counts(name, pairs) for name, pairs in columns if pairs), cls="preview-counts"),
        tag("h3", "Examples", cls="eyebrow"),
        *(_example(line.snippet, line.label) for line in preview.examples),
        cls="preview",
    )


def _counts(name: str, pairs: tuple[tuple[str, int], ...]) -> Html:
    lines = [tag("div", tag("span", clip(value, 24)), tag("b", thousands(count), cls="num")) for value, count in pairs[:NAMES]]
    rest = len(pairs) - NAMES
    return tag("div", tag("h3", name, cls="eyebrow"), *lines, tag("div", f"and {rest} more", cls="soft") if rest > 0 else None)


def _example(snippet: str, label: str | None) -> Html:
    return tag(
        "div",
        tag("span", clip(snippet, 90), cls="snippet"),
        tag("span", clip(label, 20), cls="badge") if label is not None else None,
        cls="example",
    )
