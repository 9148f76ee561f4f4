"""The picture of what the decisions are worth: as long as the figures say, and nothing in it runs."""

from __future__ import annotations

import re

from curation_app.figures.impact_plot import LEFT, ROOM, impact_html


def test_bars_are_as_long_as_the_accuracies_and_words_are_escaped() -> None:
    page = impact_html(
        [("as loaded", 0.5, 0.4, 0.6), ("after", 1.0, 0.9, 1.0), ("<i>random</i>", 0.0, 0.0, 0.1)], ["It helps.", "Trigger: <script>"]
    )
    widths = [float(width) for width in re.findall(r'<rect x="180" y="\d+" width="([\d.]+)"', page)]
    assert widths == [ROOM / 2, ROOM, 0.0]
    assert f"M{LEFT + 0.4 * ROOM:.1f} 23H{LEFT + 0.6 * ROOM:.1f}" in page
    assert "50.0 % (40.0 to 60.0)" in page
    assert "<b>It helps.</b>" in page
    assert "<script" not in page
    assert "<i>" not in page
