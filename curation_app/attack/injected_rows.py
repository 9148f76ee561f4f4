"""Rows that do not belong, as attacks on a whole dataset: each planted row is a real text, picture, table row or vector.

All are made of two rows of the data: a share of the second is mixed into the first, and a little noise is put on top. What that means
depends on what a row is: words change places in texts, pixels are blended, cells are taken from one row or the other.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.attack.injection import COLLIDES, HALF_WAY, JITTER, LOOSE, OFF_DATA, STRETCH, TIGHT, plant_conflicting_copies
from curation_app.attack.label_flips import class_codes
from curation_app.attack.row_mixing import Mix, lacks_content, mixed
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind


class Injection(Attack):
    """Appends rows; subclasses say what they are made of and how they are labelled.

    Numbers of table rows are ``rounded`` as their columns are: what an attacker does who looks. One who does not leaves a trace in each.
    """

    kind: ClassVar[Kind] = Kind.INJECTION
    grouped: ClassVar[bool] = True
    classes_needed: ClassVar[int] = 1
    words: ClassVar[str]

    def __init__(self, *, rounded: bool = True) -> None:
        self.rounded = rounded

    def lacks(self, dataset: Dataset) -> str:
        """There must be rows to take apart, and as many classes as it needs."""
        if len(dataset) < 2 * max(self.classes_needed, 1):
            return "There are too few rows to make others of."
        why = lacks_content(dataset)
        if why:
            return why
        return "" if len(class_codes(dataset)[1]) >= self.classes_needed else "All rows have one label."

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """``count`` rows behind the others."""
        codes, classes = class_codes(dataset)
        mix, given = self.recipe(codes, len(classes), count, rng)
        names = np.array([*classes, None], dtype=object)
        parts = mixed(dataset, mix, rng, rounded=self.rounded)
        rows = np.concatenate((np.arange(len(dataset)), mix.first))
        return Planted(
            dataset=changed(dataset, repeat=rows, labels=np.concatenate((dataset.labels, names[given])), **parts),  # type: ignore[arg-type]
            mask=np.arange(len(rows)) >= len(dataset),
            title=f"{len(mix.first)} {self.words}",
            grouped=self.grouped,
        )

    @abstractmethod
    def recipe(self, codes: np.ndarray, n_classes: int, count: int, rng: np.random.Generator) -> tuple[Mix, np.ndarray]:
        """(what the new rows are made of, (m,) codes of their labels, -1 = none)."""


class FarRows(Injection):
    """Each is half of one row and half of another, stretched: odd in its own way."""

    code: ClassVar[str] = "far-rows"
    title: ClassVar[str] = "scattered far rows"
    grouped: ClassVar[bool] = False
    words: ClassVar[str] = "rows unlike all others, each in its own way"

    def recipe(self, codes: np.ndarray, n_classes: int, count: int, rng: np.random.Generator) -> tuple[Mix, np.ndarray]:
        """Random rows and labels; noise as strong as the data's own deviation."""
        first, second = rng.integers(0, len(codes), (2, count))
        given = rng.integers(0, n_classes, count) if n_classes else np.full(count, -1)
        return Mix(first=first, second=second, share=np.full(count, 0.5), noise=1.0, stretch=rng.uniform(*STRETCH, size=count)), given


class LooseCluster(Injection):
    """A group about a point off the data, as loose as the data's own neighbourhoods."""

    code: ClassVar[str] = "loose-cluster"
    title: ClassVar[str] = "a loose group off the data"
    words: ClassVar[str] = "rows loosely about one point off the data, all with one label"
    noise: ClassVar[float] = LOOSE

    def recipe(self, codes: np.ndarray, n_classes: int, count: int, rng: np.random.Generator) -> tuple[Mix, np.ndarray]:
        """One pair of rows, one label."""
        first, second = rng.choice(len(codes), 2, replace=False)
        given = int(rng.integers(n_classes)) if n_classes else -1
        half, away = np.full(count, 0.5), np.full(count, OFF_DATA)
        mix = Mix(first=np.full(count, first), second=np.full(count, second), share=half, noise=self.noise, stretch=away)
        return mix, np.full(count, given)


class TightCluster(LooseCluster):
    """The same, packed as tight as near-copies."""

    code: ClassVar[str] = "tight-cluster"
    title: ClassVar[str] = "a tight group off the data"
    words: ClassVar[str] = "rows tightly about one point off the data, all with one label"
    noise: ClassVar[float] = TIGHT


