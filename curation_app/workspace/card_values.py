"""What the evidence card of one row shows: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.domain.finding import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChance:
    """One bar of the card. ``chance`` in [0, 1]."""

    label: str
    chance: float
    given: bool = False
    suggested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourLine:
    """A neighbour or a copy of the row, with its picture if it has one. ``snippet`` is hostile text: show it escaped."""

    row: int
    id: str
    label: str | None
    source: str | None
    distance: float
    snippet: str
    verdict: Verdict = Verdict.OPEN
    image: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One column of the row. ``normal`` is the usual range or the usual values, in words; ``trigger``: a campaign's rows share it."""

    column: str
    value: str
    normal: str = ""
    unusual: bool = False
    trigger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorLine:
    """What one detector says about this row. ``score`` is NaN where it did not look; ``speaks``: it says something against it."""

    code: str
    title: str
    kind: Kind
    outcome: str
    score: float
    surprise: float
    speaks: bool
    reason: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """The record of the row's source: flagged of total, beside everybody's rate."""

    source: str
    rows: int
    flagged: int
    rate: float
    low: float
    high: float
    overall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A campaign that the row is part of, strongest first; the title may quote the data."""

    id: str
    kind: Kind
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The evidence card of one row. ``boxes`` are (top, left, height, width) in pixels of the patches that campaigns share.

    ``audited``: the row was drawn for the audit, which is told only once it is decided.
    """

    row: int
    id: str
    rank: int
    suspicion: float
    kind: Kind
    headline: str
    given: str | None
    suggested: str | None
    verdict: Verdict
    verdict_label: str | None
    verdict_by: str
    version: int
    text: str | None
    marks: tuple[tuple[int, int, str], ...]
    image: np.ndarray | None
    cells: tuple[Cell, ...]
    chances: tuple[ClassChance, ...]
    neighbours: tuple[NeighbourLine, ...]
    copies: tuple[NeighbourLine, ...]
    detectors: tuple[DetectorLine, ...]
    source: SourceRecord | None
    campaign: str | None
    hidden_characters: int = 0
    time: str | None = None
    groups: tuple[GroupLine, ...] = ()
    boxes: tuple[tuple[int, int, int, int], ...] = ()
    audited: bool = False
