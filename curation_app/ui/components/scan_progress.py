"""A scan under way: stage, share, time left, cancel; or how it ended."""

from __future__ import annotations

import streamlit as st

from curation_app.errors import CurationError
from curation_app.ui import state
from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import ScanJob, ScanStatus

# Seconds between two looks at the status file: soon enough to feel alive, rare enough to cost nothing.
LOOK_EVERY = 0.7
UNDER_WAY = ("waiting", "running")
ENDINGS = {
    "failed": "The scan stopped",
    "died": "The scan died",
    "cancelled": "The scan was cancelled",
}


def show(job: ScanJob, *, stay: bool = False) -> None:
    """Draw the scan. As soon as there is a queue it moves on to the Overview, or shows the page it stands on (``stay``)."""
    with st.container(key="scan", gap="small"):
        if job.status().state in UNDER_WAY:
            _watch(job, stay)
        else:
            _ended(job, job.status())


@st.fragment(run_every=LOOK_EVERY)
def _watch(job: ScanJob, stay: bool) -> None:
    status = job.status()
    if status.queue_ready or status.state == "done":
        if stay:
            st.rerun()
        _move_on(job)
    if status.state not in UNDER_WAY:
        st.rerun()
    markup.show(tag("div", tag("h1", f"Scanning {job.name}"), cls="headline"))
    with st.container(key="panel-scan", gap="small"):
        markup.show(_now(status))
        markup.show(_bar(status.fraction))
        markup.show(_stages(status))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scan-actions"):
        st.button("Cancel the scan", shortcut="Esc", key="cancel-scan", on_click=job.cancel)
        markup.show(tag("p", "You may close this page meanwhile: the scan goes on, and the Open page lists it.", cls="soft"))


def _now(status: ScanStatus) -> Html:
    left = "" if status.seconds_left is None else f"about {_whole(status.seconds_left)} left"
    detail = f": {status.detail}" if status.detail else ""
    stage = status.stage or "Waiting to begin"
    return tag("div", tag("b", f"{stage}{detail} …"), tag("span", left, cls="soft num"), cls="scannow", role="status")


def _whole(seconds: float) -> str:
    """A guess has no tenths."""
    return words.duration(seconds) if seconds >= 10 else f"{max(round(seconds), 1)}{words.THIN}s"


def _bar(fraction: float) -> Html:
    done = f"{100 * min(max(fraction, 0.0), 1.0):.0f}"
    filled = tag("i", style=f"width:{done}%")
    return tag("div", filled, cls="track scanbar", role="progressbar", aria_valuenow=done, aria_valuemin=0, aria_valuemax=100)


def _stages(status: ScanStatus) -> Html:
    lines = (
        tag("div", tag("span", f"✓  {name}"), tag("span", words.duration(seconds), cls="soft num"), cls="scanstage")
        for name, seconds in status.stages
    )
    return tag("div", *lines)


def _move_on(job: ScanJob) -> None:
    """The queue is there; the map may still be drawn."""
    state.watch_scan(None)
    state.set_run(job.name)
    st.switch_page("views/overview.py", query_params={"run": job.name})


def _ended(job: ScanJob, status: ScanStatus) -> None:
    if status.state == "done" or status.queue_ready:
        _move_on(job)
    markup.show(_ending(job, status))
    with st.container(horizontal=True, gap="small", key="scan-actions"):
        st.button("Open another file", type="primary", key="leave-scan", shortcut="Esc", on_click=state.watch_scan, args=(None,))
        st.button("Take it off the list", key="forget-scan", on_click=_forget, args=(job,))


def _ending(job: ScanJob, status: ScanStatus) -> Html:
    where = f" while {status.stage[0].lower()}{status.stage[1:]}" if status.stage else ""
    said = status.error or "Nothing was written. Start it again whenever you like."
    return tag(
        "div",
        tag("h1", f"{ENDINGS.get(status.state, 'The scan ended')}{where}"),
        tag("p", job.name, cls="soft"),
        tag(
            "div",
            tag("p", said),
            tag("p", status.hint, cls="hint") if status.hint else None,
            cls=f"notice {'warning' if status.state == 'cancelled' else 'error'}",
        ),
        tag("ul", *(tag("li", problem) for problem in status.problems), cls="problems") if status.problems else None,
        cls="headline ending",
    )


def _forget(job: ScanJob) -> None:
    try:
        job.dismiss()
    except CurationError as error:
        state.set_notice(state.Notice(level="error", message=error.message, hint=error.hint))
        return
    state.watch_scan(None)
