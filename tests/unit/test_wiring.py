"""How the pipeline calibrates: errors planted in copies, judged again, handed to the ranking as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from curation_app.attack import plant_far, plant_flips
from curation_app.detect import run_detectors
from curation_app.detect.label_error import label_surprise
from curation_app.detect.outlier import MOST_WITHOUT_GRAPH, far_surprise_of
from curation_app.domain.finding import Kind
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.rank import Calibration, fit_calibration, rank
from tests.builders import blobs, make_dataset, make_representation, vote_probabilities

Judge = Callable[[np.ndarray], np.ndarray]
Samples = dict[str, list[tuple[np.ndarray, np.ndarray]]]

# Shares planted in a copy: enough to fit a curve, too few to change what the models learn.
FLIPPED, FAR = 0.05, 0.03


def calibrate(representation: Representation, judge: Judge | None, recipe: Recipe, seed: int) -> Calibration:
    """The sample for the pipeline: this function, line by line."""
    samples: Samples = {"label": [], "far": []}
    rng = np.random.default_rng(seed)
    features = representation.features
    for _ in range(recipe.plantings):
        if judge is not None:
            codes, flipped = plant_flips(representation.codes, len(representation.classes), FLIPPED, rng)
            samples["label"].append((label_surprise(judge(codes), codes), flipped))
        if features.shape[1]:
            rows = int(min(len(features), MOST_WITHOUT_GRAPH / (1 + FAR) - 1))
            sample = features[rng.choice(len(features), max(rows, 0), replace=False)]
            planted, far = plant_far(sample, round(FAR * len(sample)), rng)
            samples["far"].append((far_surprise_of(planted, recipe.far_neighbours), far))
    return fit_calibration(samples)


def scene(labels_flipped: float, seed: int = 0) -> tuple[Representation, Judge, np.ndarray, Sequence[str]]:
    features, labels = blobs(900, seed=seed)
    codes = np.array([int(label[-1]) for label in labels], dtype=np.int32)
    codes, bad = plant_flips(codes, 3, labels_flipped, np.random.default_rng(seed))
    given = [f"class {code}" for code in codes]
    representation = make_representation(features, given)

    def judge(new_codes: np.ndarray) -> np.ndarray:
        return vote_probabilities(representation.neighbours, new_codes, 3)

    return replace(representation, probabilities=judge(codes)), judge, bad, given


def test_a_calibrated_scan_says_how_sure_it_is() -> None:
    recipe = Recipe(name="standard")
    representation, judge, bad, given = scene(0.06)
    findings = run_detectors(make_dataset(representation.features, given, modality="embedding"), representation, recipe, seed=0)
    calibration = calibrate(representation, judge, recipe, seed=1)
    queue = rank(findings, representation, recipe, calibration=calibration)
    assert set(calibration.curves) == {"label", "far"}
    flagged = queue.flagged
    assert bad[flagged].mean() > 0.8
    assert bad[flagged].sum() > 0.6 * bad.sum()
    estimate = queue.estimates[Kind.MISLABEL.value]
    assert estimate.low <= bad.sum() <= estimate.high
    assert 0.5 * bad.sum() <= estimate.count <= 1.5 * bad.sum()


def test_without_labels_or_rows_there_is_still_an_answer() -> None:
    recipe = Recipe(name="standard")
    features = blobs(300)[0]
    assert set(calibrate(make_representation(features), None, recipe, seed=0).curves) == {"far"}
    for rows in (0, 1, 2):
        small = make_representation(features[:rows])
        calibration = calibrate(small, None, recipe, seed=0)
        assert calibration.curves == {}
        findings = run_detectors(make_dataset(features[:rows]), small, recipe, seed=0)
        assert rank(findings, small, recipe, calibration=calibration).rank.tolist() == list(range(1, rows + 1))
