"""What every modality's representation and judge must hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from curation_app.domain.dataset import Dataset
from curation_app.domain.recipe import recipe_named
from curation_app.domain.roles import Roles
from curation_app.represent import judge_for, layout, quick_layout, represent
from tests.unit.represent.rows import dataset_of

RECIPE = replace(recipe_named("standard"), trees=20, fourier_features=100)
ROWS = 240
WORDS = {"a": "cash card lost payment", "b": "goal match team score", "c": "rain cloud wind storm"}


def _labels(rows: int) -> list[str | None]:
    labels: list[str | None] = [("a", "b", "c")[row % 3] for row in range(rows)]
    return [None if row % 40 == 7 else label for row, label in enumerate(labels)]


def _codes(rows: int) -> np.ndarray:
    return np.arange(rows) % 3


def _vectors(rows: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(rows, 10)) + 3 * np.eye(3, 10)[_codes(rows)]).astype(np.float32)


def embedding(rows: int) -> Dataset:
    return dataset_of(vectors=_vectors(rows), labels=_labels(rows), modality="embedding")


def numbers(rows: int) -> Dataset:
    return dataset_of(vectors=_vectors(rows), labels=_labels(rows))


def table(rows: int) -> Dataset:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "size": [f"{value:.2f}" for value in rng.normal(size=rows) + 2 * _codes(rows)],
            "kind": [("oak", "elm", "fir")[code] if rng.random() < 0.8 else "ash" for code in _codes(rows)],
            "label": _labels(rows),
        }
    )
    return dataset_of(frame=frame, labels=_labels(rows), roles=Roles(label="label"))


def text(rows: int) -> Dataset:
    rng = np.random.default_rng(2)
    texts = [" ".join(rng.choice([*WORDS["abc"[code]].split(), "the", "my", "is", "was"], 6)) for code in _codes(rows)]
    return dataset_of(frame=pd.DataFrame({"text": texts}), labels=_labels(rows), modality="text", roles=Roles(text="text"))


def image(rows: int) -> Dataset:
    pictures = np.random.default_rng(3).integers(0, 60, (rows, 12, 12, 3)).astype(np.uint8)
    for row, code in enumerate(_codes(rows)):
        pictures[row, 4 * code : 4 * code + 4, :, code] += 150
    return dataset_of(images=pictures, labels=_labels(rows), modality="image")


@pytest.fixture(params=[embedding, numbers, table, text, image], ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Callable[[int], Dataset]:
    return request.param


def test_shapes_types_and_ranges(make: Callable[[int], Dataset]) -> None:
    representation = represent(make(ROWS), RECIPE, seed=0)
    assert representation.features.dtype == np.float32
    assert representation.features.flags.c_contiguous
    assert np.isfinite(representation.features).all()
    assert representation.neighbours.rows.shape == (ROWS, 100)
    assert (representation.copies.shape, representation.copies.dtype) == ((ROWS,), np.int32)
    assert representation.classes == ("a", "b", "c")
    assert representation.probabilities is None
    assert representation.descriptor


def test_probabilities_sum_to_one_and_find_the_classes(make: Callable[[int], Dataset]) -> None:
    dataset = make(ROWS)
    representation = represent(dataset, RECIPE, seed=0)
    judge = judge_for(dataset, representation, RECIPE, seed=0)
    assert judge is not None
    chances = judge(representation.codes)
    assert (chances.shape, chances.dtype) == ((ROWS, 3), np.float32)
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-5)
    missing = representation.codes < 0
    assert missing.any()
    assert np.mean(chances.argmax(axis=1) == _codes(ROWS)) > 0.9
    assert np.mean(chances.argmax(axis=1)[missing] == _codes(ROWS)[missing]) > 0.6


def test_the_same_seed_gives_the_same_bytes(make: Callable[[int], Dataset]) -> None:
    def once() -> tuple[bytes, bytes, bytes]:
        dataset = make(ROWS)
        representation = represent(dataset, RECIPE, seed=5)
        judge = judge_for(dataset, representation, RECIPE, seed=5)
        assert judge is not None
        chances = judge(representation.codes)
        assert chances.tobytes() == judge(representation.codes).tobytes()
        return representation.features.tobytes(), representation.neighbours.rows.tobytes(), chances.tobytes()

    assert once() == once()


def test_the_dataset_is_left_as_it_was(make: Callable[[int], Dataset]) -> None:
    dataset, untouched = make(ROWS), make(ROWS)
    representation = represent(dataset, RECIPE, seed=0)
    judge = judge_for(dataset, representation, RECIPE, seed=0)
    assert judge is not None
    codes = representation.codes.copy()
    judge(codes)
    assert np.array_equal(codes, representation.codes)
    pd.testing.assert_frame_equal(dataset.frame, untouched.frame)
    for mine, other in ((dataset.vectors, untouched.vectors), (dataset.images, untouched.images)):
        assert mine is None or (np.array_equal(mine, other) and mine.flags.writeable)


def test_a_planted_flip_among_copies_is_judged_by_other_rows(make: Callable[[int], Dataset]) -> None:
    dataset = _with_copies(make(ROWS))
    representation = represent(dataset, RECIPE, seed=0)
    group = np.flatnonzero(representation.copies == representation.copies[0])
    assert set(range(12)) <= set(group)
    judge = judge_for(dataset, representation, RECIPE, seed=0)
    assert judge is not None
    codes = _codes(ROWS).astype(np.int32)
    codes[group] = 1
    # Twelve copies that all say "b" must not vouch for one another: the row is an "a" to everyone else.
    assert np.all(judge(codes)[group].argmax(axis=1) == 0)


def _with_copies(dataset: Dataset) -> Dataset:
    """Rows 1-11 get the content of row 0."""
    take = np.concatenate([np.zeros(12, int), np.arange(12, ROWS)])
    return replace(
        dataset,
        frame=dataset.frame.iloc[take].reset_index(drop=True),
        vectors=None if dataset.vectors is None else dataset.vectors[take],
        images=None if dataset.images is None else dataset.images[take],
    )


def test_the_order_of_rows_hardly_matters(make: Callable[[int], Dataset]) -> None:
    dataset = make(ROWS)
    order = np.random.default_rng(0).permutation(ROWS)
    moved = replace(
        dataset,
        frame=dataset.frame.iloc[order].reset_index(drop=True),
        labels=dataset.labels[order],
        vectors=None if dataset.vectors is None else dataset.vectors[order],
        images=None if dataset.images is None else dataset.images[order],
    )
    one, other = (_chances(each) for each in (dataset, moved))
    assert np.mean(one.argmax(axis=1)[order] == other.argmax(axis=1)) > 0.95


def _chances(dataset: Dataset) -> np.ndarray:
    representation = represent(dataset, RECIPE, seed=0)
    judge = judge_for(dataset, representation, RECIPE, seed=0)
    assert judge is not None
    return judge(representation.codes)


@pytest.mark.parametrize("rows", [1, 2, 3, 6])
def test_a_handful_of_rows_works(make: Callable[[int], Dataset], rows: int) -> None:
    dataset = make(rows)
    representation = represent(dataset, RECIPE, seed=0)
    judge = judge_for(dataset, representation, RECIPE, seed=0)
    assert (judge is None) == bool(representation.why_no_probabilities) == (rows == 1)
    if judge is not None:
        np.testing.assert_allclose(judge(representation.codes).sum(axis=1), 1, atol=1e-5)
    assert quick_layout(representation).shape == layout(representation, RECIPE, seed=0).shape == (rows, 2)


@pytest.mark.parametrize(
    ("labels", "why"),
    [([None] * 40, "No row has a label"), (["only"] * 40, "All labels are the same"), ([str(row) for row in range(40)], "too many")],
)
def test_nothing_to_learn_from_is_said_in_a_sentence(labels: list[str | None], why: str) -> None:
    dataset = dataset_of(vectors=_vectors(40), labels=labels)
    representation = represent(dataset, RECIPE, seed=0)
    assert why in representation.why_no_probabilities
    assert judge_for(dataset, representation, RECIPE, seed=0) is None


def test_150_classes_some_of_one_row_are_judged() -> None:
    rng = np.random.default_rng(0)
    codes = np.concatenate([np.arange(150), rng.integers(0, 100, 650)])
    vectors = (rng.normal(size=(150, 32))[codes] * 3 + rng.normal(size=(800, 32))).astype(np.float32)
    dataset = dataset_of(vectors=vectors, labels=[f"class {code:03}" for code in codes])
    representation = represent(dataset, RECIPE, seed=0)
    judge = judge_for(dataset, representation, RECIPE, seed=0)
    assert judge is not None
    chances = judge(representation.codes)
    assert chances.shape == (800, 150)
    common = codes < 100
    assert np.mean(chances.argmax(axis=1)[common] == codes[common]) > 0.9


def test_texts_of_many_classes_are_judged_by_centres_and_word_sums() -> None:
    rng = np.random.default_rng(0)
    codes = np.arange(600) % 20
    texts = [" ".join([f"topic{code}", f"about{code}", *rng.choice(["the", "my", "is", "was", "of"], 4)]) for code in codes]
    labels = [f"class {code:02}" for code in codes]
    dataset = dataset_of(frame=pd.DataFrame({"text": texts}), labels=labels, modality="text", roles=Roles(text="text"))
    representation = represent(dataset, RECIPE, seed=0)
    judge = judge_for(dataset, representation, RECIPE, seed=0)
    assert judge is not None
    assert set(judge.members) == {"vote", "centroid", "words"}
    assert np.mean(judge(representation.codes).argmax(axis=1) == codes) > 0.95


def test_vectors_are_represented_and_judged_without_the_slow_imports() -> None:
    script = """
import sys
sys.path.insert(0, ".")
import numpy as np
from curation_app.domain.dataset import Dataset
from curation_app.domain.recipe import recipe_named
from curation_app.domain.roles import Roles
from curation_app.represent import judge_for, quick_layout, represent
rows, rng = 300, np.random.default_rng(0)
for modality, width in (("embedding", 70), ("table", 70)):
    dataset = Dataset(name="x", format="npz", modality=modality, frame=None, roles=Roles(), ids=np.arange(rows).astype(object),
        labels=np.array([str(row % 2) for row in range(rows)], object), fingerprint="", row_fingerprints=np.zeros(rows, "S32"),
        vectors=rng.normal(size=(rows, width)).astype(np.float32))
    representation = represent(dataset, recipe_named("standard"), seed=0)
    judge_for(dataset, representation, recipe_named("standard"), seed=0)(representation.codes)
    quick_layout(representation)
print(sorted({"sklearn", "scipy", "pandas", "skrub", "cleanlab", "umap"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
