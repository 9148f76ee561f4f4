"""Who is right when several people answer one question: true classes and each worker's habits, learned from one another.

References
----------
Dawid & Skene (1979), Maximum likelihood estimation of observer error-rates using the EM algorithm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Rounds settle within ten on real answers; more change the fourth digit.
ROUNDS = 30
# A worker's habits start from everybody's, as if seen in so many answers of each true class: a newcomer is an average worker.
SHARED_ANSWERS = 2.0
# Beyond so many classes a table of habits a worker is mostly empty: one number, how often the worker is right, says as much.
FULL_UP_TO = 20
# Workers err together on hard questions, so their votes are worth less than independent ones; how much less is fitted among these.
TEMPERS = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
FLOOR = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """m answers: question, worker and class of each, as (m,) positions; ``questions``, ``workers`` and ``classes`` count them."""

    question: np.ndarray
    worker: np.ndarray
    code: np.ndarray
    questions: int
    workers: int
    classes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """What the answers say together.

    Attributes
    ----------
    chances
        (questions, classes) chance of each class, rows sum to 1.
    right
        (m,) chance that the answer is right.
    """

    chances: np.ndarray
    right: np.ndarray


def dawid_skene(answers: Answers) -> Consensus:
    """Chances of the true classes by expectation maximisation, started from the shares of the votes."""
    chances = _votes(answers)
    says = np.zeros((len(answers.code), answers.classes))
    for _ in range(ROUNDS):
        prior = np.log(chances.mean(axis=0) + FLOOR)
        says = _habits(answers, chances) if answers.classes <= FULL_UP_TO else _accuracies(answers, chances)
        chances = _softmax(prior + _gathered(answers, says))
    prior = np.log(chances.mean(axis=0) + FLOOR)
    temper = _temper(answers, prior, says)
    chances = _softmax(prior + temper * _gathered(answers, says))
    return Consensus(chances=chances, right=chances[answers.question, answers.code])


def _votes(answers: Answers) -> np.ndarray:
    flat = np.bincount(answers.question * answers.classes + answers.code, minlength=answers.questions * answers.classes)
    votes = flat.reshape(answers.questions, answers.classes) + 1.0 / answers.classes
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def _habits(answers: Answers, chances: np.ndarray) -> np.ndarray:
    """(m, classes) log chance that this worker gives this answer, for each true class."""
    cell = answers.worker * answers.classes + answers.code
    seen = np.stack(
        [
            np.bincount(cell, weights=chances[answers.question, true], minlength=answers.workers * answers.classes)
            for true in range(answers.classes)
        ],
        axis=1,
    ).reshape(answers.workers, answers.classes, answers.classes)
    # (worker, answer, true class) from here on.
    everybody = seen.sum(axis=0) + np.eye(answers.classes) + 1.0
    everybody /= everybody.sum(axis=0)
    habits = seen + SHARED_ANSWERS * everybody
    habits /= habits.sum(axis=1, keepdims=True)
    return np.asarray(np.log(habits[answers.worker, answers.code] + FLOOR))


def _accuracies(answers: Answers, chances: np.ndarray) -> np.ndarray:
    right = np.bincount(answers.worker, weights=chances[answers.question, answers.code], minlength=answers.workers)
    given = np.bincount(answers.worker, minlength=answers.workers)
    usual = right.sum() / max(given.sum(), 1)
    often = np.clip((right + SHARED_ANSWERS * usual) / (given + SHARED_ANSWERS), FLOOR, 1.0 - FLOOR)[answers.worker]
    says = np.repeat(np.log((1.0 - often) / max(answers.classes - 1, 1))[:, None], answers.classes, axis=1)
    says[np.arange(len(often)), answers.code] = np.log(often)
    return says


def _gathered(answers: Answers, says: np.ndarray) -> np.ndarray:
    """(questions, classes) sums of what the answers say."""
    columns = [np.bincount(answers.question, weights=says[:, place], minlength=answers.questions) for place in range(answers.classes)]
    return np.stack(columns, axis=1)


def _temper(answers: Answers, prior: np.ndarray, says: np.ndarray) -> float:
    """The weight of a vote with which the other answers foretell each answer best."""
    others = _gathered(answers, says)[answers.question] - says

    def foretold(temper: float) -> float:
        chances = _softmax(prior + temper * others)
        return float(np.log(np.einsum("ij,ij->i", chances, np.exp(says)) + FLOOR).sum())

    return max(TEMPERS, key=foretold)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
