"""Wrong labels that are no classes: a tag too many or one lacking, and the number of another row."""

from __future__ import annotations

import json
from typing import ClassVar

import numpy as np

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind
from curation_app.domain.numbers import numbers_of
from curation_app.domain.tags import DELIMITERS, delimiter_of, tags_of

# A wrong number is at least so many interquartile ranges off: less is no error that anybody would correct.
FARTHEST = 0.5


class WrongTags(Attack):
    """Rows lose a tag, get one that is not theirs, or both."""

    code: ClassVar[str] = "wrong-tags"
    title: ClassVar[str] = "tags added, taken away or exchanged"
    kind: ClassVar[Kind] = Kind.MISLABEL

    def lacks(self, dataset: Dataset) -> str:
        """Labels must be lists of tags, of two tags at least."""
        if dataset.label_kind != "tags":
            return "The label is not a list of tags."
        labels = [label for label in dataset.labels.tolist() if label is not None]
        mark = delimiter_of(labels)
        return "" if len({tag for label in labels for tag in tags_of(label, mark)}) > 1 else "There are fewer than two tags."

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """``count`` labelled rows; a tag is added as often as it is used, and no row is left without one."""
        labels = dataset.labels.tolist()
        mark = delimiter_of(labels)
        rows = [() if label is None else tags_of(label, mark) for label in labels]
        names, used = np.unique([tag for tags in rows for tag in tags], return_counts=True)
        open_rows = np.flatnonzero([0 < len(tags) < len(names) for tags in rows])
        mask = np.zeros(len(dataset), dtype=bool)
        for row in rng.choice(open_rows, min(count, len(open_rows)), replace=False).tolist():
            tags, free = set(rows[row]), ~np.isin(names, rows[row])
            # Add, take away, or both; a row's only tag is never just taken away.
            way = rng.choice(["add", "both"] if len(tags) == 1 else ["add", "take", "both"])
            if way != "add":
                tags.remove(rows[row][int(rng.integers(len(rows[row])))])
            if way != "take":
                tags.add(str(rng.choice(names[free], p=used[free] / used[free].sum())))
            labels[row] = _written(sorted(tags), labels[row], mark)
            mask[row] = True
        return Planted(dataset=changed(dataset, labels=labels), mask=mask, title=f"wrong tags in {int(mask.sum())} rows", grouped=False)


class WrongNumbers(Attack):
    """Rows get the number of another row."""

    code: ClassVar[str] = "wrong-numbers"
    title: ClassVar[str] = "numbers of other rows"
    kind: ClassVar[Kind] = Kind.MISLABEL

    def lacks(self, dataset: Dataset) -> str:
        """Labels must be numbers, and not all alike."""
        if dataset.label_kind != "number":
            return "The label is not a number."
        return "" if _gap(numbers_of(dataset.labels)) > 0 else "Half of the numbers are the same."

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """``count`` rows get a number that stands in another row, at least half an interquartile range from theirs."""
        numbers, labels = numbers_of(dataset.labels), dataset.labels.copy()
        known, gap = np.flatnonzero(np.isfinite(numbers)), _gap(numbers)
        mask = np.zeros(len(dataset), dtype=bool)
        for row in rng.choice(known, min(count, len(known)), replace=False).tolist():
            far = known[np.abs(numbers[known] - numbers[row]) >= gap]
            if len(far):
                labels[row] = dataset.labels[int(rng.choice(far))]
                mask[row] = True
        return Planted(dataset=changed(dataset, labels=labels), mask=mask, title=f"{int(mask.sum())} numbers of other rows", grouped=False)


def _gap(numbers: np.ndarray) -> float:
    known = numbers[np.isfinite(numbers)]
    return FARTHEST * float(np.subtract(*np.quantile(known, [0.75, 0.25]))) if len(known) else 0.0


def _written(tags: list[str], before: str | None, mark: str | None) -> str:
    """The tags as the row's label was written."""
    listed = str(before).lstrip().startswith("[")
    return json.dumps(tags, ensure_ascii=False) if listed else (mark or DELIMITERS[0]).join(tags)
