from __future__ import annotations

from importlib import metadata
from typing import ClassVar

import numpy as np
import pytest

from curation_app.detect import DETECTORS, Detector, installed_detectors, registry, run_detectors
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.errors import ScanCancelled, UsageError
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")


class Foreign(Detector):
    code: ClassVar[str] = "foreign"
    title: ClassVar[str] = "Foreign"
    question: ClassVar[str] = "Does it fail?"
    kind: ClassVar[Kind] = Kind.DRIFT
    family: ClassVar[str] = "foreign"

    def __init__(self, answer: object = None) -> None:
        self.answer = answer

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.finding(np.asarray(self.answer), outcome=Outcome.PASSED, reason="Fine.")


def scan(detector: Detector) -> Finding:
    features, labels = blobs(30)
    return run_detectors(make_dataset(features, labels), make_representation(features, labels), RECIPE, seed=0, detectors=[detector])[0]


def test_codes_are_unique_and_a_second_one_is_refused() -> None:
    assert len({detector.code for detector in DETECTORS}) == len(DETECTORS)
    with pytest.raises(UsageError, match="code 'foreign'"):
        registry.unique((Foreign(), Foreign()))


def test_one_failing_detector_is_shown_and_the_others_run() -> None:
    features, labels = blobs(60)
    dataset, representation = make_dataset(features, labels), make_representation(features, labels)
    findings = run_detectors(dataset, representation, RECIPE, seed=0, detectors=(Foreign(KeyError("oops")), *DETECTORS))
    assert [finding.code for finding in findings] == ["foreign", *(detector.code for detector in DETECTORS)]
    assert findings[0].outcome is Outcome.FAILED
    assert findings[0].reason == "KeyError: 'oops'"
    assert np.all(np.isnan(findings[0].scores))
    assert all(finding.outcome is not Outcome.FAILED for finding in findings[1:])
    assert all(finding.seconds > 0 for finding in findings)


@pytest.mark.parametrize(("answer", "complaint"), [(np.zeros(7), "shape"), (np.full(30, -1.0), "range"), (np.full(30, np.inf), "range")])
def test_a_detector_that_breaks_the_contract_has_failed(answer: np.ndarray, complaint: str) -> None:
    finding = scan(Foreign(answer))
    assert finding.outcome is Outcome.FAILED
    assert complaint in finding.reason


def test_a_cancelled_scan_is_no_failure_of_the_detector() -> None:
    with pytest.raises(ScanCancelled):
        scan(Foreign(ScanCancelled("stop")))


def test_an_installed_detector_that_cannot_be_loaded_is_shown_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = metadata.EntryPoint(name="missing", value="no_such_module:Thing", group=registry.ENTRY_POINTS)
    monkeypatch.setattr(registry.metadata, "entry_points", lambda group: [entry] if group == registry.ENTRY_POINTS else [])
    detectors = installed_detectors()
    assert detectors[:-1] == DETECTORS
    finding = scan(detectors[-1])
    assert (finding.code, finding.outcome) == ("missing", Outcome.FAILED)
    assert "no_such_module" in finding.reason


def test_progress_hears_every_detector() -> None:
    features, labels = blobs(30)
    heard: list[str] = []
    run_detectors(
        make_dataset(features, labels),
        make_representation(features, labels),
        RECIPE,
        seed=0,
        progress=lambda stage, fraction, detail="": heard.append(detail),
    )
    assert heard == [detector.title for detector in DETECTORS]
