"""One problem of an input file: where it is, what was expected, what was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A place in a file that a strict reader does not accept, or accepted with a remark.

    ``line`` is 1-based as an editor counts it; ``row`` is the 0-based data row. Both are None when the problem is the whole file's.
    """

    code: str
    where: str
    expected: str
    found: str
    hint: str = ""
    line: int | None = None
    row: int | None = None
    column: str | None = None
    fatal: bool = True

    def sentence(self) -> str:
        """The problem as one line for a terminal or a page."""
        place = self.where
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f", column {self.column!r}"
        return f"{place}: expected {self.expected}, found {self.found}"
