from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack.injection import LOOSE, TIGHT, plant_between, plant_cluster, plant_collisions
from tests.builders import blobs


def data() -> tuple[np.ndarray, np.ndarray]:
    features, labels = blobs(300)
    return features, np.array([int(label[-1]) for label in labels], dtype=np.int32)


def test_clusters_lie_off_the_data_and_are_as_tight_as_asked() -> None:
    features, codes = data()
    widths = []
    for spread in (LOOSE, TIGHT):
        planted, given, mask = plant_cluster(features, codes, 30, 1, spread, np.random.default_rng(0))
        assert np.array_equal(planted[:300], features)
        assert mask.sum() == 30
        assert set(given[mask].tolist()) == {1}
        widths.append(float((planted[mask].std(axis=0) / features.std(axis=0)).mean()))
    assert widths[0] == pytest.approx(LOOSE, rel=0.3)
    assert widths[1] == pytest.approx(TIGHT, rel=0.3)


@pytest.mark.parametrize("targets", [1, 12])
def test_collisions_lie_at_rows_of_other_classes(targets: int) -> None:
    features, codes = data()
    planted, given, mask = plant_collisions(features, codes, 12, 2, targets, np.random.default_rng(1))
    nearest = {int(np.linalg.norm(features - row, axis=1).argmin()) for row in planted[mask]}
    assert set(given[mask].tolist()) == {2}
    assert all(codes[row] != 2 for row in nearest)
    assert len(nearest) <= targets


def test_rows_between_two_classes_carry_one_of_their_labels() -> None:
    features, codes = data()
    planted, given, mask = plant_between(features, codes, 10, np.random.default_rng(2))
    assert mask.sum() == 10
    assert np.all(given[mask] >= 0)
    assert planted[mask].std() < planted[~mask].std()


def test_without_rows_or_classes_nothing_is_planted() -> None:
    nobody = np.zeros((0, 3), dtype=np.float32)
    assert plant_cluster(nobody, np.zeros(0, dtype=np.int32), 5, 0, LOOSE, np.random.default_rng(0))[2].sum() == 0
    features, codes = data()
    alone = np.zeros_like(codes)
    assert plant_collisions(features, alone, 5, 0, 1, np.random.default_rng(0))[2].sum() == 0
    assert plant_between(features, alone, 5, np.random.default_rng(0))[2].sum() == 0
