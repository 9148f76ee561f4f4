"""Acts of the log as sentences."""

from __future__ import annotations

from typing import Literal

from curation_app.domain.verdict_words import VERDICT_WORDS
from curation_app.review import Act
from curation_app.workspace.data import RunData
from curation_app.workspace.values import ActLine


def act_line(act: Act, data: RunData, *, whole: int | None = None) -> ActLine:
    """One act for people: "dropped row 5 118", "undid the drop of 34 rows". ``whole``: rows of the act that an undo takes back."""
    if act.verdict is None:
        sentence = "released the data" if act.kind == "release" else act.kind
    elif act.kind == "undo":
        sentence = f"{'redid' if act.redo else 'undid'} the {VERDICT_WORDS[act.verdict].noun} of {_what(act, data)}"
    else:
        to = f" to {act.label}" if act.label else ""
        sentence = f"{VERDICT_WORDS[act.verdict].done} {_what(act, data)}{to}"
    return ActLine(
        action=act.action,
        kind=act.kind,
        at=act.at,
        by=act.by,
        sentence=sentence,
        count=act.count,
        rows=act.rows,
        reason=act.reason,
        undone=bool(act.undone_by),
        left=max(whole - act.count, 0) if whole is not None else 0,
        back=_back(act),
    )


def _back(act: Act) -> Literal["", "undo", "redo"]:
    if act.verdict is None or act.undone_by:
        return ""
    return "redo" if act.kind == "undo" and not act.redo else "undo"


def _what(act: Act, data: RunData) -> str:
    if act.count != 1:
        return f"{act.count:,} rows"
    return f"row {data.at('id', act.rows[0])}"
