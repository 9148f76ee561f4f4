"""What the command line and the pages get to see: plain frozen values, nothing that needs a library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.domain.finding import Kind
from curation_app.workspace.card_values import NeighbourLine

ScanState = Literal["waiting", "running", "done", "failed", "cancelled", "died"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line of the Open page."""

    name: str
    path: Path
    dataset: str
    rows: int
    flagged: int
    decided: int
    state: ScanState
    at: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanStatus:
    """Where a scan is. ``queue_ready`` turns true before the map is drawn: the run can be reviewed from then on.

    ``fraction`` in [0, 1]; ``seconds_left`` None while it cannot be told; ``stages`` are (name, seconds) of the stages that ended.
    """

    state: ScanState
    stage: str = ""
    fraction: float = 0.0
    detail: str = ""
    seconds_left: float | None = None
    queue_ready: bool = False
    error: str = ""
    hint: str = ""
    problems: tuple[str, ...] = ()
    stages: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """The 2-D layout, (n,) float32 each; ``source`` is "pca" until the real one is there."""

    x: np.ndarray
    y: np.ndarray
    source: Literal["umap", "pca"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a bulk decision would do, before it is done. Pairs are (name, count), most first; ``versions`` are those of ``rows``.

    ``suggestible`` counts the rows that could be relabelled to a suggestion of their own.
    """

    rows: tuple[int, ...]
    already_decided: int
    per_class: tuple[tuple[str, int], ...]
    per_source: tuple[tuple[str, int], ...]
    per_kind: tuple[tuple[str, int], ...]
    examples: tuple[NeighbourLine, ...]
    versions: tuple[int, ...] = ()
    suggestible: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which rows the queue shows. Empty means all; every field narrows. Lives in the address bar.

    ``least`` is a chance of being bad in [0, 1] that a row must have, in place of the recipe's own cut; it speaks for ``flagged_only``.
    """

    kinds: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    campaign: str = ""
    text: str = ""
    flagged_only: bool = True
    least: float | None = None
    rows: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One line of the queue list."""

    row: int
    id: str
    suspicion: float
    kind: Kind
    given: str | None
    snippet: str
    verdict: Verdict
    verdict_label: str | None = None
    image: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """One act of the history: a decision about one or many rows, an undo, a release.

    ``left`` counts rows that an undo or redo left alone, because somebody decided them anew; ``back`` is what taking it back
    is called, empty where it does not stand.
    """

    action: str
    kind: str
    at: str
    by: str
    sentence: str
    count: int
    rows: tuple[int, ...] = ()
    reason: str = ""
    undone: bool = False
    left: int = 0
    back: Literal["", "undo", "redo"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorBoardLine:
    """One line of the detector board.

    ``histogram`` are 20 counts of the scores from 0 to 1; ``threshold`` is the lowest score that was flagged, NaN if none was.
    """

    code: str
    title: str
    question: str
    kind: Kind
    outcome: str
    reason: str
    rule: str
    flagged: int
    histogram: tuple[int, ...] = ()
    threshold: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLine:
    """Flagged share of one class or source with its 95 % interval (Wilson)."""

    name: str
    rows: int
    flagged: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """A random sample of the ``of`` unflagged rows: ``judged`` of its ``rows`` have a verdict, ``found`` were bad.

    ``estimate`` is (count, low, high) of bad rows among all unflagged ones, exact at 95 %; None before the first verdict.
    """

    rows: tuple[int, ...]
    judged: int
    found: int
    of: int
    estimate: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything the Overview page shows.

    ``kinds`` maps a kind (and "all") to (flagged, estimated bad, low, high); ``left`` is the estimate of bad rows nobody has decided on.
    ``campaigns`` are the strongest; ``campaign_counts`` maps a kind to how many there are.
    """

    dataset: str
    fingerprint: str
    rows: int
    classes: int
    modality: str
    features: str
    kinds: Mapping[str, tuple[int, float, float, float]]
    estimate_method: str
    decided: int
    left: tuple[float, float, float]
    campaigns: tuple[Mapping[str, object], ...]
    campaign_counts: Mapping[str, int]
    detectors: tuple[DetectorBoardLine, ...]
    per_class: tuple[RateLine, ...]
    per_source: tuple[RateLine, ...]
    stages: tuple[tuple[str, float], ...]
    peak_mb: float
    graph_recall: float
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePreview:
    """What would leave: counts before and after by class and source, (name, before, after)."""

    rows_before: int
    rows_after: int
    dropped: int
    relabelled: int
    accepted: int
    later: int
    open_flagged: int
    per_class: tuple[tuple[str, int, int], ...]
    per_source: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseResult:
    """Where a release lies and what is in it: (file or folder name, bytes, SHA-256). ``damaged`` says why it cannot be listed."""

    path: Path
    files: tuple[tuple[str, int, str], ...]
    rows: int
    dropped: int
    relabelled: int
    damaged: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One line of a verification; ``ok`` None means that it could not be checked."""

    name: str
    ok: bool | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSpread:
    """Numbers as labels: how many, and where they lie."""

    count: int
    lowest: float
    quarter: float
    middle: float
    three_quarters: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A file before it is scanned: guessed roles with reasons, a first look, or every problem at once.

    ``classes`` are (name, rows) of the classes or of the tags, largest first; ``numbers`` stands in their place where a label is one.
    """

    path: Path
    name: str
    format: str = ""
    rows: int = 0
    columns: tuple[str, ...] = ()
    roles: Mapping[str, object] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    modality: str = ""
    head: tuple[tuple[str, ...], ...] = ()
    label_kind: str = "class"
    classes: tuple[tuple[str, int], ...] = ()
    numbers: NumberSpread | None = None
    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""
