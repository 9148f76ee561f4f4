"""The one error family: what went wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence


class CurationError(Exception):
    """Base of every error this package raises on purpose.

    ``hint`` is one sentence that says what to do next. The command line prints both and exits with ``exit_code``.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(CurationError, ValueError):
    """The data cannot be read as it is. Carries every problem found, not only the first."""

    def __init__(self, message: str, *, hint: str = "", problems: Sequence[object] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class UsageError(CurationError, ValueError):
    """The request makes no sense: an unknown column, label, row or option."""


class NotFoundError(CurationError, LookupError):
    """A run, row, column or file that was named does not exist."""


class ConflictError(CurationError):
    """Somebody else decided first; ``theirs`` and ``yours`` are the two decisions, neither is lost."""

    def __init__(self, message: str, *, hint: str = "", theirs: object = None, yours: object = None) -> None:
        super().__init__(message, hint=hint)
        self.theirs = theirs
        self.yours = yours


class ScanError(CurationError, RuntimeError):
    """A scan stopped before it was done."""


class ScanCancelled(ScanError):
    """The user cancelled the scan. Nothing was written."""


class VerificationError(CurationError, ValueError):
    """A release does not match its log, manifest or original."""

    exit_code = 1
