"""Findings become one queue: the surest family speaks for a row, in chances of being bad."""

from curation_app.rank.audit import AuditResult, AuditSample, audit_result, audit_sample
from curation_app.rank.blend import blend_verdicts
from curation_app.rank.calibration import NEAR, Calibration, Curve, fit_calibration
from curation_app.rank.formula import fallback_precision
from curation_app.rank.fuse import rank
from curation_app.rank.planting import Planting
from curation_app.rank.rerank import Heard, Members, Reranked, hear, rerank
from curation_app.rank.voices import Voice

__all__ = [
    "NEAR",
    "AuditResult",
    "AuditSample",
    "Calibration",
    "Curve",
    "Heard",
    "Members",
    "Planting",
    "Reranked",
    "Voice",
    "audit_result",
    "audit_sample",
    "blend_verdicts",
    "fallback_precision",
    "fit_calibration",
    "hear",
    "rank",
    "rerank",
]
