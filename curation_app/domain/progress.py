"""How a long task tells what it is doing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called at the start of each stage and now and then inside it; raises ScanCancelled when the user has had enough."""

    def __call__(self, stage: str, fraction: float, detail: str = "") -> None:
        """``stage`` is a verb for people ("Reading"), ``fraction`` the share of the whole task done so far, in [0, 1]."""


def silent(stage: str, fraction: float, detail: str = "") -> None:
    """A listener that says nothing."""
