"""How far the reviewer is, and how many bad rows are probably left."""

from __future__ import annotations

from curation_app.ui.components.markup import Html, tag
from curation_app.ui.components.words import counted, interval, rounded, thousands
from curation_app.workspace import Run


def progress(run: Run) -> Html:
    """Decided rows, a bar, and the estimate with its interval."""
    decided, flagged, *estimate = run.progress()
    left, low, high = rounded(*estimate)
    share = 100 * min(decided / flagged, 1.0) if flagged else 100.0
    return tag(
        "div",
        tag(
            "div",
            tag("b", f"{thousands(decided)} decided"),
            tag("span", f"about {counted(left, 'bad row')} left", cls="soft"),
            cls="progress-words",
        ),
        tag("div", tag("i", style=f"width:{share:.1f}%"), cls="track ink", title=f"{decided} of {flagged} flagged rows"),
        tag("div", f"{interval(low, high)} with 95 % certainty", cls="soft small"),
        _reranked(run.standing().decisions),
        cls="progress",
    )


def _reranked(decisions: int) -> Html | None:
    """Says that the order is no longer the scan's."""
    if not decisions:
        return None
    why = "What you found true and false moved the rows that are still open. Taking decisions back takes this back."
    return tag("div", f"Re-ranked after {counted(decisions, 'decision')}", cls="soft small", title=why)
