"""The only place that builds HTML: everything that is not already ``Html`` is escaped on its way in.

A row's text is hostile input. It may hold markup, zero-width characters, and characters that turn the reading direction round; the first
is escaped, the others are shown as what they are (``⟨U+200B⟩``).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

import streamlit as st

# Letters, marks and spaces by their Unicode category, but drawn as nothing.
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
# Format (bidi, zero-width, tags), control, private, surrogate, unassigned, line and paragraph separators.
HIDDEN_CATEGORIES = frozenset({"Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp"})
VOID_TAGS = frozenset({"br", "hr", "img"})
FIGURE_AND_PERCENT = re.compile(r"(?<=\d) %")
MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


class Html(str):
    """Markup that this module made and that may be shown as it is."""

    __slots__ = ()


def hidden(character: str) -> bool:
    """Whether a reader would not see this character, or would see the text around it in another order."""
    if character in "\n\t":
        return False
    if character in BLANK_LETTERS or 0xFE00 <= ord(character) <= 0xFE0E or 0xE0100 <= ord(character) <= 0xE01EF:
        return True
    return unicodedata.category(character) in HIDDEN_CATEGORIES


def visible(value: object) -> str:
    """Plain text with hidden characters written out; not escaped for HTML."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟨U+{ord(character):04X}⟩" if hidden(character) else character for character in text)


def escape(value: object) -> Html:
    """Any value as text inside HTML; ``Html`` passes as it is."""
    if isinstance(value, Html):
        return value
    return Html(html.escape(visible(value), quote=True))


def label(value: object, *, limit: int = 60) -> str:
    """Any value inside the label of a widget, which Streamlit reads as Markdown: one line, nothing special left."""
    return MARKDOWN_SPECIAL.sub(r"\\\1", clip(value, limit))


def clip(value: object, limit: int) -> str:
    """The first ``limit`` characters on one line, with an ellipsis when there are more."""
    text = " ".join(visible(str(value)[: 4 * limit]).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def titled(value: object, limit: int) -> str:
    """What a campaign is called: clipped, no figure parted from its percent sign at the end of a line."""
    return FIGURE_AND_PERCENT.sub("\u00a0%", clip(value, limit))


def tag(name: str, *children: object, **attributes: object) -> Html:
    """One element. ``cls`` stands for class; underscores in names become hyphens; None and False leave an attribute out.

    Examples
    --------
    >>> tag("b", "<script>", cls="loud")
    '<b class="loud">&lt;script&gt;</b>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    if name in VOID_TAGS:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[object]) -> Html:
    """Elements one after another; None is left out."""
    return Html("".join(escape(child) for child in children if child is not None))


def marked(text: str, marks: Iterable[tuple[int, int, str]]) -> Html:
    """``text`` with the half-open character ranges of ``marks`` (start, end, kind) highlighted; overlaps are cut off."""
    parts: list[Html] = []
    at = 0
    for start, end, kind in sorted(marks):
        start = max(start, at)
        if end <= start or start >= len(text):
            continue
        parts += [_running(text[at:start]), tag("mark", _running(text[start:end]), cls=f"k-{kind}")]
        at = end
    return join([*parts, _running(text[at:])])


def show(markup: Html, *, width: Literal["stretch", "content"] = "stretch") -> None:
    """Draw it. Takes ``Html`` alone, so that a plain string cannot slip through."""
    if not isinstance(markup, Html):
        raise TypeError("show() takes Html made by this module")
    st.html(markup, width=width)


def _running(text: str) -> Html:
    """Text whose hidden characters are set apart from the visible ones."""
    parts: list[object] = []
    plain = 0
    for position, character in enumerate(text):
        if hidden(character):
            parts += [text[plain:position], tag("span", f"⟨U+{ord(character):04X}⟩", cls="hiddenchar", title=_name(character))]
            plain = position + 1
    return join([*parts, text[plain:]])


def _name(character: str) -> str:
    return unicodedata.name(character, "a character that is not shown").capitalize()


def _attribute(key: str, value: object) -> str:
    name = {"cls": "class", "for_": "for"}.get(key, key.replace("_", "-"))
    return f" {name}" if value is True else f' {name}="{html.escape(visible(value), quote=True)}"'
