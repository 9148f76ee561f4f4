"""What narrows the queue: kinds as pills, the rest behind one button; the address bar holds it all."""

from __future__ import annotations

import streamlit as st

from curation_app.ui import resources, state
from curation_app.ui.components import markup
from curation_app.ui.components.markup import tag
from curation_app.ui.components.words import thousands
from curation_app.ui.desk import ALL, CUTS
from curation_app.ui.theme import KIND_NAMES, VERDICT_NAMES
from curation_app.workspace import Kind, Run

# Streamlit's names for the palette's accents (its config.toml gives them our colours).
COLOURS = {Kind.BACKDOOR: "red", Kind.INJECTION: "violet", Kind.MISLABEL: "orange", Kind.DUPLICATE: "green", Kind.DRIFT: "blue"}


def show(run: Run) -> None:
    """Draw the pills and the button."""
    counts = resources.kind_counts(run)
    with st.container(key="filters", horizontal=True, wrap=False, vertical_alignment="center"):
        markup.show(tag("h3", "Queue: most suspicious first", cls="eyebrow"), width="content")
        used = sum(bool(values) for name, values in state.filters().items() if name != "kind")
        with st.popover(f"Filter ({used})" if used else "Filter", type="tertiary", key="filter", width="content"):
            _form(run)
    kinds = tuple(kind.value for kind in COLOURS if counts.get(kind.value))
    state.start_filter("kind", kinds)
    st.pills(
        "Kinds",
        kinds,
        selection_mode="multi",
        key="kind",
        label_visibility="collapsed",
        format_func=lambda kind: f":{COLOURS[Kind(kind)]}[**{thousands(counts[kind])}** {KIND_NAMES[Kind(kind)]}]",
        on_change=_changed,
        args=(run.name,),
    )


def _form(run: Run) -> None:
    state.start_filter("text")
    st.text_input("Text in the row", key="text", type="search", on_change=_changed, args=(run.name,))
    _choice(run, "label", "Given label", run.classes)
    _choice(run, "source", "Source", run.sources)
    _choice(
        run,
        "decision",
        "Decision",
        tuple(verdict.value for verdict in VERDICT_NAMES),
        {verdict.value: name for verdict, name in VERDICT_NAMES.items()},
    )
    titles = {str(group["id"]): str(group["title"]) for group in run.campaigns()}
    if titles:
        state.start_filter("campaign", tuple(titles))
        st.selectbox(
            "Group",
            tuple(titles),
            index=None,
            key="campaign",
            format_func=lambda group: markup.clip(titles[group], 60),
            on_change=_changed,
            args=(run.name,),
        )
    state.start_filter("show", (*CUTS, ALL))
    st.pills(
        "Chance of being bad, in place of the scan's own cut",
        (*CUTS, ALL),
        key="show",
        format_func=lambda cut: "all rows" if cut == ALL else f"{float(cut):.0%} or more",
        on_change=_changed,
        args=(run.name,),
    )
    st.button("Clear all filters", key="clear filters", on_click=state.clear_filters, args=(run.name,))


def _choice(run: Run, name: str, words: str, options: tuple[str, ...], names: dict[str, str] | None = None) -> None:
    if not options:
        return
    state.start_filter(name, options)
    st.multiselect(
        words,
        options,
        key=name,
        format_func=lambda value: markup.visible((names or {}).get(value, value)),
        on_change=_changed,
        args=(run.name,),
    )


def _changed(run: str) -> None:
    state.keep_filters(run)
