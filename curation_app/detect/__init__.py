"""One detector a file: each asks one question of every row and says how surprising the answer is."""

from curation_app.detect.base import Detector
from curation_app.detect.registry import DETECTORS, installed_detectors
from curation_app.detect.runner import run_detectors

__all__ = ["DETECTORS", "Detector", "installed_detectors", "run_detectors"]
