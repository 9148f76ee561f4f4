"""How bad is it: one tile for the whole and one for each kind, estimates with their intervals, never a raw count alone."""

from __future__ import annotations

from curation_app.domain.finding import Kind
from curation_app.ui.components import words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import Overview

KIND_TITLES = {
    Kind.BACKDOOR: "Backdoor",
    Kind.INJECTION: "Injected",
    Kind.MISLABEL: "Mislabelled",
    Kind.DUPLICATE: "Duplicates",
    Kind.DRIFT: "Far from the rest",
}


def panel(overview: Overview) -> Html:
    """All tiles in one row; kinds of which nothing is flagged get none."""
    kinds = [kind for kind in KIND_TITLES if overview.kinds.get(kind.value, (0, 0.0, 0.0, 0.0))[0]]
    return tag("section", _whole(overview), *(_kind(overview, kind) for kind in kinds), cls="tiles")


def _whole(overview: Overview) -> Html:
    flagged, *estimate = overview.kinds.get("all", (0, 0.0, 0.0, 0.0))
    count, low, high = words.rounded(*estimate)
    share = words.percent(estimate[0] / overview.rows) if overview.rows else "0"
    return tag(
        "div",
        tag("div", "In all", cls="eyebrow"),
        tag("div", _about(count, low, high, "bad row"), cls="big"),
        tag("div", f"{share} of {words.counted(overview.rows, 'row')} · 95 % interval {words.interval(low, high)}", cls="soft"),
        cls="panel tile whole",
        title=f"{flagged} rows flagged. {overview.estimate_method}",
    )


def _kind(overview: Overview, kind: Kind) -> Html:
    flagged, *estimate = overview.kinds[kind.value]
    count, low, high = words.rounded(*estimate)
    campaigns = overview.campaign_counts.get(kind.value, 0)
    together = f" · {words.counted(campaigns, 'campaign')}" if campaigns else ""
    return tag(
        "div",
        tag("div", tag("i", cls="dot"), KIND_TITLES[kind], cls="eyebrow"),
        tag("div", _about(count, low, high), cls="big"),
        tag("div", f"{words.thousands(flagged)} flagged, {words.interval(low, high)} bad{together}", cls="soft"),
        cls=f"panel tile k-{kind.value}",
        title=overview.estimate_method,
    )


def _about(count: int, low: int, high: int, noun: str = "") -> str:
    number = words.counted(count, noun) if noun else words.thousands(count)
    if high == 0:
        return f"No {noun}s found" if noun else "None"
    return number if low == high else f"About {number}"
