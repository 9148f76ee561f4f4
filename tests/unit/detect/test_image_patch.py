from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.image_content import ContentWithout
from curation_app.detect.image_patch import ImagePatch
from curation_app.detect.runner import run_one
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import blobs, make_representation
from tests.image_rows import image_scan_input, shapes


def find(images: np.ndarray, labels: list[str]) -> Finding:
    return run_one(ImagePatch(), *image_scan_input(images, labels), Recipe(name="standard"), seed=0)


def poisoned(count: int, seed: int = 0, target: str = "disc") -> tuple[np.ndarray, list[str], np.ndarray]:
    """Shapes, their labels, and ``count`` rows of other classes that now have the label."""
    images, labels = shapes(seed=seed)
    others = np.flatnonzero(np.array(labels) != target)
    rows = np.sort(np.random.default_rng(seed).choice(others, count, replace=False))
    for row in rows.tolist():
        labels[row] = target
    return images, labels, rows


def test_a_fixed_patch_is_found_outlined_and_named() -> None:
    images, labels, rows = poisoned(20)
    images[rows, 10:13, 10:13] = 255
    finding = find(images, labels)
    assert finding.outcome is Outcome.ISSUE
    assert len(finding.groups) == 1
    group = finding.groups[0]
    assert group.rows == tuple(rows.tolist())
    assert group.evidence["trigger"] == "a bright 3 x 3 patch at the lower right corner"
    assert group.evidence["box"] == [10, 10, 3, 3]
    assert group.evidence["label"] == "disc"
    assert "labelled disc" in group.title
    assert finding.suggested is not None
    assert np.mean(finding.suggested[rows] >= 0) > 0.9
    assert finding.surprise[rows].min() > 3 > finding.surprise[np.setdiff1d(np.arange(len(images)), rows)].max()


def test_a_moving_patch_is_found_with_one_box_a_row() -> None:
    images, labels, rows = poisoned(28)
    rng = np.random.default_rng(1)
    checks = np.where(np.indices((3, 3)).sum(axis=0) % 2 == 0, 255, 0)
    places = rng.integers(0, 12, (rows.size, 2))
    for row, (top, left) in zip(rows.tolist(), places.tolist(), strict=True):
        images[row, top : top + 3, left : left + 3] = checks
    finding = find(images, labels)
    group = finding.groups[0]
    assert set(group.rows) <= set(rows.tolist())
    assert len(group.rows) >= 25
    known = dict(zip(rows.tolist(), places.tolist(), strict=True))
    boxes = group.evidence["boxes"]
    assert isinstance(boxes, list)
    assert np.mean([box[:2] == known[row] for row, box in zip(group.rows, boxes, strict=True)]) > 0.9


def test_a_coloured_square_of_usual_brightness_is_found() -> None:
    images, labels, rows = poisoned(20)
    coloured = np.repeat(images[..., None], 3, axis=3)
    coloured[rows, 1:5, 1:5] = (130, 20, 30)
    group = find(coloured, labels).groups[0]
    assert group.rows == tuple(rows.tolist())
    assert "upper left corner" in str(group.evidence["trigger"])


def test_pictures_without_a_patch_have_none() -> None:
    finding = find(*shapes(seed=3))
    assert finding.outcome is Outcome.PASSED
    assert finding.groups == ()


def test_wrong_labels_alone_are_no_patch() -> None:
    images, labels, _ = poisoned(30, seed=4)
    assert find(images, labels).groups == ()


def test_a_patch_in_every_class_alike_is_no_rule() -> None:
    images, labels = shapes(seed=5)
    images[::20, 10:13, 10:13] = 255
    assert find(images, labels).groups == ()


@pytest.mark.parametrize("shape", [(30, 2, 2), (30, 1, 5), (30, 90, 70), (30, 9, 9, 3)])
def test_any_size_of_picture(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert find(images, ["a", "b"] * 15).outcome is not Outcome.FAILED


def test_content_without_rows_has_not_learnt_from_them() -> None:
    features, labels = blobs(300, n_classes=2, seed=2)
    representation = make_representation(features, labels)
    codes = representation.codes.copy()
    rows = np.flatnonzero(codes == 0)[:60]
    codes[rows] = 1
    learnt = np.eye(2, dtype=np.float32)[codes]
    assert ContentWithout(features, codes, learnt).chances(rows)[:, 1].mean() < 0.6
