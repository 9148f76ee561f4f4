"""What the pages get to see of campaigns and sources: plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.domain.finding import Kind
from curation_app.workspace.card_values import Cell
from curation_app.workspace.values import RateLine

# Top, left, height and width in pixels.
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLine:
    """One line of the list. ``score`` in [0, 1] is the chance that it is what its title says; ``verdicts`` counts its decided rows."""

    id: str
    kind: Kind
    title: str
    count: int
    score: float
    decided: int
    verdicts: tuple[tuple[Verdict, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The label that the rows carry: the share that does, beside the share that would if nothing were wrong, both in [0, 1].

    ``basis`` says in words where the expected share comes from; ``carried`` of ``of`` rows carry the label.
    """

    label: str
    observed: float
    expected: float
    basis: str
    carried: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """When the rows arrived: ``first`` to ``last``, beside the whole data's; ``bars`` are (rows, all rows) in equal bins of time."""

    first: str
    last: str
    whole_first: str
    whole_last: str
    bars: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedRow:
    """A row as an example: its text with marks, its cells, its picture with the patch's box. All of its text is hostile."""

    row: int
    id: str
    label: str | None
    suggested: str | None
    source: str | None
    verdict: Verdict
    strength: float | None
    text: str | None
    marks: tuple[tuple[int, int, str], ...]
    cells: tuple[Cell, ...]
    image: np.ndarray | None
    box: Box | None
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Siblings:
    """Campaigns of one kind that put the same label on their rows: most likely one attack. ``rows`` are those of all of them."""

    title: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """Everything the Campaigns page shows of one campaign. Mixes are (name, rows of the campaign, rows of all the data), most first."""

    line: CampaignLine
    rows: tuple[int, ...]
    trigger: str
    tokens: tuple[str, ...]
    cells: Mapping[str, str]
    picture: np.ndarray | None
    support: int | None
    compared: Compared | None
    labels: tuple[tuple[str, int, int], ...]
    sources: tuple[tuple[str, int, int], ...]
    span: TimeSpan | None
    facts: tuple[tuple[str, str], ...]
    core: tuple[MarkedRow, ...]
    edge: tuple[MarkedRow, ...]
    suggestible: int = 0
    siblings: Siblings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """What one source or annotator does.

    Attributes
    ----------
    rate
        Its share of flagged rows, with the 95 % interval.
    loud
        Whether the whole interval lies above everybody's share and more than one row is flagged.
    targets
        (label, flagged rows that carry it), most first.
    copies
        Rows that have an exact copy somewhere in the data.
    bursts
        (flagged, all) rows in equal bins of the whole data's time; empty without a time column.
    busiest
        When the fullest bin of flagged rows began, and its flagged rows; None without one worth naming.
    quarantined
        Rows of the source that are dropped with the reason that a quarantine writes.
    held
        The act to take back for its release; "" when it is not in quarantine.
    """

    rate: RateLine
    loud: bool
    targets: tuple[tuple[str, int], ...]
    copies: int
    bursts: tuple[tuple[int, int], ...] = ()
    busiest: tuple[str, int] | None = None
    quarantined: int = 0
    held: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """All sources, or all annotators, highest lower bound first; ``overall`` is everybody's share of flagged rows."""

    column: str
    lines: tuple[SourceLine, ...]
    overall: float
    first: str = ""
    last: str = ""
