"""The map of all rows: density below, suspects and selection above, quick at a million rows.

A chart of every point costs the browser seconds from 100,000 points on, and a lasso over them sends each selected point back. So above
``POINTS_UP_TO`` rows the browser gets a picture of the density, the most suspicious rows as points, and a thin net of unseen anchors that
gives the lasso something to catch; which rows are inside is then worked out from the lasso's corners on the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from curation_app.figures.png import data_address

# Up to here the browser redraws every point within a second on two cores without a graphics card.
POINTS_UP_TO = 20_000
# Suspects drawn above the density: more would hide each other on a map of 360 pixels, and each redraw sends them all.
SUSPECTS_UP_TO = 1_000
# Cells a side of the density picture: about two screen pixels each.
DENSITY_CELLS = 160
# Anchors a side: close enough that every lasso a hand can draw holds one, few enough to send back in a moment.
ANCHOR_CELLS = 36
# Slate that reads on both grounds: alpha carries the density.
GREY = (122, 134, 154)
# Room around the outermost rows, as a share of the extent.
MARGIN = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class MapColours:
    """``codes`` (n,) small ints into ``tones``, one CSS colour each; ``loud`` (n,) bool: rows to draw on top (suspects)."""

    codes: np.ndarray
    tones: Sequence[str]
    loud: np.ndarray


def density_map(
    x: np.ndarray,
    y: np.ndarray,
    colours: MapColours,
    *,
    ground: str,
    ink: str,
    order: np.ndarray | None = None,
    selected: np.ndarray | None = None,
    located: int | None = None,
    height: int = 320,
) -> go.Figure:
    """The map as a figure.

    Parameters
    ----------
    x, y
        (n,) float32 coordinates.
    ground, ink
        CSS colours of the page below and of rings.
    order
        Row numbers, most suspicious first: who is drawn when there are too many suspects.
    selected
        Row numbers to ring (at most SUSPECTS_UP_TO are drawn).
    located
        One row to point at.
    """
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    figure = go.Figure(layout=_layout(x, y, height))
    loud = _loudest(colours.loud, order)
    if len(x) <= POINTS_UP_TO:
        quiet = np.flatnonzero(~colours.loud)
        figure.add_trace(_points(x, y, quiet, colours, size=4, opacity=0.5, ground=None))
    else:
        figure.add_layout_image(_density_image(x, y, figure))
        figure.add_trace(_anchors(x, y))
    figure.add_trace(_points(x, y, loud, colours, size=7, opacity=1.0, ground=ground))
    if selected is not None and len(selected):
        figure.add_trace(_ring(x, y, np.asarray(selected)[:SUSPECTS_UP_TO], size=9, colour=ink, width=1.2))
    if located is not None:
        figure.add_trace(_ring(x, y, np.array([located]), size=22, colour=ink, width=2.5))
    return figure


def _loudest(loud: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    """The suspects to draw, the most suspicious last and so on top."""
    rows = np.flatnonzero(loud) if order is None else np.asarray(order)[loud[np.asarray(order)]]
    return rows[:SUSPECTS_UP_TO][::-1]


def _points(
    x: np.ndarray, y: np.ndarray, rows: np.ndarray, colours: MapColours, *, size: int, opacity: float, ground: str | None
) -> go.Scattergl:
    tones = list(colours.tones) or [f"rgb{GREY}"]
    # Each tone fills its own band of the scale, so that no two of them are mixed.
    scale = [((place + side) / len(tones), tone) for place, tone in enumerate(tones) for side in (0, 1)]
    marker = {
        "color": np.asarray(colours.codes)[rows].astype(np.uint8),
        "colorscale": scale,
        # Codes sit in the middle of their band of the scale.
        "cmin": -0.5,
        "cmax": len(tones) - 0.5,
        "size": size,
        "opacity": opacity,
        "line": {"width": 1 if ground else 0, "color": ground or "rgba(0,0,0,0)"},
        "showscale": False,
    }
    unselected = {"marker": {"color": f"rgb{GREY}", "opacity": 0.25}}
    return go.Scattergl(
        x=x[rows], y=y[rows], mode="markers", marker=marker, customdata=rows.astype(np.int32), hoverinfo="skip", unselected=unselected
    )


def _ring(x: np.ndarray, y: np.ndarray, rows: np.ndarray, *, size: int, colour: str, width: float) -> go.Scattergl:
    marker = {"symbol": "circle-open", "size": size, "color": colour, "line": {"width": width, "color": colour}}
    return go.Scattergl(x=x[rows], y=y[rows], mode="markers", marker=marker, hoverinfo="skip", unselected={"marker": {"opacity": 1}})


def _anchors(x: np.ndarray, y: np.ndarray) -> go.Scattergl:
    """Unseen points in the middle of every cell that holds a row."""
    counts, along, up = np.histogram2d(x, y, bins=ANCHOR_CELLS)
    left, low = np.nonzero(counts)
    middle_x = ((along[left] + along[left + 1]) / 2).astype(np.float32)
    middle_y = ((up[low] + up[low + 1]) / 2).astype(np.float32)
    return go.Scattergl(x=middle_x, y=middle_y, mode="markers", marker={"opacity": 0, "size": 1}, hoverinfo="skip")


def _density_image(x: np.ndarray, y: np.ndarray, figure: go.Figure) -> dict[str, object]:
    (x0, x1), (y0, y1) = figure.layout.xaxis.range, figure.layout.yaxis.range
    counts, _, _ = np.histogram2d(x, y, bins=DENSITY_CELLS, range=[[x0, x1], [y0, y1]])
    # The logarithm keeps thin regions visible beside thick ones.
    strength = np.log1p(counts) / max(float(np.log1p(counts.max())), 1e-9)
    pixels = np.empty((DENSITY_CELLS, DENSITY_CELLS, 4), np.uint8)
    pixels[..., :3] = GREY
    pixels[..., 3] = np.where(counts > 0, 36 + 190 * strength, 0).astype(np.uint8)
    source = data_address(pixels.transpose(1, 0, 2)[::-1])
    return {
        "source": source, "xref": "x", "yref": "y", "x": x0, "y": y1, "sizex": x1 - x0, "sizey": y1 - y0, "sizing": "stretch",
        "layer": "below"
    }  # fmt: skip


def _layout(x: np.ndarray, y: np.ndarray, height: int) -> go.Layout:
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    return go.Layout(
        xaxis=axis | {"range": _extent(x)},
        yaxis=axis | {"range": _extent(y)},
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=False,
        dragmode="lasso",
        clickmode="event+select",
        hovermode="closest",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        # The reader's zoom outlives a redraw.
        uirevision="map",
        newselection={"line": {"color": f"rgb{GREY}", "width": 1.5, "dash": "solid"}},
        activeselection={"fillcolor": f"rgb{GREY}", "opacity": 0.08},
        modebar={"orientation": "h", "bgcolor": "rgba(0,0,0,0)", "color": f"rgb{GREY}", "activecolor": "#748094"},
    )


def _extent(values: np.ndarray) -> list[float]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return [-1.0, 1.0]
    low, high = float(finite.min()), float(finite.max())
    room = (high - low) * MARGIN or 1.0
    return [low - room, high + room]
