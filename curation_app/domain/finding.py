"""What one detector says about every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np


class Kind(StrEnum):
    """What may be wrong with a row. The order is the order of display."""

    BACKDOOR = "backdoor"
    INJECTION = "injection"
    MISLABEL = "mislabel"
    DUPLICATE = "duplicate"
    DRIFT = "drift"
    NONE = "none"


class Outcome(StrEnum):
    """How a detector ended. Only PASSED means that it looked and found nothing."""

    ISSUE = "issue"
    PASSED = "passed"
    NOT_APPLICABLE = "not applicable"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows that belong together (near-copies, one trigger ...): a candidate campaign."""

    rows: tuple[int, ...]
    title: str
    surprise: float
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One detector's verdict.

    Attributes
    ----------
    code, title, kind, family
        The detector's; detectors of one family see the same thing and are not counted twice.
    outcome, reason
        How it ended, and one sentence why.
    scores
        (n,) float64 in [0, 1], 1 = most suspicious, NaN = not scored. ``1 - 10 ** (-min(surprise, 6) / 2)``.
    surprise
        (n,) float64 >= 0: -log10 of a calibrated p-value; 2 means one clean row in a hundred looks like this. NaN = not scored.
    reasons
        One plain sentence for each row worth one (surprise >= 1 at least).
    suggested
        (n,) int32 class codes that the detector would give, -1 for none. None when it suggests nothing.
    groups
        Rows that belong together.
    evidence
        Per-row arrays, (n,) or (n, m), that the card shows, by name.
    rule
        The rule and its threshold in one sentence, shown on demand.
    """

    code: str
    title: str
    kind: Kind
    family: str
    outcome: Outcome
    reason: str
    scores: np.ndarray
    surprise: np.ndarray
    reasons: Mapping[int, str] = field(default_factory=dict)
    suggested: np.ndarray | None = None
    groups: tuple[Group, ...] = ()
    evidence: Mapping[str, np.ndarray] = field(default_factory=dict)
    rule: str = ""
    seconds: float = 0.0
