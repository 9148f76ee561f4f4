"""Acts of the log, newest first: one line for one act, however many rows it concerned."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import ActLine

ACT_WORDS = {"decide": "decision", "undo": "undo", "redo": "redo", "release": "release"}


def panel(acts: Sequence[ActLine]) -> Html:
    """One panel with all lines."""
    return tag("section", tag("div", *(_line(act) for act in acts), role="list"), cls="panel acts")


def _line(act: ActLine) -> Html:
    return tag(
        "div",
        tag("span", words.when(act.at), cls="soft num", title=f"{act.at} (UTC)"),
        tag("span", markup.clip(act.by, 30), cls="by", title=markup.clip(act.by, 200)),
        tag(
            "span",
            tag("span", markup.clip(_capital(act.sentence), 220), cls="sentence"),
            tag("span", "undone since", cls="badge") if act.undone else None,
            tag("div", f"“{markup.clip(act.reason, 300)}”", cls="soft reason") if act.reason else None,
        ),
        tag("span", words.counted(act.count, "row") if act.kind != "release" else "", cls="soft num count"),
        tag("span", ACT_WORDS.get(act.kind, act.kind), cls=f"badge act-{act.kind}"),
        cls="act undone" if act.undone else "act",
        role="listitem",
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
