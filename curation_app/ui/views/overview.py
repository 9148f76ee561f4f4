"""The Overview page: how bad is it?"""

from __future__ import annotations

import streamlit as st

from curation_app.ui import resources
from curation_app.ui.components import blank, board, campaigns, headline, markup, notice, provenance, rates, tiles, trust
from curation_app.workspace import Run


def main() -> None:
    """Draw the page for the open run."""
    run = resources.current_run()
    if run is None:
        blank.no_run()
    else:
        show(run)


def show(run: Run) -> None:
    """Everything about one run, most urgent first."""
    overview = run.overview()
    notice.show()
    headline.show(run, overview)
    markup.show(tiles.panel(overview))
    flagged = overview.kinds.get("all", (0, 0.0, 0.0, 0.0))[0]
    overall = flagged / overview.rows if overview.rows else 0.0
    left, right = st.columns([1.12, 1], gap="small")
    with left:
        campaigns.panel(run.name, overview.campaigns, sum(overview.campaign_counts.values()))
        trust.selftest(run)
        if overview.per_source:
            markup.show(rates.panel("By source", overview.per_source, overall))
    with right:
        markup.show(board.panel(overview.detectors))
        trust.audit(run)
        if overview.per_class:
            markup.show(rates.panel("By given label", overview.per_class, overall))
    markup.show(provenance.panel(overview))


main()
