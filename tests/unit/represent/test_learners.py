"""The learners one by one, and how their chances are joined."""

from __future__ import annotations

import numpy as np
import pytest

from curation_app.domain.representation import Neighbours
from curation_app.represent.fourier_ridge import inverse_of_positive
from curation_app.represent.judge import Judge
from curation_app.represent.probability import best_scale, calibrated, softmax
from curation_app.represent.trees import OutOfBagTrees
from curation_app.represent.vote import NeighbourVote


def test_a_vote_counts_neighbours_that_are_no_copies_and_have_a_label() -> None:
    graph = Neighbours(rows=np.array([[1, 2, 3], [0, 2, 3], [3, 0, 1], [2, 0, 1]], np.int32), distances=np.ones((4, 3), np.float32))
    vote = NeighbourVote(graph, np.array([0, 0, 1, 2], np.int32), 2, voters=3)
    chances = vote(np.array([0, 0, 1, -1], np.int32))
    # Row 0: its copy 1 is left out, row 3 has no label, so only row 2 speaks.
    assert chances[0, 1] > chances[0, 0]
    assert chances[2, 0] > 0.6


def test_a_row_without_voters_gets_the_class_shares() -> None:
    graph = Neighbours(rows=np.array([[1], [0]], np.int32), distances=np.zeros((2, 1), np.float32))
    chances = NeighbourVote(graph, np.zeros(2, np.int32), 2, voters=5)(np.array([0, 1], np.int32))
    np.testing.assert_allclose(chances, 0.5)


def test_nearer_neighbours_say_more() -> None:
    graph = Neighbours(rows=np.array([[1, 2], [0, 2], [0, 1]], np.int32), distances=np.array([[0.1, 2], [0.1, 2], [2, 2.1]], np.float32))
    chances = NeighbourVote(graph, np.arange(3, dtype=np.int32), 2, voters=2)(np.array([0, 0, 1], np.int32))
    assert chances[0, 0] > 0.6


def test_trees_never_judge_a_row_by_its_copy() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60, 3)).astype(np.float32)
    codes = (features[:, 0] > 0).astype(np.int32)
    features[:5], copies = [9, 9, 9], np.concatenate([np.zeros(5), np.arange(1, 56)]).astype(np.int32)
    codes[:5] = 0
    chances = OutOfBagTrees(features, copies, 2, trees=60, seed=0)(codes)
    assert np.all(chances[:5, 1] > 0.5)


def test_more_trees_than_the_budget_are_not_grown_on_many_rows() -> None:
    features = np.zeros((100_000, 1), np.float32)
    copies = np.arange(100_000, dtype=np.int32)
    assert OutOfBagTrees(features, copies, 2, trees=300, seed=0)._trees == 100
    assert OutOfBagTrees(features[:500], copies[:500], 2, trees=300, seed=0)._trees == 300


@pytest.mark.parametrize("scale", [0.02, 1.0, 40.0])
def test_calibration_undoes_any_scale_of_the_scores(scale: float) -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(3_000, 3)).astype(np.float32) * 2
    codes = (softmax(truth).cumsum(axis=1) < rng.random((3_000, 1))).sum(axis=1).astype(np.int32)
    np.testing.assert_allclose(calibrated(truth * np.float32(scale), codes), softmax(truth), atol=0.1)


def test_scores_that_say_nothing_are_left_alone() -> None:
    assert best_scale(np.zeros((4, 2), np.float32), np.zeros(4, np.int32)) == 1
    assert best_scale(np.eye(2, dtype=np.float32), np.array([-1, -1], np.int32)) == 1


def test_the_judge_takes_the_geometric_mean() -> None:
    first, second = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32), np.array([[0.4, 0.6], [0.5, 0.5]], np.float32)
    chances = Judge({"one": lambda codes: first, "two": lambda codes: second})(np.array([-1, -1], np.int32))
    mean = np.sqrt(first * second)
    np.testing.assert_allclose(chances, mean / mean.sum(axis=1, keepdims=True), atol=1e-6)


def test_the_judge_asks_again_without_what_was_outvoted() -> None:
    """Wrong labels that lie together vouch for one another; once out-voted by a part of the team, they teach nobody."""
    seen: list[np.ndarray] = []

    def member(codes: np.ndarray) -> np.ndarray:
        seen.append(codes.copy())
        return np.array([[0.9, 0.1]] * 5 + [[0.2, 0.8]] * 3, np.float32)

    codes = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
    once = Judge({"one": member})(codes)
    twice = Judge({"one": member}, twice=True)(codes)
    assert [part.tolist() for part in seen[1:]] == [codes.tolist(), [0, 0, 0, 0, -1, 1, 1, 1]]
    np.testing.assert_allclose(once, twice, atol=1e-6)


def test_of_a_class_that_is_outvoted_as_a_whole_most_rows_still_teach() -> None:
    seen: list[np.ndarray] = []

    def member(codes: np.ndarray) -> np.ndarray:
        seen.append(codes.copy())
        return np.array([[0.9, 0.1]] * 30 + [[1 - 0.01 * place, 0.01 * place] for place in range(6)], np.float32)

    codes = np.repeat(np.array([0, 1], np.int32), [30, 6])
    Judge({"one": member}, twice=True)(codes)
    assert seen[1].tolist() == [0] * 30 + [-1, -1, 1, 1, 1, 1]


def test_what_the_first_round_said_of_a_row_its_own_label_has_no_part_in() -> None:
    given = np.array([[0.9, 0.1]] * 5 + [[0.2, 0.8]] * 3, np.float32)
    codes = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
    first, last = Judge({"one": lambda codes: given if (codes >= 0).all() else given[:, ::-1]}, twice=True).rounds(codes)
    assert first[0].argmax() == 0
    assert last[0].argmax() == 1
    alone = Judge({"one": lambda codes: given}).rounds(codes)
    assert alone[0] is alone[1]


@pytest.mark.parametrize("size", [1, 512, 513, 1_001])
def test_an_inverse_by_halves_is_as_good_as_that_of_the_library(size: int) -> None:
    # Waves of a few features, as the learner makes them, and its smallest penalty: a matrix that single precision cannot invert.
    rng = np.random.default_rng(size)
    waves = np.cos(rng.standard_normal((2_000, 3)) @ rng.standard_normal((3, size)) + rng.uniform(0, 6, size)) * np.sqrt(2 / size)
    matrix = (waves.T @ waves + 1e-4 * 2_000 * np.eye(size)).astype(np.float32)
    exact = np.linalg.inv(matrix.astype(np.float64))
    found = inverse_of_positive(matrix)
    assert found.dtype == np.float32
    assert np.abs(found - exact).max() <= 1e-6 * np.abs(exact).max()
