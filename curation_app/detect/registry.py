"""The detectors, in order of display. Adding one is one file, one line here, one test file."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from typing import ClassVar

from curation_app.detect.annotator import AnnotatorDetector
from curation_app.detect.base import Detector
from curation_app.detect.class_far import ClassFar
from curation_app.detect.density_spike import DensitySpike
from curation_app.detect.drift import Drift
from curation_app.detect.image_blend import ImageBlend
from curation_app.detect.image_patch import ImagePatch
from curation_app.detect.label_error import LabelError
from curation_app.detect.ledger import Ledger
from curation_app.detect.near_duplicate import NearDuplicate
from curation_app.detect.novelty import Novelty
from curation_app.detect.odd_precision import OddPrecision
from curation_app.detect.outlier import Outlier
from curation_app.detect.shell import LabelShell
from curation_app.detect.source_watch import SourceWatch
from curation_app.detect.table_trigger import TableTrigger
from curation_app.detect.tag_error import TagError
from curation_app.detect.target_error import TargetError
from curation_app.detect.text_style import TextStyle
from curation_app.detect.text_trigger import TextTrigger
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.errors import UsageError

ENTRY_POINTS = "curation_app.detectors"


def unique(detectors: Iterable[Detector]) -> tuple[Detector, ...]:
    """The detectors as a tuple. Raises UsageError when two have one code, because their columns would overwrite each other."""
    known: dict[str, Detector] = {}
    for detector in detectors:
        if detector.code in known:
            raise UsageError(
                f"Two detectors have the code {detector.code!r}: {type(known[detector.code]).__name__} and {type(detector).__name__}.",
                hint="Give one of them another code, or remove the package that brings it.",
            )
        known[detector.code] = detector
    return tuple(known.values())


DETECTORS: tuple[Detector, ...] = unique(
    (
        LabelError(),
        Outlier(),
        NearDuplicate(),
        LabelShell(),
        ClassFar(),
        DensitySpike(),
        OddPrecision(),
        SourceWatch(),
        AnnotatorDetector(),
        TargetError(),
        TagError(),
        ImagePatch(),
        ImageBlend(),
        Ledger(),
        Drift(),
        Novelty(),
        TableTrigger(),
        TextTrigger(),
        TextStyle(),
    )
)


def installed_detectors() -> tuple[Detector, ...]:
    """The built-in detectors, then those of other installed packages, by code.

    One that cannot even be loaded is kept as a detector that fails, so that its absence is seen.
    """
    found = sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    return unique((*DETECTORS, *(_load(entry) for entry in found)))


def _load(entry: metadata.EntryPoint) -> Detector:
    try:
        loaded = entry.load()
        return loaded() if isinstance(loaded, type) else loaded
    except Exception as error:  # noqa: BLE001 - foreign code: whatever it raises must not take the scan down
        return _Broken(entry.name, error)


class _Broken(Detector):
    """Stands in for an installed detector that could not be loaded."""

    question: ClassVar[str] = "None: it could not be loaded."
    kind: ClassVar[Kind] = Kind.NONE
    family: ClassVar[str] = "broken"

    def __init__(self, name: str, error: Exception) -> None:
        self.code = name  # type: ignore[misc]
        self.title = name  # type: ignore[misc]
        self._error = error

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        raise self._error
