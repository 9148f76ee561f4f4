"""What a reader is asked for, what it finds wrong, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from curation_app.domain.dataset import Format
from curation_app.domain.problem import Problem
from curation_app.errors import InputError
from curation_app.load.limits import MIB, Limits

# Enough to see the pattern; the rest is counted.
MOST_LISTED = 100


class Problems:
    """Collects what is wrong with a file, so that all of it is reported at once."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.fatal: list[Problem] = []
        self.remarks: list[Problem] = []
        self.count = self.remark_count = 0

    def add(
        self,
        code: str,
        expected: str,
        found: str,
        *,
        hint: str = "",
        line: int | None = None,
        row: int | None = None,
        column: str | None = None,
        fatal: bool = True,
    ) -> None:
        """Note one problem; ``fatal=False`` for what is accepted but should be known."""
        problem = Problem(
            code=code, where=self.where, expected=expected, found=found, hint=hint, line=line, row=row, column=column, fatal=fatal
        )
        listed = self.fatal if fatal else self.remarks
        if len(listed) < MOST_LISTED:
            listed.append(problem)
        self.count += fatal
        self.remark_count += not fatal

    def stop_if_any(self) -> None:
        """Raise InputError with every problem if there is one that matters."""
        if not self.fatal:
            return
        message = f"{self.where} cannot be read as it is. {self.fatal[0].sentence()}"
        if self.count > 1:
            message += f" (and {self.count - 1:,} more problem{'s' if self.count > 2 else ''})"
        hint = next((problem.hint for problem in self.fatal if problem.hint), "Mend the file and read it again.")
        raise InputError(message + ".", hint=hint, problems=self._listed(self.fatal, self.count))

    def accepted(self) -> tuple[Problem, ...]:
        """The remarks, for ``Dataset.remarks``."""
        return tuple(self._listed(self.remarks, self.remark_count))

    def _listed(self, problems: list[Problem], count: int) -> list[Problem]:
        if count <= len(problems):
            return problems
        fatal = problems[0].fatal
        rest = Problem(
            code="more", where=self.where, expected="at most 100 problems to list", found=f"{count - len(problems):,} more", fatal=fatal
        )
        return [*problems, rest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One file to read. ``rejects`` is where unreadable records go when ``skip_bad_rows`` is set."""

    path: Path
    problems: Problems
    limits: Limits = field(default_factory=Limits)
    encoding: str | None = None
    skip_bad_rows: bool = False
    rejects: Path | None = None

    def check_size(self) -> int:
        """The file's size in bytes. Raises InputError above the limit, or when there is nothing in it."""
        size = self.path.stat().st_size
        if size > self.limits.file_bytes:
            self.problems.add(
                "file-too-large",
                f"at most {self.limits.file_bytes / MIB:,.0f} MiB",
                f"{size / MIB:,.0f} MiB",
                hint="Open it by its path instead of uploading it, split it, or raise the limit.",
            )
        if size == 0:
            self.problems.add("empty", "a dataset with at least one row", "an empty file", hint="Choose a file with data in it.")
        self.problems.stop_if_any()
        return size


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a reader made of a file, before anybody knows what the columns are for.

    Attributes
    ----------
    count
        Rows read, n.
    columns
        Name -> (n,) array in file order.
    texts
        For a column: its n values exactly as the file writes them (None where missing), for ids and labels. None: render the values.
    lines
        Row -> 1-based line in the file, for text formats.
    matrices
        Name -> (n, d) number arrays: list columns, or the ``X`` or ``embeddings`` of an npz.
    images
        (n, h, w[, 3]) uint8.
    digests
        Row -> bytes that stand for content outside ``columns`` in its fingerprint.
    given
        Roles that the format itself tells, with a reason each: role -> (column, reason).
    fingerprint
        SHA-256 of the whole, where it is not simply that of the file.
    """

    format: Format
    count: int
    columns: Mapping[str, np.ndarray]
    texts: Callable[[str], list[str | None] | None] = lambda _: None
    lines: Callable[[int], int | None] = lambda _: None
    matrices: Mapping[str, np.ndarray] = field(default_factory=dict)
    images: np.ndarray | None = None
    digests: Callable[[int], bytes] | None = None
    given: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    fingerprint: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
