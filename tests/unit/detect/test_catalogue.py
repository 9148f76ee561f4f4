from __future__ import annotations

from pathlib import Path

from curation_app.detect.catalogue import page

ROOT = Path(__file__).resolve().parents[3]


def test_the_detector_page_is_current() -> None:
    told = (ROOT / "docs" / "detectors.md").read_text(encoding="utf-8")
    assert told == page(), "run: python -m curation_app.detect.catalogue > docs/detectors.md"
