"""Flagged share by class or by source, with its interval: bars that can be compared."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.figures.bars import axis_top
from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import RateLine

# More bars than a glance takes in are folded away.
SHOWN = 8


def panel(title: str, lines: Sequence[RateLine], overall: float) -> Html:
    """One panel, highest share first; a bar is coloured when its whole interval lies above ``overall``, the share of all rows."""
    ordered = sorted(lines, key=lambda line: (-line.rate, line.name))
    top = min(axis_top([line.high for line in ordered]), 1.0)
    drawn = [_line(line, top, overall) for line in ordered]
    rest = drawn[SHOWN:]
    return tag(
        "section",
        tag("h3", title, cls="eyebrow"),
        *drawn[:SHOWN],
        tag("details", tag("summary", f"{len(rest)} more"), *rest, cls="more") if rest else None,
        tag(
            "p",
            f"Share of flagged rows. The thin line is the 95 % interval; coloured: clearly above all rows ({words.percent(overall)}).",
            cls="foot",
        ),
        cls="panel rates",
    )


def _line(line: RateLine, top: float, overall: float) -> Html:
    loud = line.low > overall and line.flagged > 1
    spread = f"{words.percent(line.low)} to {words.percent(line.high)}"
    return tag(
        "div",
        tag("span", markup.clip(line.name, 28), cls="name", title=markup.clip(line.name, 400)),
        tag(
            "span",
            tag("i", style=f"width:{_share(line.rate, top)}"),
            tag("u", style=f"left:{_share(line.low, top)};width:{_share(line.high - line.low, top)}"),
            cls="extent loud" if loud else "extent",
        ),
        tag("b", words.percent(line.rate), cls="num"),
        tag("span", f"{words.thousands(line.flagged)} of {words.thousands(line.rows)}", cls="soft num of"),
        cls="share",
        title=f"{line.flagged} of {line.rows} rows flagged; 95 % interval {spread}",
    )


def _share(value: float, top: float) -> str:
    return f"{100 * min(max(value / top, 0.0), 1.0):.1f}%"
