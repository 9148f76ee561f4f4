from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from curation_app.attack import plant_far
from curation_app.detect.far_space import FarSpace
from curation_app.detect.outlier import Outlier, far_surprise, far_surprise_of
from curation_app.detect.runner import run_one
from curation_app.domain.dataset import Modality
from curation_app.domain.finding import Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import blobs, brute_neighbours, make_dataset, make_representation

RECIPE = Recipe(name="standard")


@pytest.mark.parametrize("modality", ["table", "embedding"])
def test_scattered_far_rows_come_first(modality: Modality) -> None:
    features, _ = blobs(500)
    features[:6] += 12.0 * np.sign(np.random.default_rng(0).standard_normal((6, 8)))
    finding = run_one(Outlier(), make_dataset(features, modality=modality), make_representation(features), RECIPE, seed=0)
    assert finding.outcome is Outcome.ISSUE
    assert set(np.argsort(-finding.surprise)[:6].tolist()) == set(range(6))
    assert finding.reasons[0].startswith("Unlike the other rows: ")


@pytest.mark.parametrize("modality", ["table", "embedding"])
def test_clean_rows_pass(modality: Modality) -> None:
    features = np.random.default_rng(1).standard_normal((800, 6)).astype(np.float32)
    finding = run_one(Outlier(), make_dataset(features, modality=modality), make_representation(features), RECIPE, seed=0)
    assert finding.outcome is Outcome.PASSED
    assert np.sum(finding.surprise >= 4) == 0


def _directions(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_vectors_may_be_far_by_their_length_alone() -> None:
    vectors, _ = blobs(500)
    vectors[:6] *= 4.0
    # What the scan's features are: directions, in which nothing is odd.
    features = _directions(vectors)
    finding = run_one(Outlier(), make_dataset(vectors, modality="embedding"), make_representation(features), RECIPE, seed=0)
    assert set(np.argsort(-finding.surprise)[:6].tolist()) == set(range(6))
    assert finding.outcome is Outcome.ISSUE


def test_a_single_vector_of_another_length_is_seen_where_all_have_one() -> None:
    features = _directions(np.random.default_rng(3).standard_normal((400, 6))).astype(np.float32)
    features[0] *= 5.0
    finding = run_one(Outlier(), make_dataset(features, modality="embedding"), make_representation(_directions(features)), RECIPE, seed=0)
    assert finding.surprise.argmax() == 0
    assert finding.outcome is Outcome.ISSUE


def test_a_few_huge_values_do_not_hide_rows_that_are_a_little_odd_everywhere() -> None:
    rng = np.random.default_rng(8)
    features = np.exp(1.5 * rng.standard_normal((1_000, 1)) + 0.3 * rng.standard_normal((1_000, 12)))
    # Small numbers and large ones in turn, none of them out of its column's range.
    features[:8, ::2], features[:8, 1::2] = 0.1, 8.0
    representation = make_representation(features)
    finding = run_one(Outlier(), make_dataset(features), representation, RECIPE, seed=0)
    assert set(np.argsort(-finding.surprise)[:8].tolist()) == set(range(8))
    plain = far_surprise(representation.neighbours.distances)
    assert np.median(np.searchsorted(np.sort(-plain), -plain[:8])) > 30


def test_missing_numbers_of_a_vector_are_like_the_usual_ones() -> None:
    vectors, _ = blobs(300)
    vectors[::7, 1] = np.nan
    vectors[:4] *= 5.0
    features = np.nan_to_num(vectors)
    finding = run_one(Outlier(), make_dataset(vectors, modality="embedding"), make_representation(_directions(features)), RECIPE, seed=0)
    assert set(np.argsort(-finding.surprise)[:4].tolist()) == set(range(4))


@pytest.mark.parametrize("huge", [1e6, 1e12, 1e30])
def test_one_huge_number_does_not_hide_the_other_far_rows(huge: float) -> None:
    vectors = np.random.default_rng(4).standard_normal((500, 16)).astype(np.float32)
    vectors[5:10] *= 4.0
    vectors[0, 3] = huge
    representation = make_representation(_directions(vectors.astype(np.float64)))
    finding = run_one(Outlier(), make_dataset(vectors, modality="embedding"), representation, RECIPE, seed=0)
    assert set(np.argsort(-finding.surprise)[:6].tolist()) == {0, *range(5, 10)}


def test_many_vectors_are_compared_with_a_sample() -> None:
    vectors = np.random.default_rng(6).standard_normal((3_400, 300)).astype(np.float32)
    vectors *= np.random.default_rng(7).uniform(0.8, 1.2, (3_400, 1)).astype(np.float32)
    vectors[:5] *= 5.0
    representation = make_representation(_directions(vectors))
    finding = run_one(Outlier(), make_dataset(vectors, modality="embedding"), representation, RECIPE, seed=0)
    assert set(np.argsort(-finding.surprise)[:5].tolist()) == set(range(5))
    assert "of a sample, far numbers drawn in" in finding.rule


def test_names_the_cells_that_are_unusual() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"age": rng.normal(40, 8, 300).round().astype(int).astype(str), "city": rng.choice(["Bern", "Basel"], 300)})
    frame.loc[7, "age"], frame.loc[8, "city"] = "900", "Nowhere"
    features = np.stack((frame["age"].astype(float) / 8, (frame["city"] == "Bern") * 1.0, (frame["city"] == "Nowhere") * 9.0), axis=1)
    finding = run_one(Outlier(), make_dataset(features, frame=frame), make_representation(features), RECIPE, seed=0)
    assert finding.reasons[7] == "Unlike the other rows: age is 900, which is rare."
    assert "city is Nowhere" in finding.reasons[8]


def test_a_sample_without_a_graph_is_judged_as_with_one() -> None:
    features, mask = plant_far(blobs(300)[0], 15, np.random.default_rng(3))
    direct = far_surprise_of(FarSpace(points=features, softened=False))
    assert np.allclose(direct, far_surprise(brute_neighbours(features, 100).distances), atol=0.01)
    assert np.median(direct[mask]) > 1.5
    with pytest.raises(ValueError, match="at most"):
        far_surprise_of(FarSpace(points=np.zeros((3_001, 2)), softened=False))


def test_equal_rows_are_not_surprising() -> None:
    assert np.array_equal(far_surprise(np.zeros((50, 5))), np.zeros(50))
    assert far_surprise(np.zeros((1, 0))).tolist() == [0.0]
