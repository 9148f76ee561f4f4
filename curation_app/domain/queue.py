"""One ranked queue from all findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from curation_app.domain.finding import Kind

# Rows at least this typical of a campaign are its core, the others its edge.
CORE_FROM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Rows that belong together and are decided as one; ``strength`` as in ``Group``, ``score`` its chance of being no accident."""

    id: str
    kind: Kind
    title: str
    rows: tuple[int, ...]
    score: float
    strength: tuple[float, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)

    def core(self) -> tuple[int, ...]:
        """The rows that are typical of it."""
        return self._rows_where(core=True)

    def edge(self) -> tuple[int, ...]:
        """The rows that are less so."""
        return self._rows_where(core=False)

    def _rows_where(self, *, core: bool) -> tuple[int, ...]:
        typical = self.strength or (1.0,) * len(self.rows)
        return tuple(row for row, value in zip(self.rows, typical, strict=True) if (value >= CORE_FROM) is core)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How many rows are probably bad: a count with an interval at ``level``, and how it was reached."""

    count: float
    low: float
    high: float
    method: str
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """All rows, most suspicious first.

    Attributes
    ----------
    suspicion
        (n,) float64 in [0, 1]: expected chance that the row is bad.
    rank
        (n,) int64: 1 = look here first; a permutation.
    flagged
        (n,) bool: in the queue at the recipe's threshold.
    kind
        (n,) object array of ``Kind`` values as text; "none" where nothing speaks.
    by_kind
        Kind -> (n,) float64 in [0, 1] or NaN.
    campaign
        (n,) object array: campaign id or None.
    suggested
        (n,) int32 class codes, -1 for none.
    reason
        (n,) object array: one plain sentence each.
    campaigns
        Most suspicious first.
    estimates
        Kind (or "all") -> Estimate.
    """

    suspicion: np.ndarray
    rank: np.ndarray
    flagged: np.ndarray
    kind: np.ndarray
    by_kind: Mapping[Kind, np.ndarray]
    campaign: np.ndarray
    suggested: np.ndarray
    reason: np.ndarray
    campaigns: tuple[Campaign, ...] = ()
    estimates: Mapping[str, Estimate] = field(default_factory=dict)

    def order(self) -> np.ndarray:
        """(n,) int64 row numbers, most suspicious first."""
        return np.argsort(self.rank, kind="stable")
