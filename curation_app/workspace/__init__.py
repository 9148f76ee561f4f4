"""The use cases: what the command line and the pages call, and nothing else."""

from curation_app.domain.decision import Verdict
from curation_app.domain.finding import Kind
from curation_app.workspace.run import Run, new_action_id
from curation_app.workspace.space import ScanJob, Workspace
from curation_app.workspace.values import (
    ActLine,
    Card,
    Cell,
    CheckLine,
    ClassChance,
    DetectorBoardLine,
    DetectorLine,
    Filter,
    Inspection,
    MapView,
    NeighbourLine,
    Overview,
    Preview,
    QueueLine,
    RateLine,
    ReleasePreview,
    ReleaseResult,
    RunSummary,
    ScanStatus,
    SourceRecord,
)

__all__ = [
    "ActLine",
    "Card",
    "Cell",
    "CheckLine",
    "ClassChance",
    "DetectorBoardLine",
    "DetectorLine",
    "Filter",
    "Inspection",
    "Kind",
    "MapView",
    "NeighbourLine",
    "Overview",
    "Preview",
    "QueueLine",
    "RateLine",
    "ReleasePreview",
    "ReleaseResult",
    "Run",
    "RunSummary",
    "ScanJob",
    "ScanStatus",
    "SourceRecord",
    "Verdict",
    "Workspace",
    "new_action_id",
]
