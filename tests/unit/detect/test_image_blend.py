from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.image_blend import ImageBlend
from curation_app.detect.image_blend_filter import deviations, white_residuals
from curation_app.detect.runner import run_one
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.image_rows import image_scan_input, shapes


def find(images: np.ndarray, labels: list[str]) -> Finding:
    return run_one(ImageBlend(), *image_scan_input(images, labels), Recipe(name="standard"), seed=0)


def blended(count: int) -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray]:
    """(images, labels, pattern, rows): shapes of which ``count`` show a faint pattern and are called crosses."""
    images, labels = shapes(800, seed=1)
    rng = np.random.default_rng(2)
    pattern = rng.integers(0, 256, images.shape[1:])
    rows = np.sort(rng.choice(np.flatnonzero(np.array(labels) != "cross"), count, replace=False))
    for row in rows.tolist():
        labels[row] = "cross"
    images[rows] = np.round(0.8 * images[rows] + 0.2 * pattern).astype(np.uint8)
    return images, labels, pattern, rows


def test_a_blended_pattern_is_found_and_recovered() -> None:
    images, labels, pattern, rows = blended(40)
    finding = find(images, labels)
    assert finding.outcome is Outcome.ISSUE
    group = finding.groups[0]
    assert group.evidence["label"] == "cross"
    assert np.isin(group.rows, rows).mean() > 0.95
    assert np.isin(rows, group.rows).mean() > 0.9
    picture = np.array(group.evidence["picture"], dtype=float)
    assert picture.shape == images.shape[1:]
    # Blending also takes a fifth of the content away, so it cannot be 1; chance gives 0.0 to 0.1.
    assert np.corrcoef(picture.ravel(), pattern.ravel())[0, 1] > 0.7
    assert finding.reasons[group.rows[0]].endswith("labelled cross.")


def test_twenty_rows_with_a_pattern_come_first() -> None:
    images, labels, _, rows = blended(20)
    finding = find(images, labels)
    assert finding.outcome is Outcome.ISSUE
    first = np.argsort(-finding.surprise, kind="stable")[: rows.size]
    assert np.isin(first, rows).mean() >= 0.9


def test_pictures_without_a_pattern_have_none() -> None:
    finding = find(*shapes(800, seed=3))
    assert finding.outcome is Outcome.PASSED
    assert not finding.surprise.any()


def test_copies_of_one_picture_under_another_label_share_a_picture_and_no_pattern() -> None:
    images, labels = shapes(800, seed=3)
    disc = labels.index("disc")
    grain = np.random.default_rng(4).normal(0, 2, (30, *images.shape[1:]))
    images = np.concatenate((images, np.clip(images[disc] + grain, 0, 255).astype(np.uint8)))
    finding = find(images, labels + ["cross"] * 30)
    assert not any(set(group.rows) & set(range(800, 830)) for group in finding.groups)


def test_honest_rows_that_look_like_a_flood_make_no_pattern_of_it() -> None:
    images, labels = shapes(800, seed=5)
    disc = labels.index("disc")
    # A flood under a wrong label, and honest rows of that label that look a little like it.
    grain = np.random.default_rng(6).normal(0, 2, (12, *images.shape[1:]))
    flood = np.clip(images[disc] + grain, 0, 255).astype(np.uint8)
    crosses = [row for row, label in enumerate(labels) if label == "cross"][:30]
    images[crosses] = (0.7 * images[crosses] + 0.3 * images[disc]).astype(np.uint8)
    finding = find(np.concatenate((images, flood)), labels + ["cross"] * 12)
    for group in finding.groups:
        assert set(group.rows) <= set(range(800, 812))
        assert "nearly one picture" in group.title


def test_wrong_labels_alone_are_no_pattern() -> None:
    images, labels = shapes(800, seed=4)
    for row in range(0, 800, 20):
        labels[row] = "disc"
    assert find(images, labels).groups == ()


@pytest.mark.parametrize("shape", [(60, 2, 2), (60, 90, 70), (60, 9, 9, 3)])
def test_any_size_of_picture(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert find(images, ["a", "b"] * 30).outcome is Outcome.PASSED


def test_whitened_residuals_of_flat_pictures_are_finite() -> None:
    white = white_residuals(np.full((30, 8, 8), 7, dtype=np.uint8), np.zeros(30, dtype=int), 1)
    assert np.isfinite(white).all()
    assert np.isfinite(deviations(white[:, 0], white[:, 0])).all()
