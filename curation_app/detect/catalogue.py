"""The detector page of the documentation, written from the registry: ``python -m curation_app.detect.catalogue > docs/detectors.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from curation_app.detect.base import Detector
from curation_app.detect.registry import DETECTORS

_HEAD = """# Detectors

Written by `python -m curation_app.detect.catalogue`; change the detectors, not this page.

Every detector gives each row a score from 0 to 1 (1 = most suspicious, none = not scored) and a surprise: 2 means that one clean row in a
hundred looks like this. A detector that cannot run says why, and one that fails never reads as "passed".

| code | title | what it asks | kind | family | needs | source |
|---|---|---|---|---|---|---|
"""


def page(detectors: Iterable[Detector] = DETECTORS) -> str:
    """The Markdown page, one line a detector in the registry's order."""
    return _HEAD + "".join(_line(detector) for detector in detectors)


def _line(detector: Detector) -> str:
    needs = ", ".join(detector.needs) or "nothing"
    cells = (f"`{detector.code}`", detector.title, detector.question, detector.kind.value, detector.family, needs, detector.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
