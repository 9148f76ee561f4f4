"""The queue beside the card: one small component draws all lines, because each Streamlit element costs the browser time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from curation_app.figures.png import data_address
from curation_app.ui import events
from curation_app.ui.components import markup
from curation_app.ui.components.words import thousands
from curation_app.ui.desk import Desk
from curation_app.ui.theme import KIND_NAMES, VERDICT_NAMES
from curation_app.workspace import QueueLine, Run, Verdict


def show(run: Run, desk: Desk) -> None:
    """Draw the page of the queue that holds the row before the reader."""
    window = desk.window
    lines = run.lines(desk.order[window])
    _component()(
        key="queue",
        data={
            "lines": [_line(line, here=line.row == desk.row) for line in lines],
            "position": f"{thousands(window.start + 1 if lines else 0)}-{thousands(window.stop)} of {thousands(len(desk.order))}",
            "earlier": window.start > 0,
            "later": window.stop < len(desk.order),
        },
        on_row_change=lambda: events.queue_clicked(run),
        on_page_change=lambda: events.queue_clicked(run),
    )


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "curation_queue",
        html="<div class='queue'></div>",
        js=(Path(__file__).parent / "queue_list.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )


def _line(line: QueueLine, *, here: bool) -> dict[str, object]:
    return {
        "row": line.row,
        "suspicion": share(line.suspicion),
        "snippet": markup.clip(line.snippet, 90),
        "picture": None if line.image is None else data_address(line.image),
        "kind": str(line.kind),
        "badge": KIND_NAMES[line.kind] if line.verdict is Verdict.OPEN else VERDICT_NAMES[line.verdict],
        "decided": line.verdict is not Verdict.OPEN,
        "here": here,
    }


def share(value: float) -> str:
    """A share in [0, 1] as .97; never rounded up to 1.00."""
    return "1.0" if value == 1 else f"{min(value, 0.99):.2f}".lstrip("0")
