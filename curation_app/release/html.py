"""The little HTML that a report needs; text is escaped unless it is Raw."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence


class Raw(str):
    """HTML made here, or handed in to be shown as it is."""

    __slots__ = ()


Cell = str | int | Raw


def escaped(text: str) -> str:
    """Text for an element or a quoted attribute. Characters that hide or turn text round are shown as their code."""
    shown = "".join(character if _shows(character) else f"\\u{{{ord(character):x}}}" for character in text)
    return html.escape(shown, quote=True)


def _shows(character: str) -> bool:
    return character.isprintable() or character in "\t\n" or unicodedata.category(character) == "Zs"


def element(name: str, text: str, kind: str = "") -> str:
    """One element with escaped text."""
    return f"<{name}{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}>{escaped(text)}</{name}>"


def number(value: int) -> str:
    """A whole number with groups of three kept on one line."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Raw:
    """A table; whole numbers stand right."""
    right = [bool(rows) and isinstance(cell, int) for cell in (rows[0] if rows else ())]
    head = "".join(f"<th{_side(is_right)}>{escaped(text)}</th>" for text, is_right in zip(headings, right, strict=True))
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows)
    return Raw(f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>')


def _cell(cell: Cell) -> str:
    if isinstance(cell, Raw):
        return f"<td>{cell}</td>"
    if isinstance(cell, int):
        return f"<td{_side(True)}>{number(cell)}</td>"
    return f"<td>{escaped(cell)}</td>"


def _side(right: bool) -> str:
    return ' class="number"' if right else ""
