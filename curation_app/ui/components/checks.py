"""The lines of a verification: what was checked, whether it holds, and what was expected and found."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import CheckLine

SIGNS = {True: "✓", False: "✗", None: "?"}
CLASSES = {True: "held", False: "broken", None: "unchecked"}


def panel(title: str, checked: Sequence[CheckLine]) -> Html:
    """The lines in a panel of their own."""
    return tag("section", tag("h3", title, cls="eyebrow"), lines(checked), cls="panel")


def lines(checked: Sequence[CheckLine]) -> Html:
    """The verdict, then what it rests on."""
    return tag("div", _verdict(checked), *(_line(line) for line in checked), cls="checks", role="status")


def _verdict(checked: Sequence[CheckLine]) -> Html:
    broken = sum(line.ok is False for line in checked)
    if broken:
        return tag("p", f"{broken} of {len(checked)} checks failed. Do not rely on it before you know why.", cls="verdict broken")
    return tag("p", "Everything that can be checked holds.", cls="verdict held")


def _line(line: CheckLine) -> Html:
    return tag(
        "div",
        tag("b", SIGNS[line.ok], cls=CLASSES[line.ok]),
        tag("span", line.name, cls="name"),
        tag("span", line.detail, cls="soft"),
        cls="check",
    )
