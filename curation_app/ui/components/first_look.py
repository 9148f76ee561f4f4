"""The first rows of a file and its classes, as plain text: nobody vouched for them yet."""

from __future__ import annotations

from curation_app.ui.components import markup, words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import Inspection, NumberSpread

# What fits beside the roles without scrolling.
CLASSES, CELL, SHORT = 10, 90, 20


def show(found: Inspection) -> None:
    """Rows, then classes, then what the reader remarked."""
    for panel in (_rows(found), _classes(found), _remarks(found)):
        if panel is not None:
            markup.show(panel)


def _rows(found: Inspection) -> Html | None:
    if not found.head or not found.columns:
        return None
    role_of = {column: role for role, column in found.roles.items() if isinstance(column, str)}
    shown = found.columns[: len(found.head[0])]
    head = tag("tr", *(tag("th", markup.clip(name, 24), tag("small", role_of[name]) if name in role_of else None) for name in shown))
    body = (
        tag("tr", *(tag("td", markup.clip(value, CELL), cls="short" if len(value) <= SHORT else None) for value in line))
        for line in found.head
    )
    more = f" · {len(found.columns) - len(shown)} more columns" if len(found.columns) > len(shown) else ""
    return tag(
        "section",
        tag("h3", f"The first {words.counted(len(found.head), 'row')}{more}", cls="eyebrow"),
        tag("div", tag("table", tag("thead", head), tag("tbody", *body), cls="rows"), cls="scroller", tabindex=0),
        cls="panel",
    )


def _classes(found: Inspection) -> Html:
    if found.numbers is not None:
        return _numbers(found, found.numbers)
    if not found.classes:
        return tag(
            "section",
            tag("h3", "Classes", cls="eyebrow"),
            tag("p", "No label: the detectors that need one will say so.", cls="soft"),
            cls="panel",
        )
    top = found.classes[0][1]
    lines = [_class(name, count, top, found.rows) for name, count in found.classes]
    rest = lines[CLASSES:]
    tags = found.label_kind == "tags"
    # A row may have several tags: what is left over tells nothing there.
    missing = 0 if tags else found.rows - sum(count for _, count in found.classes)
    counted = words.counted(len(found.classes), "tag") if tags else words.counted(len(found.classes), "class", "classes")
    return tag(
        "section",
        tag("h3", counted, cls="eyebrow"),
        *lines[:CLASSES],
        tag("details", tag("summary", f"{len(rest)} more"), *rest, cls="more") if rest else None,
        tag("p", f"{words.counted(missing, 'row')} without a label", cls="foot") if missing else None,
        cls="panel",
    )


def _numbers(found: Inspection, spread: NumberSpread) -> Html:
    missing = found.rows - spread.count
    lines = (
        ("lowest", spread.lowest),
        ("a quarter is below", spread.quarter),
        ("half is below", spread.middle),
        ("three quarters are below", spread.three_quarters),
        ("highest", spread.highest),
    )
    return tag(
        "section",
        tag("h3", "Numbers as labels", cls="eyebrow"),
        tag("table", *(tag("tr", tag("td", name), tag("td", f"{value:,.6g}", cls="num")) for name, value in lines), cls="rows spread"),
        tag("p", f"{words.counted(missing, 'row')} without a number", cls="foot") if missing else None,
        cls="panel",
    )


def _class(name: str, count: int, top: int, rows: int) -> Html:
    return tag(
        "div",
        tag("span", markup.clip(name, 40), cls="name"),
        tag("span", tag("i", style=f"width:{100 * count / top:.1f}%"), cls="extent"),
        tag("b", words.percent(count / rows), cls="num"),
        tag("span", words.thousands(count), cls="soft num of"),
        cls="share",
    )


def _remarks(found: Inspection) -> Html | None:
    if not found.remarks:
        return None
    return tag(
        "section",
        tag("h3", words.counted(len(found.remarks), "remark"), cls="eyebrow"),
        tag("ul", *(tag("li", remark) for remark in found.remarks), cls="problems"),
        cls="panel",
    )
