from __future__ import annotations

import numpy as np
import pytest

from curation_app.detect.pack_label import Surroundings, imitated_rows
from tests.builders import blobs, make_representation


def with_pack(labels_of_pack: list[str | None], seed: int = 0) -> tuple[np.ndarray, list[str | None]]:
    """Three blobs and a pack on the edge of the first."""
    features, labels = blobs(600, seed=seed)
    rng = np.random.default_rng(seed)
    pack = features[0] + 0.05 * rng.standard_normal((len(labels_of_pack), features.shape[1]))
    return np.concatenate((features, pack)).astype(np.float32), [*labels, *labels_of_pack]


def surprise_of(labels_of_pack: list[str | None]) -> tuple[float, int]:
    representation = make_representation(*with_pack(labels_of_pack), k=60)
    found = Surroundings(representation, 0).of(np.arange(600, 600 + len(labels_of_pack)))
    return found.surprise, found.around


def test_a_pack_with_the_label_of_those_around_says_nothing() -> None:
    assert surprise_of(["class 0"] * 10) == (0.0, -1)


def test_a_pack_with_another_label_does_and_one_odd_row_changes_nothing() -> None:
    alone, around = surprise_of(["class 1"] * 10)
    assert alone > 2
    assert around == 0
    assert surprise_of([*["class 1"] * 9, "class 0"])[0] > 2


@pytest.mark.parametrize("mixed", [["class 1"] * 5 + ["class 2"] * 5, [None] * 10])
def test_a_pack_without_one_label_is_not_asked(mixed: list[str | None]) -> None:
    assert surprise_of(mixed)[0] == 0.0


def test_where_labels_are_random_no_pack_is_odd() -> None:
    features, _ = blobs(610)
    labels = np.random.default_rng(1).choice(["a", "b", "c", "d"], 610).tolist()
    labels[600:] = ["a"] * 10
    representation = make_representation(features, labels, k=60)
    assert Surroundings(representation, 0).of(np.arange(600, 610)).surprise < 0.7


def test_where_packed_rows_agree_and_others_do_not_a_packed_group_is_asked_as_packed_rows_are() -> None:
    features, labels = with_pack(["class 1"] * 10)
    noisy = np.random.default_rng(1).permutation(600)[:300]
    for row in noisy:
        labels[row] = f"class {row % 3}"
    representation = make_representation(features, labels, k=60)
    agree = np.ones(610, dtype=bool)
    agree[noisy] = False
    rows = np.arange(600, 610)
    assert Surroundings(representation, 0, agree).of(rows).surprise > Surroundings(representation, 0).of(rows).surprise + 0.3
    # Where packed rows disagree as well, such a group is what the data is like.
    assert Surroundings(representation, 0, ~agree).of(rows).surprise < 1.0
    # A few rows tell nothing.
    few = agree & (np.arange(610) < 50)
    assert Surroundings(representation, 0, few).of(rows).surprise == Surroundings(representation, 0).of(rows).surprise


def test_among_many_classes_it_counts_how_far_the_next_of_the_label_are() -> None:
    rng = np.random.default_rng(4)
    middles = 3.0 * rng.standard_normal((60, 8))
    classes = np.repeat(np.arange(60), 10)
    features = middles[classes] + 2.0 * rng.standard_normal((600, 8))
    pack = features[0] + 0.02 * rng.standard_normal((10, 8))
    nearest_first = np.argsort(np.linalg.norm(middles - features[0], axis=1))

    def told(made_up: int) -> float:
        given = [f"class {code}" for code in [*classes, *[made_up] * 10]]
        built = make_representation(np.concatenate((features, pack)).astype(np.float32), given, k=60)
        return Surroundings(built, 0).of(np.arange(600, 610)).surprise

    assert told(nearest_first[0]) < 1.0
    assert told(nearest_first[-1]) > 1.5


def test_rows_of_a_groups_fringe_are_no_witnesses_for_it() -> None:
    features, labels = with_pack(["class 1"] * 20)
    rng = np.random.default_rng(3)
    fringe = features[600:].mean(axis=0) + 0.2 * rng.standard_normal((6, features.shape[1]))
    representation = make_representation(np.concatenate((features, fringe)).astype(np.float32), [*labels, *["class 1"] * 6], k=60)
    told = Surroundings(representation, 0).of(np.arange(600, 620))
    assert told.surprise > 2
    assert told.around == 0
    assert told.votes[1] == 0


def test_rows_at_home_in_a_pack_are_those_with_the_label_of_the_rows_around() -> None:
    rows = np.arange(600, 612)
    # Row 0 is what all were made from.
    for pack, home in (
        (["class 1"] * 10 + ["class 0"] * 2, {0, 610, 611}),
        (["class 0"] * 10 + ["class 1"] * 2, set()),
        ([None] * 12, set()),
    ):
        features, labels = with_pack(pack)
        found = imitated_rows(built := make_representation(features, labels, k=60), rows, Surroundings(built, 0).of(rows))
        assert home <= set(found.tolist())
        assert {labels[row] for row in found} <= {"class 0"}
        assert np.linalg.norm(features[found] - features[0], axis=1).max(initial=0) < 1.5


def test_a_template_of_a_rare_class_with_its_like_around_is_at_home() -> None:
    features, _ = blobs(600)
    rare = np.random.default_rng(1).random(600) < 0.1
    near = np.argsort(np.linalg.norm(features - features[0], axis=1))[1:30:5]
    rare[near] = True
    pack = features[0] + 0.05 * np.random.default_rng(2).standard_normal((10, features.shape[1]))
    given = [*np.where(rare, "rare", "usual").tolist(), *["rare"] * 10]
    told = Surroundings(make_representation(np.concatenate((features, pack)).astype(np.float32), given, k=60), 0).of(np.arange(600, 610))
    assert 0.1 < told.votes[0] / told.votes.sum() < 0.5
    assert told.surprise == 0.0


def test_without_labels_nobody_is_asked() -> None:
    representation = make_representation(blobs(60)[0], k=10)
    told = Surroundings(representation, 0).of(np.arange(8))
    assert (told.surprise, told.around) == (0.0, -1)
