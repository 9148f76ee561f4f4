"""Run every detector on one representation; none of them can take the others down."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.registry import installed_detectors
from curation_app.domain.dataset import NOT_A_CLASS, Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.progress import Progress, silent
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.errors import ScanCancelled

Lack = Callable[[Dataset, Representation], str]


def _no_labels(dataset: Dataset, representation: Representation) -> str:
    if dataset.label_kind != "class" and any(label is not None for label in dataset.labels.tolist()):
        return NOT_A_CLASS[dataset.label_kind]
    return "" if bool(np.any(representation.codes >= 0)) else "The data has no labels."


def _no_probabilities(dataset: Dataset, representation: Representation) -> str:
    if representation.probabilities is not None:
        return ""
    return representation.why_no_probabilities or "There is nothing to learn the labels from."


def _no_neighbours(dataset: Dataset, representation: Representation) -> str:
    return "" if representation.neighbours.k >= 1 else "There are fewer than two rows to compare."


def _no_text(dataset: Dataset, representation: Representation) -> str:
    return "" if dataset.column("text") is not None else "No column holds text."


def _no_images(dataset: Dataset, representation: Representation) -> str:
    return "" if dataset.images is not None else "The rows are not images."


def _no_source(dataset: Dataset, representation: Representation) -> str:
    return "" if dataset.column("source") is not None else "No column says where a row comes from."


def _no_annotator(dataset: Dataset, representation: Representation) -> str:
    return "" if dataset.column("annotator") is not None or dataset.roles.annotators else "No column says who labelled a row."


def _no_numbers(dataset: Dataset, representation: Representation) -> str:
    return "" if dataset.label_kind == "number" else "The label is not a number."


def _no_tags(dataset: Dataset, representation: Representation) -> str:
    return "" if dataset.label_kind == "tags" else "The label is not a list of tags."


def _no_origin(dataset: Dataset, representation: Representation) -> str:
    told = any(dataset.column(role) is not None for role in ("source", "annotator", "time"))
    return "" if told else "No column says where a row comes from, who labelled it or when."


def _no_baseline(dataset: Dataset, representation: Representation) -> str:
    return "" if representation.baseline is not None else "No trusted data was given to compare with (--baseline)."


def _no_table(dataset: Dataset, representation: Representation) -> str:
    return "" if dataset.modality == "table" else "The rows are not a table of values."


# What a detector may need -> the sentence that says it is lacking, or an empty string.
NEEDS: dict[str, Lack] = {
    "labels": _no_labels,
    "probabilities": _no_probabilities,
    "neighbours": _no_neighbours,
    "text": _no_text,
    "images": _no_images,
    "source": _no_source,
    "annotator": _no_annotator,
    "numbers": _no_numbers,
    "tags": _no_tags,
    "origin": _no_origin,
    "baseline": _no_baseline,
    "table": _no_table,
}


def run_detectors(
    dataset: Dataset,
    representation: Representation,
    recipe: Recipe,
    *,
    seed: int,
    progress: Progress = silent,
    detectors: Iterable[Detector] | None = None,
) -> tuple[Finding, ...]:
    """One finding per detector, in the registry's order.

    ``detectors`` defaults to all installed ones. A lacking need gives "not applicable" with the reason, an exception gives "failed"
    with the error; only a cancelled scan is passed on.
    """
    chosen = installed_detectors() if detectors is None else tuple(detectors)
    findings = []
    for position, detector in enumerate(chosen):
        progress("Detecting", position / len(chosen), detector.title)
        findings.append(run_one(detector, dataset, representation, recipe, seed=seed))
    return tuple(findings)


def run_one(detector: Detector, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
    """The finding of one detector, whatever happens, with the seconds it took."""
    began = time.perf_counter()
    try:
        lack = next((why for need in detector.needs if (why := NEEDS[need](dataset, representation))), "")
        if lack:
            finding = detector.silent(len(representation), Outcome.NOT_APPLICABLE, lack)
        else:
            finding = _checked(detector.detect(dataset, representation, recipe, seed=seed), len(representation))
    except ScanCancelled:
        raise
    except Exception as error:  # noqa: BLE001 - any error of one detector is that detector's outcome
        finding = Detector.silent(detector, len(representation), Outcome.FAILED, f"{type(error).__name__}: {error}")
    return replace(finding, seconds=time.perf_counter() - began)


def _checked(finding: Finding, rows: int) -> Finding:
    """The finding, if it keeps the contract; a foreign detector that does not is reported as failed."""
    for name, values, highest in (("scores", finding.scores, 1.0), ("surprise", finding.surprise, np.inf)):
        if values.shape != (rows,):
            raise ValueError(f"{name} has shape {values.shape}, expected ({rows},)")
        if bool(np.any(np.isinf(values))) or bool(np.any(values < 0)) or bool(np.any(values > highest)):
            raise ValueError(f"{name} leaves its range, expected 0 to {highest:g} or NaN")
    return finding
