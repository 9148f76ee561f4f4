"""How far the queue can be trusted: the self-test on a copy of this data, and the audit of what nothing flagged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from curation_app.errors import CurationError
from curation_app.ui import state
from curation_app.ui.components import markup, notice, words
from curation_app.ui.components.markup import Html, clip, tag
from curation_app.workspace import AuditView, Run

# Seconds between two looks at a self-test under way.
LOOK_EVERY = 1.5
UNDER_WAY = ("waiting", "running")
# What a grade of the self-test means for the reader, where it means something, and its class.
GRADES = {"little": ("do not rely on this", "broken")}
# Attacks listed before the rest is folded away; those that are found badly come first.
SHOWN = 6
ORDER = ("little", "some", "most")


def selftest(run: Run) -> None:
    """The result of the last self-test, and the button that starts one."""
    with st.container(key="panel-selftest", gap="small"):
        markup.show(tag("h3", "Self-test on a copy of this data", cls="eyebrow"))
        status = run.selftest_status()
        if status is not None and status.state in UNDER_WAY:
            st.fragment(notice.guarded(_watch), run_every=LOOK_EVERY, key="selftest")(run)
            return
        if status is not None and status.state in ("failed", "died"):
            hint = tag("div", status.hint, cls="hint")
            markup.show(tag("div", tag("b", "The self-test stopped. "), status.error, hint, cls="notice error"))
        found = run.selftest()
        markup.show(_result(found) if found is not None else _not_yet())
        word = "Test again" if found is not None else "Test the detectors"
        st.button(word, key="start-selftest", on_click=_start, args=(run,), help="Minutes, in the background; you can go on reviewing")


def audit(run: Run) -> None:
    """The sample of unflagged rows: how to begin, how far it is, what it says."""
    view = run.audit()
    if not view.rows:
        return
    with st.container(key="panel-audit", gap="small"):
        markup.show(tag("h3", "Audit: what do the detectors miss?", cls="eyebrow"))
        markup.show(_audit(view))
        rest = len(view.rows) - view.judged
        if rest and st.button(f"Review {rest} random rows" if view.judged == 0 else f"Review the other {rest}", key="audit"):
            state.set_scope(run.name, state.Scope(title="Audit sample", rows=view.rows))
            state.set_cursor(run.name, None)
            st.switch_page("views/review.py", query_params={"run": run.name})


def _audit(view: AuditView) -> Html:
    whole = words.counted(view.of, "row")
    if view.estimate is None:
        said = f"Nothing flagged {whole}. Decide {len(view.rows)} of them, drawn at random, for an exact interval of how many are bad."
        return tag("p", said, cls="soft")
    count, low, high = view.estimate
    return tag(
        "div",
        tag("p", tag("b", f"About {words.thousands(count)} of {whole} that nothing flagged are bad")),
        tag(
            "p",
            f"95 % interval {words.interval(low, high)}, exact · {view.found} bad among {view.judged} decided of {len(view.rows)} drawn",
            cls="soft",
        ),
    )


def _watch(run: Run) -> None:
    status = run.selftest_status()
    if status is None or status.state not in UNDER_WAY:
        st.rerun()
        return
    done = f"{100 * min(max(status.fraction, 0.0), 1.0):.0f}"
    markup.show(
        tag(
            "div",
            tag("p", tag("b", f"{status.stage or 'Starting'} …"), " ", tag("span", clip(status.detail, 80), cls="soft"), role="status"),
            tag("div", tag("i", style=f"width:{done}%"), cls="track scanbar", role="progressbar", aria_valuenow=done),
        )
    )
    st.button("Cancel the self-test", key="cancel-selftest", on_click=run.cancel_selftest)


def _start(run: Run) -> None:
    try:
        run.start_selftest()
    except CurationError as error:
        state.set_notice(state.Notice(level="error", message=error.message, hint=error.hint))


def _not_yet() -> Html:
    said = "Known attacks are planted in a copy, the copy is scanned, and you learn which of them would be found here, and which not."
    return tag("p", said, cls="soft")


def _result(found: Mapping[str, Any]) -> Html:
    lines = [_attack(line) for line in sorted(found["attacks"], key=_worst_first)]
    rest = lines[SHOWN:]
    false = float(found["clean"]["campaigns"])
    note = f"False campaigns in a copy without suspects: {false:g}. {found['sample']['note']}".strip()
    lacking = [tag("li", f"{line['title']}: {line['why']}") for line in found["not_planted"]]
    return tag(
        "div",
        *lines[:SHOWN],
        tag("details", tag("summary", f"{len(rest)} more"), *rest, cls="more") if rest else None,
        tag("details", tag("summary", f"{len(lacking)} could not be planted"), tag("ul", *lacking), cls="more") if lacking else None,
        tag("p", note, cls="foot"),
    )


def _worst_first(line: Mapping[str, Any]) -> tuple[int, str, int]:
    return (ORDER.index(line["grade"]) if line["grade"] in ORDER else len(ORDER), str(line["title"]), int(line["size"]))


def _attack(line: Mapping[str, Any]) -> Html:
    warn, cls = GRADES.get(line["grade"], ("", ""))
    said = f"{words.percent(float(line['found_5']))} in the first 5 %"
    first = f"First 1 %: {words.percent(float(line['found_1']))} of at most {words.percent(float(line['possible_1']))}"
    campaign = line.get("campaign")
    named = f", campaign in {words.percent(float(campaign))} of tries" if campaign is not None else ""
    return tag(
        "div",
        tag("span", f"{clip(line['title'], 60)}, {words.counted(int(line['size']), 'row')}"),
        tag("span", f"{said}{named}", tag("b", f": {warn}", cls=cls) if warn else None, cls="soft num"),
        cls="selftest-line",
        title=f"{first}. {clip(line['example'], 200)}",
    )
