"""What would leave: how many rows change, and how classes and sources change with them."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import ReleasePreview

# More lines than a glance takes in are folded away.
SHOWN = 10


def tiles(plan: ReleasePreview) -> Html:
    """The counts, and what they do not say."""
    facts = (
        ("Rows that leave", plan.rows_after, f"of {words.thousands(plan.rows_before)} in the file"),
        ("Dropped", plan.dropped, f"{words.percent(plan.dropped / plan.rows_before) if plan.rows_before else '0'} of all rows"),
        ("Relabelled", plan.relabelled, "get another label"),
        ("Kept as they are", plan.accepted, "looked at and found right"),
    )
    return tag(
        "section",
        *(
            tag(
                "div",
                tag("div", name, cls="eyebrow"),
                tag("div", words.thousands(count), cls="big"),
                tag("div", note, cls="soft"),
                cls="panel tile",
            )
            for name, count, note in facts
        ),
        cls="tiles",
    )


def still_open(plan: ReleasePreview) -> Html | None:
    """A plain warning, never a block."""
    open_ones = [
        f"{words.counted(plan.open_flagged, 'suspect')} not decided" if plan.open_flagged else "",
        f"{words.counted(plan.later, 'row')} set aside for a second look" if plan.later else "",
    ]
    said = " and ".join(part for part in open_ones if part)
    if not said:
        return None
    return tag(
        "div",
        tag("b", f"Still open: {said}."),
        tag("div", "They leave unchanged, and the report says so.", cls="hint"),
        cls="notice warning",
    )


def changes(title: str, lines: Sequence[tuple[str, int, int]]) -> Html | None:
    """Bars before and after; those that change come first."""
    if not lines:
        return None
    ordered = sorted(lines, key=lambda line: (-abs(line[2] - line[1]), -line[1], line[0]))
    top = max(max(before, after) for _, before, after in ordered) or 1
    drawn = [_line(name, before, after, top) for name, before, after in ordered]
    rest = drawn[SHOWN:]
    return tag(
        "section",
        tag("h3", title, cls="eyebrow"),
        *drawn[:SHOWN],
        tag("details", tag("summary", f"{len(rest)} more"), *rest, cls="more") if rest else None,
        tag("p", tag("i", cls="key before"), " before  ", tag("i", cls="key after"), " after", cls="foot"),
        cls="panel",
    )


def _line(name: str, before: int, after: int, top: int) -> Html:
    change = after - before
    sign = f"+{words.thousands(change)}" if change > 0 else f"\u2212{words.thousands(-change)}" if change else "no change"
    return tag(
        "div",
        tag("span", markup.clip(name, 28), cls="name", title=markup.clip(name, 400)),
        tag(
            "span",
            tag("i", cls="before", style=f"width:{100 * before / top:.1f}%"),
            tag("i", cls="after", style=f"width:{100 * after / top:.1f}%"),
            cls="pair",
        ),
        tag("span", f"{words.thousands(before)} → {words.thousands(after)}", cls="num"),
        tag("b", sign, cls="num" if change else "num soft"),
        cls="change",
    )