class Flood(Injection):
    """Near-copies of one row with its own label."""

    code: ClassVar[str] = "flood"
    title: ClassVar[str] = "a flood of near-copies"
    words: ClassVar[str] = "near-copies of one row, with its label"
    flipped: ClassVar[bool] = False

    def recipe(self, codes: np.ndarray, n_classes: int, count: int, rng: np.random.Generator) -> tuple[Mix, np.ndarray]:
        """One row, another by its side for small change."""
        labelled = np.flatnonzero(codes >= 0)
        row = int(rng.choice(labelled if labelled.size else len(codes)))
        given = int((codes[row] + (rng.integers(1, n_classes) if self.flipped else 0)) % n_classes) if labelled.size else -1
        rows = np.full(count, row)
        return Mix(first=rows, second=rows, share=np.zeros(count), noise=JITTER, stretch=np.ones(count)), np.full(count, given)


class FlippedFlood(Flood):
    """Near-copies of one row with another label: they vouch for each other."""

    code: ClassVar[str] = "flipped-flood"
    title: ClassVar[str] = "a flood of near-copies with a wrong label"
    words: ClassVar[str] = "near-copies of one row, all with another label"
    classes_needed: ClassVar[int] = 2
    flipped: ClassVar[bool] = True


class Collision(Injection):
    """Rows made to look like one row of another class."""

    code: ClassVar[str] = "collision"
    title: ClassVar[str] = "collisions with one row"
    words: ClassVar[str] = "rows of one label made to look like one row of another"
    classes_needed: ClassVar[int] = 2
    one_target: ClassVar[bool] = True

    def recipe(self, codes: np.ndarray, n_classes: int, count: int, rng: np.random.Generator) -> tuple[Mix, np.ndarray]:
        """Nine tenths target, one tenth a row of the label that is given."""
        given = int(codes[rng.choice(np.flatnonzero(codes >= 0))])
        others, own = np.flatnonzero((codes >= 0) & (codes != given)), np.flatnonzero(codes == given)
        targets = rng.choice(others, 1 if self.one_target else min(count, others.size), replace=False)
        mix = Mix(
            first=np.resize(targets, count),
            second=rng.choice(own, count),
            share=np.full(count, 1.0 - COLLIDES),
            noise=0.0,
            stretch=np.ones(count),
        )
        return mix, np.full(count, given)


class Collisions(Collision):
    """Rows made to look like many rows of other classes, each like its own."""

    code: ClassVar[str] = "collisions"
    title: ClassVar[str] = "collisions with many rows"
    words: ClassVar[str] = "rows of one label, each made to look like a row of another"
    grouped: ClassVar[bool] = False
    one_target: ClassVar[bool] = False


class BetweenClasses(Injection):
    """Each is half way between two rows of different classes. No detector is known that finds them."""

    code: ClassVar[str] = "between-classes"
    title: ClassVar[str] = "rows between two classes"
    words: ClassVar[str] = "rows half way between two of different labels"
    classes_needed: ClassVar[int] = 2
    grouped: ClassVar[bool] = False

    def recipe(self, codes: np.ndarray, n_classes: int, count: int, rng: np.random.Generator) -> tuple[Mix, np.ndarray]:
        """Pairs of different labels; the first one's label."""
        labelled = np.flatnonzero(codes >= 0)
        first = rng.choice(labelled, count)
        second = np.array([rng.choice(labelled[codes[labelled] != codes[row]]) for row in first.tolist()])
        share = rng.uniform(*HALF_WAY, size=count)
        return Mix(first=first, second=second, share=share, noise=0.0, stretch=np.ones(count)), codes[first]


class ConflictingCopies(Attack):
    """Exact copies of single rows, each with another label."""

    code: ClassVar[str] = "conflicting-copies"
    title: ClassVar[str] = "copies with another label"
    kind: ClassVar[Kind] = Kind.DUPLICATE

    def lacks(self, dataset: Dataset) -> str:
        """There must be two classes."""
        return "" if len(class_codes(dataset)[1]) >= 2 else "All rows have one label."

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """``count`` copies behind the others."""
        codes, classes = class_codes(dataset)
        rows, given, mask = plant_conflicting_copies(codes, len(classes), count, rng)
        names = np.array([*classes, None], dtype=object)
        return Planted(
            dataset=changed(dataset, repeat=rows, labels=names[given]),
            mask=mask,
            title=f"{int(mask.sum())} copies of rows, each with another label",
            grouped=False,
        )
