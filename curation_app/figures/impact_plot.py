"""The worth of the decisions in a release's report: three bars with their intervals, and what they mean in words."""

from __future__ import annotations

import html
from collections.abc import Sequence

from curation_app.figures.report_plots import GREY, INK, SOFT, WIDTH, svg, svg_text

LEFT, ROOM, STEP = 180, 400, 34


def impact_html(bars: Sequence[tuple[str, float, float, float]], said: Sequence[str]) -> str:
    """An SVG above sentences.

    Parameters
    ----------
    bars
        (name, accuracy, lower and upper end of its interval), all in [0, 1]; the middle one is drawn dark.
    said
        Plain sentences, escaped here; the first is the verdict.
    """
    drawn = "".join(_bar(place, *bar, dark=place == 1) for place, bar in enumerate(bars))
    alt = "; ".join(f"{name} {100 * value:.1f} %" for name, value, _, _ in bars)
    words = "".join(f"<p>{f'<b>{html.escape(line)}</b>' if place == 0 else html.escape(line)}</p>" for place, line in enumerate(said))
    return svg(WIDTH, STEP * len(bars) + 12, f"Accuracy of a quick model: {alt}", drawn) + words


def _bar(place: int, name: str, value: float, low: float, high: float, *, dark: bool) -> str:
    y = STEP * place + 12
    ends = [LEFT + ROOM * min(max(end, 0.0), 1.0) for end in (low, high)]
    colour = INK if dark else GREY
    return (
        svg_text(LEFT - 12, y + 15, name, "end", INK)
        + f'<rect x="{LEFT}" y="{y + 3}" width="{ROOM * min(max(value, 0.0), 1.0):.1f}" height="16" rx="3" fill="{colour}"/>'
        + f'<path d="M{ends[0]:.1f} {y + 11}H{ends[1]:.1f}M{ends[0]:.1f} {y + 5}v12M{ends[1]:.1f} {y + 5}v12" stroke="{SOFT}" fill="none"/>'
        + svg_text(LEFT + ROOM + 12, y + 15, f"{100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f})", "start")
    )
