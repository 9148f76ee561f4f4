from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curation_app.detect.fine_detail import fine_detail
from curation_app.detect.outlier import Outlier
from curation_app.detect.runner import run_one
from curation_app.domain.finding import Outcome
from curation_app.domain.recipe import Recipe
from tests.image_rows import image_scan_input, shapes

RECIPE = Recipe(name="standard")


@pytest.mark.parametrize("deviation", [5.0, 20.0])
def test_white_noise_is_measured_in_steps_of_grey(deviation: float) -> None:
    noise = 128 + deviation * np.random.default_rng(0).standard_normal((20, 32, 32))
    assert np.exp(fine_detail(noise.astype(np.uint8))) - 0.5 == pytest.approx(deviation, rel=0.2)


def test_straight_edges_and_slopes_are_no_noise() -> None:
    image = np.zeros((2, 16, 16), dtype=np.uint8)
    image[0, :, 8:] = 255
    image[1] = np.arange(16) * 10
    assert np.exp(fine_detail(image)) == pytest.approx(0.5)


def test_colour_and_tiny_pictures() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (4, 8, 8), dtype=np.uint8)
    assert np.allclose(fine_detail(np.repeat(grey[..., None], 3, axis=3)), fine_detail(grey))
    assert np.array_equal(fine_detail(grey[:, :2, :2]), np.zeros(4))
    assert fine_detail(grey[:0]).size == 0


def test_pictures_full_of_noise_stand_apart_and_it_says_so() -> None:
    images, labels = shapes(400)
    rng = np.random.default_rng(3)
    images[:4] = np.clip(images[:4] + 120 * rng.standard_normal(images[:4].shape), 0, 255)
    finding = run_one(Outlier(), *image_scan_input(images, labels), RECIPE, seed=0)
    assert finding.outcome is Outcome.ISSUE
    assert set(np.argsort(-finding.surprise)[:4].tolist()) == set(range(4))
    assert finding.reasons[0] == "Unlike the other images: far more fine detail or noise."


def test_pictures_of_usual_grain_pass() -> None:
    finding = run_one(Outlier(), *image_scan_input(*shapes(400)), RECIPE, seed=0)
    assert finding.outcome is Outcome.PASSED


def test_pictures_that_come_with_vectors_are_judged_by_the_vectors() -> None:
    dataset, representation = image_scan_input(*shapes(200))
    finding = run_one(Outlier(), replace(dataset, modality="embedding"), representation, RECIPE, seed=0)
    assert finding.outcome in (Outcome.PASSED, Outcome.ISSUE)
    assert "fine detail" not in finding.rule
