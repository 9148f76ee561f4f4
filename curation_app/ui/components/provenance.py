"""How the overview was made: what was measured, how long it took, and what the reader remarked."""

from __future__ import annotations

from curation_app.ui.components import words
from curation_app.ui.components.markup import Html, join, tag
from curation_app.workspace import Overview


def panel(overview: Overview) -> Html:
    """Facts as a list of terms, then the remarks, if there are any."""
    total = sum(seconds for _, seconds in overview.stages)
    facts = (
        ("Rows measured by", overview.features),
        (
            "Neighbours found",
            "all of them (exact search)" if overview.graph_recall >= 1 else f"{words.percent(overview.graph_recall)} of them",
        ),
        ("Estimates", overview.estimate_method),
        (
            "Time",
            f"{words.duration(total)} in {words.counted(len(overview.stages), 'stage')}, {words.thousands(overview.peak_mb)} MB at most",
        ),
        ("File's SHA-256", tag("code", overview.fingerprint)),
    )
    return tag(
        "section",
        tag("h3", "How this was made", cls="eyebrow"),
        tag("dl", *(join((tag("dt", term), tag("dd", fact))) for term, fact in facts if fact), cls="facts"),
        _stages(overview.stages, total),
        _remarks(overview.remarks),
        cls="panel",
    )


def _stages(stages: tuple[tuple[str, float], ...], total: float) -> Html | None:
    if not stages:
        return None
    lines = (
        tag(
            "div",
            tag("span", name, cls="name"),
            tag("span", tag("i", style=f"width:{100 * seconds / total if total else 0:.1f}%"), cls="extent"),
            tag("b", words.duration(seconds), cls="num"),
            cls="share stage",
        )
        for name, seconds in stages
    )
    return tag("details", tag("summary", "Seconds by stage"), *lines, cls="more")


def _remarks(remarks: tuple[str, ...]) -> Html | None:
    if not remarks:
        return None
    title = f"{words.counted(len(remarks), 'remark')} of the reader"
    return tag("details", tag("summary", title), tag("ul", *(tag("li", remark) for remark in remarks)), cls="more", open=len(remarks) <= 3)
