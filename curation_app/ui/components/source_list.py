"""Sources or annotators as lines that can be compared: rate with its interval, target classes, bursts, copies."""

from __future__ import annotations

import streamlit as st

from curation_app.figures.bars import axis_top
from curation_app.ui import events, state
from curation_app.ui.components import markup, words
from curation_app.ui.components.campaign_evidence import bars
from curation_app.ui.components.markup import Html, clip, tag
from curation_app.workspace import Run, SourceLine, SourceTable, new_action_id

# Lines with buttons on one screen; the quieter ones are folded into one element.
SHOWN = 12


def sources(run: Run, table: SourceTable) -> None:
    """The sources, loudest first, each with its quarantine."""
    top = _top(table)
    with st.container(key="panel-sources", gap=None):
        markup.show(_head("Source", table))
        for place, line in enumerate(table.lines[:SHOWN]):
            _source(run, table, line, top, place)
        rest = table.lines[SHOWN:]
        if rest:
            with st.expander(f"{words.counted(len(rest), 'more source')}", type="compact"):
                for place, line in enumerate(rest, start=SHOWN):
                    _source(run, table, line, top, place)
        markup.show(_foot(table))


def annotators(table: SourceTable) -> Html:
    """The annotators; their labels are judged, their rows are not theirs to withdraw."""
    top = _top(table)
    lines = [tag("div", _line(line, top, table), cls="annotator-line") for line in table.lines]
    rest = lines[SHOWN:]
    return tag(
        "section",
        _head("Annotator", table),
        *lines[:SHOWN],
        tag("details", tag("summary", f"{len(rest)} more"), *rest, cls="more") if rest else None,
        _foot(table),
        cls="panel",
    )


def _source(run: Run, table: SourceTable, line: SourceLine, top: float, place: int) -> None:
    name = line.rate.name
    asleep = state.bulk(run.name) is not None
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small", key=f"source-{place}"):
        markup.show(_line(line, top, table))
        if line.held:
            st.button(
                "Release",
                key=f"release {name}",
                on_click=events.release_source,
                args=(run, new_action_id(), name, line.held),
                disabled=asleep,
                help="Takes the quarantine back: its rows are again as they were",
            )
        else:
            st.button("Quarantine …", key=f"quarantine {name}", on_click=events.ask_quarantine, args=(run, name), disabled=asleep)
        st.page_link("views/review.py", label="Review", query_params={"run": run.name, "source": name})


def _head(noun: str, table: SourceTable) -> Html:
    names = (f"{noun} (column {clip(table.column, 30)})", "Flagged rows, 95 % interval", "Their labels", "Flagged over time", "Copies")
    return tag("div", *(tag("span", name) for name in names), cls="sourceline eyebrow")


def _line(line: SourceLine, top: float, table: SourceTable) -> Html:
    rate = line.rate
    interval = f"{words.percent(rate.low)} to {words.percent(rate.high)}"
    spread = f"{rate.flagged} of {rate.rows} rows flagged; 95 % interval {interval}"
    held = tag("span", f"in quarantine: {words.counted(line.quarantined, 'row')} dropped", cls="badge decided-by") if line.held else None
    return tag(
        "div",
        tag("span", tag("b", clip(rate.name, 40)), tag("div", words.counted(rate.rows, "row"), cls="soft small"), held, cls="name"),
        tag(
            "span",
            tag(
                "span",
                tag("i", style=f"width:{_share(rate.rate, top)}"),
                tag("u", style=f"left:{_share(rate.low, top)};width:{_share(rate.high - rate.low, top)}"),
                cls="extent loud" if line.loud else "extent",
            ),
            tag(
                "span",
                tag("b", words.percent(rate.rate), cls="num"),
                f" · {words.percent(rate.low)} to {words.percent(rate.high)}",
                cls="soft small",
            ),
            title=spread,
        ),
        tag("span", *_targets(line), cls="small"),
        _time(line, table),
        tag("span", words.thousands(line.copies) if line.copies else "none", cls="num small" if line.copies else "soft small"),
        cls="sourceline",
    )


def _targets(line: SourceLine) -> list[Html]:
    if not line.targets:
        return [tag("span", "none flagged", cls="soft")]
    return [tag("div", clip(name, 24), " ", tag("b", words.thousands(count), cls="num")) for name, count in line.targets]


def _time(line: SourceLine, table: SourceTable) -> Html:
    if not line.bursts:
        return tag("span", "no time column", cls="soft small")
    flagged = [hits for hits, _ in line.bursts]
    drawn = bars(flagged, "tone" if line.busiest else "grey", f"Flagged rows from {table.first} to {table.last}")
    said = f"{line.busiest[1]} at once, from {line.busiest[0]}" if line.busiest else "no burst"
    return tag("span", drawn, tag("span", said, cls="small" if line.busiest else "soft small"), cls="k-backdoor")


def _foot(table: SourceTable) -> Html:
    return tag(
        "p",
        f"Coloured: the whole interval lies above everybody's share ({words.percent(table.overall)}). ",
        "Labels: those that the flagged rows carry.",
        cls="foot",
    )


def _top(table: SourceTable) -> float:
    return min(axis_top([line.rate.high for line in table.lines]), 1.0)


def _share(value: float, top: float) -> str:
    return f"{100 * min(max(value / top, 0.0), 1.0):.1f}%"
