"""The plots of a release's report as small SVG strings: no browser, no script, nothing fetched, every text escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np

from curation_app.figures.bars import log_heights

WIDTH, MAP_HEIGHT, HISTOGRAM_HEIGHT = 720, 420, 200
# A cell of the density below the suspects, in pixels: coarse enough that a million rows stay a small file.
CELL = 6
# Suspects drawn one by one; more would only cover one another.
MOST_POINTS = 2_000
MOST_CLASSES = 30
BINS = 40
GREY, INK, SOFT = "#8592a6", "#1b2430", "#5b6676"
# By name of the kind; the report is read on white paper too.
COLOURS = {"backdoor": "#c2255c", "injection": "#5f3dc4", "mislabel": "#d97706", "duplicate": "#0c8599", "drift": "#1c7ed6"}


def report_plots(
    *,
    x: np.ndarray,
    y: np.ndarray,
    kinds: np.ndarray,
    kind_names: Sequence[str],
    flagged: np.ndarray,
    suspicion: np.ndarray,
    per_class: Sequence[tuple[str, int, int]],
) -> Mapping[str, str]:
    """Title -> SVG.

    Parameters
    ----------
    x, y
        (n,) coordinates of the map.
    kinds, kind_names
        (n,) codes into the names of the kinds of suspicion; -1 for none.
    flagged
        (n,) bool: drawn as a point of its own.
    suspicion
        (n,) in [0, 1].
    per_class
        (class, rows before, rows after).
    """
    plots = {
        "Map of the rows": map_svg(x, y, kinds, kind_names, flagged),
        "Suspicion of all rows": histogram_svg(suspicion, flagged),
        "Rows by class, before and after": classes_svg(per_class),
    }
    return {title: svg for title, svg in plots.items() if svg}


def map_svg(x: np.ndarray, y: np.ndarray, kinds: np.ndarray, kind_names: Sequence[str], flagged: np.ndarray) -> str:
    """The density of all rows in grey, suspects above it in the colour of their kind. Empty when there are no rows."""
    if len(x) == 0:
        return ""
    across, down = _scaled(x, WIDTH - 20) + 10, MAP_HEIGHT - 10 - _scaled(y, MAP_HEIGHT - 50)
    suspects = np.flatnonzero(flagged)[:MOST_POINTS]
    names = [kind_names[kinds[row]] if kinds[row] >= 0 else "none" for row in suspects]
    points = "".join(
        f'<circle cx="{across[row]:.1f}" cy="{down[row]:.1f}" r="3" fill="{COLOURS.get(name, SOFT)}" stroke="#fff" stroke-width=".8"/>'
        for row, name in zip(suspects, names, strict=True)
    )
    legend = [(name, names.count(name)) for name in dict.fromkeys(sorted(names))]
    alt = f"Map of {len(x):,} rows, {int(np.sum(flagged)):,} of them suspect"
    return svg(WIDTH, MAP_HEIGHT, alt, _density(across, down) + points + _legend(legend))


def histogram_svg(suspicion: np.ndarray, flagged: np.ndarray) -> str:
    """How suspicious the rows are, flagged ones dark; heights on a log scale. Empty when no row has a score."""
    known = ~np.isnan(suspicion)
    if not known.any():
        return ""
    counts = np.histogram(suspicion[known], bins=BINS, range=(0.0, 1.0))[0].tolist()
    dark = np.histogram(suspicion[known & flagged], bins=BINS, range=(0.0, 1.0))[0].tolist()
    heights = log_heights(counts)
    step, ground, room = (WIDTH - 40) / BINS, HISTOGRAM_HEIGHT - 30, HISTOGRAM_HEIGHT - 50
    bars = "".join(
        f'<rect x="{20 + step * position:.1f}" y="{ground - room * height:.1f}" width="{step - 1.5:.1f}" height="{room * height:.1f}" '
        f'fill="{INK if some else GREY}"><title>{count} rows, {some} flagged</title></rect>'
        for position, (height, count, some) in enumerate(zip(heights, counts, dark, strict=True))
    )
    axis = "".join(svg_text(20 + (WIDTH - 40) * at, HISTOGRAM_HEIGHT - 10, words, anchor) for at, words, anchor in _AXIS)
    return svg(WIDTH, HISTOGRAM_HEIGHT, f"Suspicion of {int(known.sum()):,} rows, from 0 to 1", bars + axis)


_AXIS = ((0.0, "0: not suspicious", "start"), (0.5, "rows on a log scale; dark bars hold flagged rows", "middle"), (1.0, "1", "end"))


def classes_svg(per_class: Sequence[tuple[str, int, int]]) -> str:
    """Two bars a class, before in grey and after in ink. Empty without classes."""
    lines = sorted(per_class, key=lambda line: (-line[1], line[0]))[:MOST_CLASSES]
    if not lines:
        return ""
    top = max(max(before, after) for _, before, after in lines) or 1
    drawn = "".join(_class(position, *line, top) for position, line in enumerate(lines))
    left_out = len(per_class) - len(lines)
    height = 26 * len(lines) + 10 + (20 if left_out else 0)
    note = svg_text(10, height - 6, f"and {left_out} smaller classes", "start") if left_out else ""
    return svg(WIDTH, height, f"Rows of {len(per_class)} classes before and after", drawn + note)


def _class(position: int, name: str, before: int, after: int, top: int) -> str:
    y = 26 * position + 8
    bars = "".join(
        f'<rect x="190" y="{y + 8 * line}" width="{max(380 * count / top, 0.5):.1f}" height="7" rx="2" fill="{colour}"/>'
        for line, (count, colour) in enumerate(((before, "#c3cad5"), (after, INK)))
    )
    return svg_text(180, y + 12, _short(name), "end", INK) + bars + svg_text(580, y + 12, f"{before:,} \u2192 {after:,}", "start")


def _density(across: np.ndarray, down: np.ndarray) -> str:
    """One square a cell that holds rows, the darker the more (log scale)."""
    columns, rows = (across // CELL).astype(np.int64), (down // CELL).astype(np.int64)
    cells, counts = np.unique(rows * 1_000 + columns, return_counts=True)
    shades = log_heights(counts.tolist())
    return f'<g fill="{GREY}">' + "".join(
        f'<rect x="{cell % 1_000 * CELL}" y="{cell // 1_000 * CELL}" width="{CELL}" height="{CELL}" opacity="{0.15 + 0.6 * shade:.2f}"/>'
        for cell, shade in zip(cells.tolist(), shades, strict=True)
    ) + "</g>"  # fmt: skip


def _legend(entries: Sequence[tuple[str, int]]) -> str:
    parts, left = [], 14
    for name, count in entries:
        words = f"{name} {count:,}"
        parts.append(f'<circle cx="{left}" cy="16" r="4" fill="{COLOURS.get(name, SOFT)}"/>' + svg_text(left + 9, 20, words, "start", INK))
        left += 30 + 7 * len(words)
    return "".join(parts)


def _scaled(values: np.ndarray, room: float) -> np.ndarray:
    """Values on [0, room]; all in the middle when they do not differ."""
    finite = np.nan_to_num(np.asarray(values, dtype=np.float64))
    low, high = finite.min(), finite.max()
    return np.full(len(finite), room / 2) if high == low else (finite - low) / (high - low) * room


def _short(name: str) -> str:
    return name if len(name) <= 26 else name[:25] + "…"


def svg_text(x: float, y: float, words: str, anchor: str, colour: str = SOFT) -> str:
    """One line of text, escaped; what cannot be printed is replaced."""
    printable = "".join(character if character.isprintable() else "\ufffd" for character in words)
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{html.escape(printable)}</text>'


def svg(width: int, height: int, alt: str, body: str) -> str:
    """An SVG on white with rounded corners, told to screen readers by ``alt``."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{html.escape(alt)}" font-family="system-ui, sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>{body}</svg>'
    )
