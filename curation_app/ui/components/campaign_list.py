"""The campaigns as a list, strongest first; a click shows one."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.ui.components import campaign_evidence, words
from curation_app.ui.components.clicks import leads_to
from curation_app.ui.components.markup import Html, tag, titled
from curation_app.ui.components.queue_list import share
from curation_app.ui.theme import KIND_NAMES
from curation_app.workspace import CampaignLine

# More lines are folded away: each costs the browser time, and the strongest come first.
SHOWN = 40


def panel(lines: Sequence[CampaignLine], here: str) -> Html:
    """All lines; ``here`` is the chosen one's id."""
    drawn = [_line(line, line.id == here) for line in lines]
    rest = drawn[SHOWN:]
    unfolded = any(line.id == here for line in lines[SHOWN:])
    return tag(
        "section",
        tag("h3", f"{words.counted(len(lines), 'campaign')}, strongest first", cls="eyebrow"),
        *drawn[:SHOWN],
        tag("details", tag("summary", f"{len(rest)} more"), *rest, cls="more", open=unfolded) if rest else None,
        cls="panel campaign-list",
        role="list",
    )


def _line(line: CampaignLine, here: bool) -> Html:
    done = line.decided == line.count
    return tag(
        "div",
        tag("b", share(line.score), cls="num", title="Chance that this is what the title says"),
        tag("span", titled(line.title, 120), cls="title"),
        tag(
            "span",
            tag("span", KIND_NAMES[line.kind], cls="badge"),
            tag("span", f"{words.counted(line.count, 'row')} · {campaign_evidence.decided(line)}", cls="soft"),
            cls="sub",
        ),
        cls=f"campaign-line k-{line.kind.value}" + (" decided" if done else ""),
        aria_current="true" if here else None,
        **leads_to("campaign", line.id),
    )
