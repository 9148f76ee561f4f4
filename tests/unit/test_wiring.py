"""The pipeline calibrates what it ranks: errors are planted in copies, judged again, and chances learned from them."""

from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack import plant_flips
from curation_app.detect.label_error import LabelError
from curation_app.detect.outlier import Outlier
from curation_app.domain.finding import Kind
from curation_app.domain.recipe import Recipe
from curation_app.pipeline import scan
from tests.builders import blobs, make_dataset

RECIPE = Recipe(name="standard", trees=0)


def test_a_calibrated_scan_says_how_sure_it_is() -> None:
    features, labels = blobs(900, seed=0)
    codes, bad = plant_flips(np.array([int(label[-1]) for label in labels], dtype=np.int32), 3, 0.06, np.random.default_rng(0))
    done = scan(make_dataset(features, [f"class {code}" for code in codes], modality="embedding"), RECIPE, seed=1)
    assert {LabelError.code, Outlier.code} <= set(done.calibration.curves)
    flagged = done.queue.flagged
    assert bad[flagged].mean() > 0.8
    assert bad[flagged].sum() > 0.6 * bad.sum()
    estimate = done.queue.estimates[Kind.MISLABEL.value]
    assert estimate.low <= bad.sum() <= estimate.high
    assert 0.5 * bad.sum() <= estimate.count <= 1.5 * bad.sum()


def test_without_labels_only_far_rows_are_planted() -> None:
    done = scan(make_dataset(blobs(300)[0], modality="embedding"), RECIPE)
    assert set(done.calibration.curves) == {Outlier.code}


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_handful_of_rows_is_ranked_without_curves(rows: int) -> None:
    done = scan(make_dataset(blobs(300)[0][:rows], modality="embedding"), RECIPE)
    assert not done.calibration.curves
    assert done.queue.rank.tolist() == list(range(1, rows + 1))
