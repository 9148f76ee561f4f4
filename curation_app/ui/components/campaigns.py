"""The strongest campaigns on the Overview, each with a way to its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from curation_app.domain.finding import Kind
from curation_app.ui import theme
from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag

# The panel stays as high as the detector board beside it; the rest has a page of its own.
SHOWN = 6


def panel(run: str, campaigns: Sequence[Mapping[str, object]], count: int) -> None:
    """Draw the strongest of ``count`` campaigns, and the way to all of them."""
    with st.container(key="panel-campaigns", gap=None):
        markup.show(tag("h3", "Campaigns: decide these first", cls="eyebrow"))
        if not campaigns:
            markup.show(tag("p", "No rows were found that belong together: each suspect stands alone.", cls="soft"))
        for campaign in campaigns[:SHOWN]:
            _line(run, campaign)
        rest = count - min(len(campaigns), SHOWN)
        if count:
            words_on = (
                f"{words.thousands(rest)} more: see all {words.thousands(count)} campaigns" if rest else "See them with their evidence"
            )
            st.page_link("views/campaigns.py", label=words_on, query_params={"run": run})


def _line(run: str, campaign: Mapping[str, object]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small", key=f"campaign-{campaign['id']}"):
        markup.show(_words(campaign))
        st.page_link("views/campaigns.py", label="Open", query_params={"run": run, "campaign": str(campaign["id"])})


def _words(campaign: Mapping[str, object]) -> Html:
    kind = Kind(str(campaign["kind"]))
    rows = campaign["rows"]
    count = rows if isinstance(rows, int) else len(rows)  # type: ignore[arg-type]
    return tag(
        "div",
        tag("span", tag("span", theme.KIND_NAMES[kind], cls=f"badge k-{kind.value}"), cls="kind"),
        tag(
            "span",
            tag("b", markup.titled(campaign["title"], 110)),
            tag("br"),
            tag("span", words.counted(count, "row"), _evidence(campaign), cls="soft"),
        ),
        cls="campaign",
    )


def _evidence(campaign: Mapping[str, object]) -> str:
    """The short facts of the evidence; long ones are for the Review page."""
    evidence = campaign.get("evidence")
    if not isinstance(evidence, Mapping):
        return ""
    facts = [f"{name} {markup.clip(value, 30)}" for name, value in evidence.items() if isinstance(value, str) and value]
    return "".join(f" · {fact}" for fact in facts[:3])
