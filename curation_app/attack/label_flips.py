"""Wrong labels as attacks on a whole dataset: scattered over all classes, or all from one class to another."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.attack.flips import plant_flips, plant_flips_one_way
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind


def class_codes(dataset: Dataset) -> tuple[np.ndarray, tuple[str, ...]]:
    """((n,) int32 positions in the sorted labels, -1 where missing, and those labels)."""
    classes = tuple(sorted({label for label in dataset.labels.tolist() if label is not None}))
    places = {label: place for place, label in enumerate(classes)} | {None: -1}
    return np.array([places[label] for label in dataset.labels.tolist()], dtype=np.int32), classes


class RandomFlips(Attack):
    """Rows of any class get another label by chance."""

    code: ClassVar[str] = "random-flips"
    title: ClassVar[str] = "labels flipped at random"
    kind: ClassVar[Kind] = Kind.MISLABEL

    def lacks(self, dataset: Dataset) -> str:
        """There must be two classes, and few enough that they are no free numbers or lists of tags."""
        return _too_few_classes(dataset)

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """``count`` labelled rows get another class, each equally likely."""
        codes, classes = class_codes(dataset)
        labelled = int((codes >= 0).sum())
        new, mask = plant_flips(codes, len(classes), count / max(labelled, 1), rng)
        return _relabelled(dataset, new, classes, mask, f"{int(mask.sum())} labels flipped at random", grouped=False)


class OneWayFlips(Attack):
    """Rows of one class are labelled as one other."""

    code: ClassVar[str] = "one-way-flips"
    title: ClassVar[str] = "labels flipped from one class to another"
    kind: ClassVar[Kind] = Kind.MISLABEL

    def lacks(self, dataset: Dataset) -> str:
        """There must be two classes."""
        return _too_few_classes(dataset)

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """Up to half of a class that is large enough is labelled as another."""
        codes, classes = class_codes(dataset)
        sizes = np.bincount(codes[codes >= 0], minlength=len(classes))
        large = np.flatnonzero(sizes >= min(2 * count, int(sizes.max())))
        given = int(rng.choice(large))
        wrong = int((given + rng.integers(1, len(classes))) % len(classes))
        new, mask = plant_flips_one_way(codes, given, wrong, min(0.5, count / int(sizes[given])), rng)
        title = f"{int(mask.sum())} rows of {classes[given]!r} labelled {classes[wrong]!r}"
        return _relabelled(dataset, new, classes, mask, title, grouped=False)


def _too_few_classes(dataset: Dataset) -> str:
    if all(label is None for label in dataset.labels):
        return "The data has no labels."
    codes, classes = class_codes(dataset)
    if len(classes) < 2:
        return "All rows have one label."
    # As many labels as every second row are numbers or names, not classes.
    return "The labels are not classes: nearly every row has its own." if 2 * len(classes) > int((codes >= 0).sum()) else ""


def _relabelled(dataset: Dataset, codes: np.ndarray, classes: tuple[str, ...], mask: np.ndarray, title: str, *, grouped: bool) -> Planted:
    labels = np.array([*classes, None], dtype=object)[codes]
    return Planted(dataset=changed(dataset, labels=labels), mask=mask, title=title, grouped=grouped)
