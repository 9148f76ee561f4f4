"""Several people's answers to one question, from a table of answers or from one column for each person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.dawid_skene import Answers
from curation_app.domain.dataset import Dataset

# A question is told apart only where somebody else answered it too; below this share of such answers there is nothing to compare.
SHARED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The answers with their names.

    Attributes
    ----------
    answers
        All of them, as positions.
    row
        (m,) row of the dataset that each answer stands in.
    workers, classes
        Names by position, sorted.
    question
        (n,) position of each row's question, -1 for none.
    one_answer_a_row
        Whether a row is an answer; otherwise a row is a question with its answers in columns.
    """

    answers: Answers
    row: np.ndarray
    workers: tuple[str, ...]
    classes: tuple[str, ...]
    question: np.ndarray
    one_answer_a_row: bool


def crowd_of(dataset: Dataset) -> Crowd | str:
    """The answers, or one sentence on why there is nothing to compare."""
    found = _from_columns(dataset) if dataset.roles.annotators else _from_rows(dataset)
    if isinstance(found, str):
        return found
    asked = np.bincount(found.answers.question, minlength=found.answers.questions)
    shared = asked[found.answers.question] > 1
    if len(found.workers) < 2 or len(found.classes) < 2 or not shared.any() or shared.mean() < SHARED:
        return "Hardly any question was answered by two people with different classes to choose from."
    return found


def _from_rows(dataset: Dataset) -> Crowd | str:
    worker, item = dataset.column("annotator"), dataset.column("group")
    if worker is None:
        return "No column says who labelled a row."
    if item is None:
        return "No column says which rows are answers to one question (role group)."
    rows = np.array([bool(who and what and label) for who, what, label in zip(worker, item, dataset.labels, strict=True)], dtype=bool)
    return _crowd(np.flatnonzero(rows), worker[rows], dataset.labels[rows], _positions(item), one_answer_a_row=True)


def _from_columns(dataset: Dataset) -> Crowd:
    names = [name for name in dataset.roles.annotators if name in dataset.frame]
    rows, workers, given = [], [], []
    for name in names:
        for row, value in enumerate(dataset.frame[name].tolist()):
            if value is not None and value == value and str(value).strip():
                rows.append(row)
                workers.append(name)
                given.append(_as_label(value))
    everyone = np.arange(len(dataset), dtype=np.int64)
    return _crowd(np.array(rows, dtype=np.int64), np.array(workers, dtype=object), np.array(given, dtype=object), everyone)


def _as_label(value: object) -> str:
    """A whole number in a column with gaps is read as a float; its label has no ".0"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _crowd(rows: np.ndarray, worker: np.ndarray, given: np.ndarray, question: np.ndarray, *, one_answer_a_row: bool = False) -> Crowd:
    workers, classes = tuple(sorted(set(worker.tolist()))), tuple(sorted(set(given.tolist())))
    asked, place = np.unique(question[rows], return_inverse=True)
    numbers = np.full(int(question.max(initial=-1)) + 2, -1, dtype=np.int64)
    numbers[asked] = np.arange(len(asked))
    answers = Answers(
        question=place.ravel().astype(np.int64),
        worker=np.searchsorted(np.array(workers, dtype=object), worker).astype(np.int64) if len(rows) else np.zeros(0, np.int64),
        code=np.searchsorted(np.array(classes, dtype=object), given).astype(np.int64) if len(rows) else np.zeros(0, np.int64),
        questions=len(asked),
        workers=len(workers),
        classes=len(classes),
    )
    return Crowd(answers=answers, row=rows, workers=workers, classes=classes, question=numbers[question], one_answer_a_row=one_answer_a_row)


def _positions(values: np.ndarray) -> np.ndarray:
    """(n,) positions in the sorted distinct values, -1 where missing."""
    names = {name: place for place, name in enumerate(sorted({value for value in values.tolist() if value}))}
    return np.array([names.get(value, -1) if value else -1 for value in values.tolist()], dtype=np.int64)
