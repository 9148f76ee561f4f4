"""What the decisions are worth to a model: before, after and after dropping as many random rows, by class, and by trigger."""

from __future__ import annotations

import streamlit as st

from curation_app.errors import UsageError
from curation_app.impact import ClassImpact, Impact, Measured, TriggerImpact
from curation_app.ui import resources, state
from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, clip, tag, titled
from curation_app.workspace import Run

# Classes listed before the rest is folded away; those that gain most come first.
SHOWN = 6


def measured(run: Run) -> Impact | None:
    """The measurement of the decisions as they are, if it was asked for and could be made."""
    if state.widget("impact of") != (run.name, run.state().events):
        return None
    try:
        return resources.impact(run)
    except UsageError:
        return None


def panel(run: Run) -> None:
    """A button, and the measurement once it was asked for."""
    with st.container(key="panel-impact", gap="small"):
        markup.show(tag("h3", "A quick model, cross-validated", cls="eyebrow"))
        at = run.state().events
        if state.widget("impact of") != (run.name, at):
            stale = "The decisions changed since the last measurement." if state.widget("impact of") else ""
            said = (
                "Accuracy as loaded, after the decisions, and after dropping as many random rows. "
                "It takes seconds; the report of the next release tells it."
            )
            markup.show(tag("p", f"{stale} {said}".strip(), cls="soft"))
            st.button("Measure", key="measure", on_click=state.set_widget, args=("impact of", (run.name, at)))
            return
        try:
            found = resources.impact(run)
        except UsageError as error:
            markup.show(tag("p", error.message, " ", error.hint, cls="soft"))
            return
        markup.show(result(found))


def result(found: Impact) -> Html:
    """The measurement as bars."""
    lines = [_line(name, value, tone) for name, value, tone in _whole(found)]
    rest = [_class(line) for line in found.per_class]
    part = "" if found.rows == found.of else f" Measured on {words.thousands(found.rows)} of {words.thousands(found.of)} rows."
    return tag(
        "div",
        *lines,
        tag("p", tag("b", found.verdict()), cls="impact-said"),
        *(_trigger(line) for line in found.triggers),
        tag("h3", "Share judged right by class: before, after", cls="eyebrow"),
        *rest[:SHOWN],
        tag("details", tag("summary", f"{len(rest) - SHOWN} more"), *rest[SHOWN:], cls="more") if len(rest) > SHOWN else None,
        tag("p", f"Tested on the {words.thousands(found.before.rows)} rows that stay and keep their label.{part}", cls="foot"),
    )


def _whole(found: Impact) -> tuple[tuple[str, Measured, str], ...]:
    return (("as loaded", found.before, "grey"), ("after the decisions", found.after, "ink"), ("random rows dropped", found.random, "pale"))


def _line(name: str, value: Measured, tone: str) -> Html:
    half = 100 * (value.high - value.low) / 2
    return tag(
        "div",
        tag("span", name, cls="name"),
        tag("span", tag("i", style=f"width:{100 * max(value.value, 0):.1f}%"), cls="track"),
        tag("b", f"{100 * value.value:.1f}{words.THIN}%", cls="num"),
        tag("span", f"± {half:.1f}", cls="soft num of"),
        cls=f"mix {tone}",
        title=f"95 % interval {100 * value.low:.1f} to {100 * value.high:.1f} %",
    )


def _class(line: ClassImpact) -> Html:
    said = f"{words.percent(line.before.value)} → {words.percent(line.after.value)}"
    return tag(
        "div",
        tag("span", clip(line.label, 28), cls="name", title=clip(line.label, 400)),
        tag(
            "span",
            tag("i", cls="before", style=f"width:{100 * max(line.before.value, 0):.1f}%"),
            tag("i", cls="after", style=f"width:{100 * max(line.after.value, 0):.1f}%"),
            cls="pair",
        ),
        tag("span", said, cls="num"),
        tag("span", words.counted(line.before.rows, "row"), cls="soft num"),
        cls="change",
        title=f"After dropping random rows: {words.percent(line.random.value)}",
    )


def _trigger(line: TriggerImpact) -> Html:
    rows = words.counted(line.before.rows, "row")
    rates = f"{words.percent(line.before.value)} of its {rows} before, {words.percent(line.after.value)} after"
    said = f" It makes a model say “{clip(line.label, 30)}” for {rates}."
    if line.before.low <= line.after.high:
        said += " The stored features hardly carry it; a model trained on the data itself may learn it all the same."
    spread = f"95 % intervals: {_interval(line.before)} before, {_interval(line.after)} after"
    return tag("p", "Trigger: ", tag("b", titled(line.title, 110)), said, cls="soft", title=spread)


def _interval(value: Measured) -> str:
    return f"{words.percent(value.low)} to {words.percent(value.high)}"
