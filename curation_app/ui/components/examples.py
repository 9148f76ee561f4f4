"""Rows of a campaign as examples, with what they share marked: words in the text, the patch on the picture, the cells of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from curation_app.figures.png import data_address
from curation_app.ui.components.clicks import leads_to
from curation_app.ui.components.markup import Html, clip, marked, tag
from curation_app.ui.theme import VERDICT_NAMES
from curation_app.workspace import Box, Cell, Kind, MarkedRow, Verdict

# Characters around the first mark of a long text, and of a text without marks.
BEFORE, LENGTH = 60, 190
# Pictures are enlarged to about this many pixels.
PICTURE = 92
# Columns of a table beside those that the rows share: the page shows two tables side by side.
COLUMNS = 4
# A number with decimals without end is shown with so many characters, that more columns fit; pointing at it shows all.
LONG_NUMBER, DIGITS = re.compile(r"-?\d+\.\d+"), 9


def panel(title: str, note: str, rows: Sequence[MarkedRow], kind: Kind) -> Html | None:
    """Some examples below a title; None when there are none."""
    if not rows:
        return None
    head = tag("h3", title, tag("span", f" {note}"), cls="eyebrow")
    if rows[0].image is not None:
        body = tag("div", *(_pictured(row) for row in rows), cls="pictures")
    elif rows[0].text is not None:
        body = tag("div", *(_written(row) for row in rows))
    else:
        body = _table(rows)
    return tag("section", head, body, cls=f"panel examples k-{kind.value}")


def boxed(pixels: np.ndarray, boxes: Sequence[Box], size: int, alt: str) -> Html:
    """A picture enlarged to about ``size`` pixels, with outlined boxes."""
    height, width = pixels.shape[:2]
    largest = max(height, width, 1)
    factor = size // largest if largest <= size else size / largest
    drawn_width, drawn_height = round(width * factor), round(height * factor)
    outlines = (
        tag(
            "i",
            style=f"top:{100 * top / height:.2f}%;left:{100 * left / width:.2f}%;"
            f"height:{100 * tall / height:.2f}%;width:{100 * wide / width:.2f}%",
        )
        for top, left, tall, wide in boxes
        if height and width
    )
    picture = tag("img", src=data_address(pixels), width=drawn_width, height=drawn_height, cls="pixels", alt=alt)
    return tag("span", picture, *outlines, cls="boxed")


def _written(row: MarkedRow) -> Html:
    text, marks = _around(row.text or "", row.marks)
    return tag(
        "div", tag("span", marked(text, marks), cls="words", dir="auto"), _facts(row), cls="example-line", **leads_to("review", row.row)
    )


def _around(text: str, marks: Sequence[tuple[int, int, str]]) -> tuple[str, list[tuple[int, int, str]]]:
    """The piece of a long text that holds the first mark, and the marks in it."""
    first = min((start for start, _, _ in marks), default=0)
    begin = max(0, first - BEFORE) if len(text) > LENGTH else 0
    end = begin + LENGTH
    lead, tail = ("…" if begin else ""), ("…" if end < len(text) else "")
    shift = len(lead) - begin
    inside = [(start + shift, min(stop, end) + shift, kind) for start, stop, kind in marks if begin <= start < end]
    return lead + text[begin:end] + tail, inside


def _facts(row: MarkedRow) -> Html:
    return tag(
        "span",
        tag("span", clip(row.label, 20), cls="badge plain", title=f"given label: {clip(row.label, 80)}") if row.label is not None else None,
        tag("span", f"→ {clip(row.suggested, 20)}", cls="soft", title="suggested label") if _other(row) else None,
        tag("span", clip(row.source, 20), cls="soft") if row.source is not None else None,
        _done(row),
        cls="example-facts",
    )


def _other(row: MarkedRow) -> bool:
    return row.suggested is not None and row.suggested != row.label


def _done(row: MarkedRow) -> Html | None:
    return None if row.verdict is Verdict.OPEN else tag("span", VERDICT_NAMES[row.verdict], cls="badge plain")


def _pictured(row: MarkedRow) -> Html:
    assert row.image is not None
    boxes = [row.box] if row.box is not None else []
    alt = f"Picture of row {row.row}" + (", its patch outlined" if boxes else "")
    return tag(
        "div",
        boxed(row.image, boxes, PICTURE, alt),
        _facts(row),
        cls="pictured-line",
        title=clip(row.id, 60),
        **leads_to("review", row.row),
    )


def _table(rows: Sequence[MarkedRow]) -> Html:
    """Columns that any example shows, those they share first."""
    shared = dict.fromkeys(cell.column for row in rows for cell in row.cells if cell.trigger)
    others = dict.fromkeys(cell.column for row in rows for cell in row.cells if not cell.trigger)
    columns = [*shared, *[name for name in others if name not in shared][:COLUMNS]]
    names = [*(tag("th", clip(name, 24)) for name in columns[: len(shared)]), tag("th", "label"), tag("th", "source")]
    names += [tag("th", clip(name, 24)) for name in columns[len(shared) :]]
    body = tag("tbody", *(_cells(row, columns, len(shared)) for row in rows))
    return tag("div", tag("table", tag("thead", tag("tr", *names)), body, cls="rows"), cls="scroller", tabindex=0)


def _cells(row: MarkedRow, columns: Sequence[str], shared: int) -> Html:
    """What they share, the label and the source, then the rest."""
    values = {cell.column: cell for cell in row.cells}
    cells = [_cell(values.get(name)) for name in columns]
    label = tag("td", tag("span", clip(row.label, 20), cls="badge plain") if row.label is not None else None, " ", _done(row))
    source = tag("td", clip(row.source or "", 24), cls="soft")
    return tag("tr", *cells[:shared], label, source, *cells[shared:], **leads_to("review", row.row))


def _cell(cell: Cell | None) -> Html:
    if cell is None:
        return tag("td")
    shown = clip(cell.value, DIGITS if LONG_NUMBER.fullmatch(cell.value) else 40)
    return tag("td", tag("b", shown, cls="odd") if cell.trigger else shown, title=clip(cell.value, 400) if shown != cell.value else None)
