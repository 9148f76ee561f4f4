"""Each modality's features: what is near, what is left out, what odd values become."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from curation_app.domain.roles import Roles
from curation_app.errors import UsageError
from curation_app.represent.embedding import embedding_features
from curation_app.represent.image import image_features
from curation_app.represent.numbers import number_features
from curation_app.represent.principal import orthonormal, principal_components
from curation_app.represent.table import table_features
from curation_app.represent.text import text_features
from tests.unit.represent.rows import dataset_of

ROWS = 120


def frame(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)


def test_an_embedding_keeps_its_direction_only() -> None:
    features = embedding_features(np.array([[3, 4], [0, 0], [np.nan, 2]], np.float32))
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), [1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(features[0], [0.6, 0.8], atol=1e-6)


def test_numbers_lose_constants_and_gain_a_mark_where_they_had_holes() -> None:
    vectors = np.array([[1, 5, 2], [2, 5, np.nan], [3, 5, 4], [4, 5, np.inf]], np.float32)
    features = number_features(vectors)
    assert features.shape == (4, 3)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-6)
    assert features[1, 2] == features[3, 2] > features[0, 2]


def test_huge_numbers_stay_finite() -> None:
    vectors = np.array([[1e30], [-3e38], [0], [1]], np.float32)
    assert np.isfinite(number_features(vectors)).all()


def test_numeric_text_becomes_numbers_and_words_in_between_count_as_missing() -> None:
    values = [f" {value} " for value in range(ROWS)]
    values[::3] = [f"{value}.5e0" for value in range(0, ROWS, 3)]
    values[5] = "?"
    features, told = table_features(dataset_of(frame=frame(a=values)), seed=0)
    assert told == "1 numeric columns"
    assert features.shape == (ROWS, 2)
    assert features[10, 0] < features[20, 0] < features[110, 0]


def test_different_levels_lie_at_distance_one() -> None:
    features, _ = table_features(dataset_of(frame=frame(a=["x", "y", "z"] * 40)), seed=0)
    assert np.linalg.norm(features[0] - features[1]) == pytest.approx(1, abs=1e-6)
    assert np.linalg.norm(features[0] - features[3]) == 0


def test_provenance_label_constants_counters_and_names_are_left_out_and_told() -> None:
    columns = frame(
        id=[f"r{row}" for row in range(ROWS)],
        who=["ann", "bob"] * 60,
        when=["2024-01-01"] * ROWS,
        label=["a", "b"] * 60,
        same=["1"] * ROWS,
        counter=[str(row) for row in range(ROWS)],
        name=[f"X-{row * 7919 % 1000:03}" for row in range(ROWS)],
        kept=[str(row % 7) for row in range(ROWS)],
    )
    roles = Roles(id="id", annotator="who", time="when", label="label")
    features, told = table_features(dataset_of(frame=columns, roles=roles), seed=0)
    assert features.shape == (ROWS, 1)
    assert told == "1 numeric columns; left out (constant): same; left out (row counters): counter; left out (names of rows): name"


def test_dates_are_numbers_of_days() -> None:
    days = [f"2024-{1 + row % 12:02}-{1 + row % 28:02}T10:00:00" for row in range(ROWS)]
    features, told = table_features(dataset_of(frame=frame(day=days)), seed=0)
    assert told == "1 date columns"
    assert features[0, 0] < features[11, 0]


def test_similar_spellings_are_near() -> None:
    rng = np.random.default_rng(0)
    cities = [
        f"{city} {rng.integers(10**4)}" for city in ("north harbour street", "lower mill lane", "queen victoria square") for _ in range(40)
    ]
    features, told = table_features(dataset_of(frame=frame(city=cities)), seed=0)
    assert told == "1 text columns"
    distances = np.linalg.norm(features[:, None] - features[None], axis=2)
    assert np.median(distances[:40, :40]) < 0.6 * np.median(distances[:40, 40:])


def test_a_table_without_columns_has_no_features() -> None:
    features, told = table_features(dataset_of(frame=pd.DataFrame(index=range(4))), seed=0)
    assert features.shape == (4, 0)
    assert told == "no usable column"


def test_texts_about_the_same_are_near() -> None:
    texts = ["the card was lost", "my card is lost", "rain and wind today", "wind and rain tomorrow"] * 20
    features, told = text_features(texts, seed=0)
    assert "TF-IDF" in told
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)
    assert features[0] @ features[1] > features[0] @ features[2]


@pytest.mark.parametrize("texts", [[""] * 3, ["", "!!"], ["one"], []])
def test_texts_without_words_have_features_all_the_same(texts: list[str]) -> None:
    features, _ = text_features(texts, seed=0)
    assert features.shape[0] == len(texts)
    assert np.isfinite(features).all()


def test_a_missing_sentence_model_is_named(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(UsageError):
        text_features(["a"], seed=0, model=tmp_path / "none")


def test_images_differ_by_shape_and_by_colour() -> None:
    images = np.zeros((90, 16, 16, 3), np.uint8)
    images[:30, 2:6, :, 0] = 200
    images[30:60, 2:6, :, 1] = 200
    images[60:, :, 2:6, 0] = 200
    images += np.random.default_rng(0).integers(0, 20, images.shape, dtype=np.uint8)
    features, told = image_features(images, seed=0)
    assert "colour" in told
    means = [features[start : start + 30].mean(axis=0) for start in (0, 30, 60)]
    spread = np.linalg.norm(features[:30] - means[0], axis=1).mean()
    assert min(np.linalg.norm(means[0] - means[1]), np.linalg.norm(means[0] - means[2])) > 1.2 * spread


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 3, 200), (4, 130, 70, 3), (2, 28, 28)])
def test_images_of_any_size_are_described(shape: tuple[int, ...]) -> None:
    features, _ = image_features(np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8), seed=0)
    assert features.shape[0] == shape[0]
    assert np.isfinite(features).all()


@pytest.mark.parametrize("width", [40, 700])
def test_principal_axes_keep_what_an_svd_keeps(width: int) -> None:
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(300, 5)) * [9, 7, 5, 3, 2] @ rng.normal(size=(5, width))
    features = (signal + 0.1 * rng.normal(size=(300, width))).astype(np.float32)
    coordinates, kept = principal_components(features, 3, seed=0)
    values = np.linalg.svd(features - features.mean(axis=0), compute_uv=False)
    np.testing.assert_allclose(np.linalg.norm(coordinates, axis=0), values[:3], rtol=1e-3)
    assert kept == pytest.approx(np.sum(values[:3] ** 2) / np.sum(values**2), abs=1e-3)


def test_an_orthonormal_block_drops_what_depends_on_the_rest() -> None:
    block = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    basis = orthonormal(np.hstack([block, block[:, :2]]))
    assert basis.shape == (50, 4)
    np.testing.assert_allclose(basis.T @ basis, np.eye(4), atol=1e-5)


def test_features_columns_named_by_the_user_are_the_only_ones() -> None:
    columns = frame(a=[str(row % 5) for row in range(ROWS)], b=[str(row % 3) for row in range(ROWS)])
    features, _ = table_features(dataset_of(frame=columns, roles=Roles(features=("b",))), seed=0)
    assert features.shape == (ROWS, 1)
