"""What the map may be coloured by."""

from __future__ import annotations

import numpy as np

from curation_app.errors import UsageError
from curation_app.review import VERDICTS, State
from curation_app.workspace.data import RunData

# Upper ends of the steps of suspicion that the map tells apart.
STEPS = (0.1, 0.25, 0.5, 0.75, 1.0)


def colours(data: RunData, state: State, by: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """((n,) int codes, -1 = nothing to show; names by code)."""
    if by == "suspicion":
        names = tuple(f"{low:g} to {high:g}" for low, high in zip((0.0, *STEPS), STEPS, strict=False))
        return np.searchsorted(STEPS, data.suspicion, side="left").clip(0, len(STEPS) - 1), names
    if by == "verdict":
        return state.verdicts, tuple(verdict.value for verdict in VERDICTS)
    if by == "source":
        return data.coded_role("source") or (np.full(data.n, -1), ())
    columns = {"kind": "kind", "label": "given_label", "suggested": "suggested_label"}
    if by not in columns:
        known = ", ".join((*columns, "source", "verdict", "suspicion"))
        raise UsageError(f"The map cannot be coloured by {by!r}.", hint=f"Choose one of: {known}.")
    return data.coded(columns[by])
