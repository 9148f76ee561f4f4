"""The use cases: what the command line and the pages call, and nothing else."""

from curation_app.domain.decision import Verdict
from curation_app.domain.finding import Kind
from curation_app.workspace.card_values import Card, Cell, ClassChance, DetectorLine, GroupLine, NeighbourLine, SourceRecord
from curation_app.workspace.group_values import (
    Box,
    CampaignLine,
    CampaignView,
    Compared,
    MarkedRow,
    SourceLine,
    SourceTable,
    TimeSpan,
)
from curation_app.workspace.run import Run, new_action_id
from curation_app.workspace.sources import quarantine_reason
from curation_app.workspace.space import ScanJob, Workspace
from curation_app.workspace.values import (
    ActLine,
    AuditView,
    CheckLine,
    DetectorBoardLine,
    Filter,
    Inspection,
    MapView,
    NumberSpread,
    Overview,
    Preview,
    QueueLine,
    RateLine,
    ReleasePreview,
    ReleaseResult,
    RunSummary,
    ScanStatus,
)

__all__ = [
    "ActLine",
    "AuditView",
    "Box",
    "CampaignLine",
    "CampaignView",
    "Card",
    "Cell",
    "CheckLine",
    "ClassChance",
    "Compared",
    "DetectorBoardLine",
    "DetectorLine",
    "Filter",
    "GroupLine",
    "Inspection",
    "Kind",
    "MapView",
    "MarkedRow",
    "NeighbourLine",
    "NumberSpread",
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
    "SourceLine",
    "SourceRecord",
    "SourceTable",
    "TimeSpan",
    "Verdict",
    "Workspace",
    "new_action_id",
    "quarantine_reason",
]
