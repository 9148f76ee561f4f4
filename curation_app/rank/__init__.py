"""Findings become one queue: the surest family speaks for a row, in chances of being bad."""

from curation_app.rank.blend import blend_verdicts
from curation_app.rank.calibration import Calibration, Curve, fit_calibration
from curation_app.rank.formula import fallback_precision
from curation_app.rank.fuse import rank

__all__ = ["Calibration", "Curve", "blend_verdicts", "fallback_precision", "fit_calibration", "rank"]
