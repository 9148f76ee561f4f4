"""The map beside the card: a fragment of its own, so that a decision does not redraw it."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from curation_app.figures.density_map import MapColours, density_map
from curation_app.ui import events, resources, state
from curation_app.ui.components import markup, notice
from curation_app.ui.components.markup import Html, clip, tag
from curation_app.ui.components.words import thousands
from curation_app.ui.theme import KIND_NAMES, TONES
from curation_app.workspace import Kind, Run

COLOUR_BY = {
    "kind": "kind",
    "label": "given label",
    "suggested": "suggested label",
    "source": "source",
    "verdict": "decision",
    "suspicion": "suspicion",
}
# Okabe and Ito's palette for colour-blind readers, black left out; a ninth name and those after it share grey.
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#999933")
REST = "#8592a6"
# Light to dark in one hue: more is darker.
SUSPICION = ("#c9d3de", "#f3c98b", "#e79b3c", "#d2691e", "#a61e4d")
# While the real layout is computed, the page looks for it this often (seconds).
LOOK_AGAIN = 3.0
TOOLS = {
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtons": [["lasso2d", "select2d", "pan2d", "zoom2d", "resetScale2d"]],
    "scrollZoom": True,
}
LEGEND = 8


def show(run: Run) -> None:
    """Draw the map; while only the quick layout is there, look for the real one now and then."""
    waiting = run.map().source == "pca"
    st.fragment(notice.guarded(_panel), run_every=LOOK_AGAIN if waiting else None, key="map")(run, waiting)


def _panel(run: Run, waiting: bool) -> None:
    view = run.map()
    if waiting and view.source != "pca":
        st.rerun()
    with st.container(key="map head", horizontal=True, vertical_alignment="center", wrap=False):
        markup.show(tag("h3", f"Map of {thousands(run.n)} rows", cls="eyebrow"))
        by = st.selectbox(
            "Colour by", tuple(COLOUR_BY), key="colour by", format_func=COLOUR_BY.__getitem__, label_visibility="collapsed", width=150
        )
    codes, names = run.colours(by)
    colours, tones, codes = _colours(run, by, codes, names)
    chosen = state.selection(run.name, view.source)
    scope = state.scope(run.name)
    here = st.container()
    rows = None if chosen is None else np.array(chosen.rows)
    markup.show(_legend(codes, names, tones, rows, by, waiting))
    if chosen is not None:
        _selection(run, chosen)
    # The chart last, though it stands above: what a lasso caught is on the screen before the picture is made again.
    here.plotly_chart(
        density_map(
            view.x,
            view.y,
            colours,
            ground="#1a2028" if state.theme() == "dark" else "#ffffff",
            ink="#e6eaf0" if state.theme() == "dark" else "#1b2430",
            order=resources.flagged(run),
            selected=None if scope is None or scope == chosen else np.array(scope.rows),
            located=state.located(run.name),
        ),
        key=events.map_key(view),
        theme=None,
        on_select=partial(events.map_selected, run, view),
        selection_mode=("points", "lasso", "box"),
        config=TOOLS,
        alt=f"Map of all rows; similar rows are close. Suspects are coloured by {COLOUR_BY[by]}.",
    )


def _colours(run: Run, by: str, codes: np.ndarray, names: tuple[str, ...]) -> tuple[MapColours, list[str], np.ndarray]:
    loud = np.zeros(run.n, dtype=bool)
    loud[resources.flagged(run)] = True
    if by == "kind":
        # A kind is a suspicion: rows below the threshold are not coloured, nor counted.
        codes = np.where(loud, codes, -1)
        tones = [TONES[Kind(name)][state.theme()].mark if name != Kind.NONE.value else REST for name in names]
    elif by == "suspicion":
        tones = [SUSPICION[min(place, len(SUSPICION) - 1)] for place in range(len(names))]
    else:
        tones = _by_frequency(codes, len(names))
    # Codes beyond a byte (hundreds of classes) share the last tone, which is grey.
    small = np.where((codes >= 0) & (codes < len(tones)), codes, len(tones)).clip(0, 254)
    return MapColours(codes=small, tones=[*tones, REST][:255], loud=loud), tones, codes


def _by_frequency(codes: np.ndarray, count: int) -> list[str]:
    """The most frequent names get the colours."""
    tones = [REST] * count
    frequent = np.argsort(-np.bincount(codes[codes >= 0], minlength=count), kind="stable")
    for tone, name in zip(CATEGORIES, frequent, strict=False):
        tones[int(name)] = tone
    return tones


def _legend(codes: np.ndarray, names: tuple[str, ...], tones: list[str], rows: np.ndarray | None, by: str, waiting: bool) -> Html:
    """Each name with its count; with a selection, how many of them are inside."""
    totals = np.bincount(codes[codes >= 0], minlength=len(names))
    inside = None if rows is None else np.bincount(codes[rows][codes[rows] >= 0], minlength=len(names))
    order = range(len(names)) if by in ("kind", "suspicion", "verdict") else np.argsort(-totals, kind="stable")
    shown = [int(place) for place in order if totals[place] and not (by == "kind" and names[int(place)] == Kind.NONE.value)]
    parts = [
        tag(
            "span",
            tag("i", cls="dot", style=f"background:{tones[place]}"),
            clip(KIND_NAMES[Kind(names[place])] if by == "kind" else names[place], 22),
            " ",
            tag("b", thousands(totals[place]) if inside is None else f"{thousands(inside[place])} / {thousands(totals[place])}", cls="num"),
        )
        for place in shown[:LEGEND]
    ]
    if len(shown) > LEGEND:
        parts.append(tag("span", f"and {len(shown) - LEGEND} more in grey", cls="soft"))
    note = "A first view; the finer map is on its way." if waiting else "Draw a lasso to select; click a point to open it."
    return tag("div", *parts, tag("div", note, cls="soft small"), cls="legend")


def _selection(run: Run, chosen: state.Scope) -> None:
    markup.show(tag("div", tag("b", thousands(len(chosen.rows))), " rows selected", cls="selected-count"))
    with st.container(key="selection actions", horizontal=True, gap="xsmall"):
        words = f"Decide all {thousands(len(chosen.rows))} …"
        st.button(words, key="decide selection", on_click=_ask, args=(run, chosen))
        st.button("Show in queue", key="queue selection", on_click=_queue, args=(run, chosen))


def _ask(run: Run, chosen: state.Scope) -> None:
    events.ask_bulk(run, chosen.title, chosen.rows)
    st.rerun("desk")


def _queue(run: Run, chosen: state.Scope) -> None:
    state.set_scope(run.name, chosen)
    state.set_cursor(run.name, None)
    st.rerun("desk")
