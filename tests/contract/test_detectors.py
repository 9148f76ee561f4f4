"""What every detector keeps, whatever it looks for. A new detector is held to this by being registered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.detect import DETECTORS, Detector
from curation_app.detect.runner import NEEDS, run_one
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Baseline, Representation
from tests.builders import blobs, make_dataset, make_representation

RECIPE = Recipe(name="standard")
ALL = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.code)
Case = tuple[Dataset, Representation]


def table_case(rows: int = 120, seed: int = 0) -> Case:
    """Blobs with copies, a copy with another label, a far row, a missing value and missing labels."""
    features, labels = blobs(rows, seed=seed)
    given: list[str | None] = list(labels)
    features[10:14] = features[9]
    given[10:14] = [given[9]] * 4
    features[20] = features[21]
    given[20] = "class 0" if given[21] != "class 0" else "class 1"
    features[30] = 40.0
    given[40] = given[41] = None
    frame = pd.DataFrame(features, columns=[f"größe {column}" for column in range(features.shape[1])]).astype(object)
    frame.iloc[5, 2] = None
    return with_baseline(make_dataset(features, given, frame=frame, sources=sources(rows)), make_representation(features, given))


def with_baseline(dataset: Dataset, representation: Representation) -> Case:
    """The same with trusted rows to compare with: all but the last ten, the first of them labelled otherwise."""
    kept = np.arange(max(len(dataset) - 10, 0))
    labels = dataset.labels[kept].copy()
    labels[0] = next(label for label in representation.classes if label != labels[0])
    trusted = replace(
        dataset,
        frame=dataset.frame.iloc[kept],
        ids=dataset.ids[kept],
        labels=labels,
        row_fingerprints=dataset.row_fingerprints[kept],
        vectors=None if dataset.vectors is None else dataset.vectors[kept],
        images=None if dataset.images is None else dataset.images[kept],
    )
    return dataset, replace(representation, baseline=Baseline(dataset=trusted, features=representation.features[kept]))


def sources(rows: int) -> list[str]:
    """Twenty rows each, so that the copies of a case come from one source."""
    return [f"vendor {row // 20}" for row in range(rows)]


def text_case() -> Case:
    """Messages in several scripts, with copies and near-copies."""
    words = ["grüße", "消息", "привет", "🎉🎉", "free money", "a\u200bb", "\x00nul", "see you at the station tomorrow morning"]
    texts = [f"{words[row % 8]} number {row} {words[(row * 5) % 8]}" for row in range(60)]
    texts[50:55] = ["call this number now to claim your prize"] * 5
    labels = ["spam" if row % 3 == 0 else "ham" for row in range(60)]
    labels[50:55] = ["ham", "ham", "spam", "ham", "ham"]
    features = np.random.default_rng(1).standard_normal((60, 6))
    features[50:55] = features[50]
    copies = np.unique(texts, return_inverse=True)[1]
    dataset = make_dataset(features, labels, texts=texts, sources=sources(60))
    return with_baseline(dataset, make_representation(features, labels, copies=copies))


def image_case() -> Case:
    """Small colour images, one of them twice."""
    images = np.random.default_rng(2).integers(0, 256, (40, 9, 7, 3), dtype=np.uint8)
    images[3] = images[4]
    labels = ["cat", "dog"] * 20
    return with_baseline(make_dataset(images=images, labels=labels), make_representation(images.reshape(40, -1) / 255.0, labels))


def embedding_case() -> Case:
    """Vectors of several lengths: copies, a hole, one of zeros, one far too long."""
    vectors, labels = blobs(90, seed=3)
    vectors *= np.random.default_rng(3).uniform(0.5, 2.0, (90, 1)).astype(np.float32)
    vectors[20] = vectors[21]
    vectors[30], vectors[31] = 0.0, 1e12
    features = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    vectors[5, 2] = np.nan
    dataset = make_dataset(vectors, labels, modality="embedding", sources=sources(90))
    return with_baseline(dataset, make_representation(features, labels))


CASES = {"table": table_case, "text": text_case, "image": image_case, "embedding": embedding_case}
EACH_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def run(detector: Detector, case: Case, seed: int = 0) -> Finding:
    return run_one(detector, *case, RECIPE, seed=seed)


def lacks(detector: Detector, case: Case) -> bool:
    """Whether the case has not what the detector needs: then it must say so, and nothing else is asked of it."""
    return any(NEEDS[need](*case) for need in detector.needs)


def reordered(case: Case, order: np.ndarray) -> Case:
    """The same rows in another order; the graph is searched again."""
    dataset, representation = case
    labels = [None if code < 0 else representation.classes[code] for code in representation.codes[order]]
    moved = replace(
        dataset,
        frame=dataset.frame.iloc[order].reset_index(drop=True),
        labels=dataset.labels[order],
        vectors=None if dataset.vectors is None else dataset.vectors[order],
        images=None if dataset.images is None else dataset.images[order],
    )
    probabilities = None if representation.probabilities is None else representation.probabilities[order]
    again = make_representation(representation.features[order], labels, copies=representation.copies[order], probabilities=probabilities)
    return moved, replace(again, baseline=representation.baseline)


@ALL
def test_says_what_it_is(detector: Detector) -> None:
    assert detector.code == detector.code.lower().replace("_", "-").strip()
    assert detector.title
    assert detector.question.endswith("?")
    assert detector.family
    assert detector.source
    assert isinstance(detector.kind, Kind)
    assert set(detector.needs) <= set(NEEDS)


@ALL
@EACH_CASE
def test_scores_keep_shape_and_range(detector: Detector, case: object) -> None:
    built = case()  # type: ignore[operator]
    finding = run(detector, built)
    rows = finding.scores.size
    if lacks(detector, built):
        assert finding.outcome is Outcome.NOT_APPLICABLE
        return
    assert finding.outcome in {Outcome.ISSUE, Outcome.PASSED}, finding.reason
    assert finding.scores.dtype == np.float64
    assert finding.surprise.shape == (rows,)
    scored = np.isfinite(finding.surprise)
    assert np.all((finding.scores[scored] >= 0) & (finding.scores[scored] <= 1))
    assert np.all(finding.surprise[scored] >= 0)
    assert np.allclose(finding.scores[scored], 1 - 10 ** (-np.minimum(finding.surprise[scored], 6) / 2))
    assert finding.rule.endswith(".")
    assert all(values.shape[0] == rows for values in finding.evidence.values())
    assert finding.suggested is None or (finding.suggested.shape == (rows,) and finding.suggested.dtype == np.int32)
    assert all(0 <= row < rows for group in finding.groups for row in group.rows)


@ALL
@EACH_CASE
def test_every_surprising_row_has_one_sentence(detector: Detector, case: object) -> None:
    finding = run(detector, case())  # type: ignore[operator]
    for row in np.flatnonzero(finding.surprise >= 1).tolist():
        sentence = finding.reasons[row]
        assert sentence.endswith(".")
        assert sentence.isprintable()


@ALL
@EACH_CASE
def test_does_not_change_its_input(detector: Detector, case: object) -> None:
    dataset, representation = case()  # type: ignore[operator]
    kept = {name: getattr(representation, name).copy() for name in ("features", "copies", "codes", "probabilities")}
    frame, distances = dataset.frame.copy(deep=True), representation.neighbours.distances.copy()
    run(detector, (dataset, representation))
    for name, values in kept.items():
        assert np.array_equal(values, getattr(representation, name)), name
    assert np.array_equal(distances, representation.neighbours.distances)
    pd.testing.assert_frame_equal(frame, dataset.frame)


@ALL
@EACH_CASE
def test_same_seed_gives_the_same(detector: Detector, case: object) -> None:
    one, two = run(detector, case()), run(detector, case())  # type: ignore[operator]
    assert np.array_equal(one.surprise, two.surprise, equal_nan=True)
    assert one.reasons == two.reasons
    assert one.groups == two.groups


@ALL
@EACH_CASE
def test_row_order_does_not_matter(detector: Detector, case: object) -> None:
    original = case()  # type: ignore[operator]
    order = np.random.default_rng(3).permutation(len(original[1]))
    assert np.allclose(
        run(detector, reordered(original, order)).surprise, run(detector, original).surprise[order], atol=1e-6, equal_nan=True
    )


@ALL
@EACH_CASE
def test_copies_with_one_label_score_alike(detector: Detector, case: object) -> None:
    dataset, representation = case()  # type: ignore[operator]
    surprise = run(detector, (dataset, representation)).surprise
    _, kin = np.unique(np.stack((representation.copies, representation.codes)), axis=1, return_inverse=True)
    for group in range(kin.max() + 1):
        values = surprise[kin == group]
        assert np.allclose(values, values[0], atol=1e-6, equal_nan=True)


@ALL
@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_few_rows_are_no_reason_to_fail(detector: Detector, rows: int) -> None:
    features, labels = blobs(rows)
    finding = run(detector, (make_dataset(features, labels), make_representation(features, labels)))
    assert finding.outcome is not Outcome.FAILED, finding.reason
    assert finding.scores.shape == (rows,)
    assert not np.any(finding.surprise > 2)


@ALL
@pytest.mark.parametrize("labels", [["only"] * 60, [None] * 60], ids=["one class", "no labels"])
def test_one_class_or_no_labels(detector: Detector, labels: list[str | None]) -> None:
    features, _ = blobs(60)
    case = make_dataset(features, labels), make_representation(features, labels)
    finding = run(detector, case)
    assert finding.outcome is (Outcome.NOT_APPLICABLE if lacks(detector, case) else Outcome.PASSED)
    assert finding.reason.endswith(".")


@ALL
def test_constant_columns_and_equal_rows(detector: Detector) -> None:
    features = np.ones((50, 4))
    labels = ["a", "b"] * 25
    finding = run(detector, (make_dataset(features, labels), make_representation(features, labels)))
    assert finding.outcome is not Outcome.FAILED, finding.reason
    features[:, 1] = np.arange(50) % 7
    finding = run(detector, (make_dataset(features, labels), make_representation(features, labels)))
    assert finding.outcome is not Outcome.FAILED, finding.reason


@ALL
def test_results_are_read_only(detector: Detector) -> None:
    finding = run(detector, table_case())
    with pytest.raises(ValueError, match="read-only"):
        finding.scores[0] = 1.0
