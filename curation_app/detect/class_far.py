"""Rows that lie among another class: their own class is far, another one near. Feature collisions are made to look like that."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.distinct import BLOCK, PRECISE, distinct_neighbours, reference_rows
from curation_app.detect.surprise import tail_surprise
from curation_app.detect.wording import clipped, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Mean distance to the nearest so many rows of the own and of the other classes. With collisions at many targets on MNIST and banking77,
# 3 reach an average precision of .78-1.0, 30 (own) over 30 (other) .41-.87: one nearest row is a matter of luck, thirty blur the target.
NEAREST = 3
# A class of fewer rows says nothing about where it lies.
SMALLEST_CLASS = 5
# One clean row in ten thousand, or the most extreme of so many rows, is no issue yet.
ISSUE_AT, BEYOND_CHANCE = 4.0, 0.5
# Distances below this share of the median count as this.
SMALLEST = 1e-3


class ClassFar(Detector):
    """Rows far from their own class and amid another."""

    code: ClassVar[str] = "class-far"
    title: ClassVar[str] = "Amid another class"
    question: ClassVar[str] = "Is this row far from its own class and close to another?"
    kind: ClassVar[Kind] = Kind.INJECTION
    family: ClassVar[str] = "far"
    needs: ClassVar[tuple[str, ...]] = ("labels", "neighbours")
    source: ClassVar[str] = "Peri et al. (2020), Deep k-NN defense against clean-label poisoning; Shafahi et al. (2018), Poison frogs"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        own, other, nearest = class_distances(representation, seed)
        known = np.isfinite(own) & np.isfinite(other)
        surprise = np.where(representation.codes >= 0, 0.0, np.nan)
        times = np.ones(len(own))
        if known.any():
            floor = SMALLEST * float(np.median(own[known])) + np.finfo(np.float32).tiny
            times[known] = (own[known] + floor) / (other[known] + floor)
            surprise[known] = np.where(times[known] > 1.0, tail_surprise(np.log(times[known]), heavy=True), 0.0)
        alarm = max(ISSUE_AT, float(np.log10(max(len(own), 1))) + BEYOND_CHANCE)
        far = int(np.sum(surprise >= alarm))
        noun = things(dataset)
        worth = np.flatnonzero(np.nan_to_num(surprise) >= 1.0).tolist()
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if far else Outcome.PASSED,
            reason=f"{noun.capitalize()} that lie amid another class, far from their own: {far:,}."
            if far
            else f"No {noun} lie deep in another class.",
            reasons={row: _sentence(row, times, nearest, representation, noun) for row in worth},
            suggested=np.where(np.nan_to_num(surprise) >= 1.0, nearest, -1).astype(np.int32),
            evidence={"own_class_distance": own, "other_class_distance": other},
            rule=(
                f"Mean distance to the {NEAREST} nearest rows of its own class over that to the {NEAREST} nearest of all others; copies of "
                f"the row are left out; an issue from surprise {alarm:.1f}."
            ),
        )


def class_distances(representation: Representation, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """((n,) mean distance to the nearest of the own class, (n,) to those of the others, (n,) int32 class of the nearest other).

    Read from the graph. Where it ends before three rows of the other classes are met, they are looked for among the reference rows, which
    are sparser: such a row is deep in its own class. Where it ends before the own class is met, its end stands for the distance: the row
    is farther still. NaN for rows without a label or in a class too small to lie anywhere, -1 where no other class is met.
    """
    near, distances = distinct_neighbours(representation, by_label=True)
    codes = representation.codes
    labels = np.where(near >= 0, codes[near], -1)
    same = labels == codes[:, None]
    differs = (labels >= 0) & ~same
    edge = np.nanmax(np.where(near >= 0, distances, 0.0), axis=1, initial=0.0)
    own = _mean_of_first(distances, same, edge)
    other = _mean_of_first(distances, differs, np.full(len(codes), np.nan))
    nearest = np.where(differs.any(axis=1), labels[np.arange(len(codes)), differs.argmax(axis=1)], -1)
    sizes = np.bincount(codes[codes >= 0], minlength=max(len(representation.classes), 1))
    judged = (codes >= 0) & (sizes[codes] >= SMALLEST_CLASS)
    deep = np.flatnonzero(judged & np.isnan(other))
    if deep.size:
        found = _other_among_reference(representation, reference_rows(representation, seed, by_label=True), deep)
        other[deep] = np.maximum(found, edge[deep])
    own[~judged], other[~judged] = np.nan, np.nan
    return own, other, nearest.astype(np.int32)


def _mean_of_first(distances: np.ndarray, wanted: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """(n,) mean of the first three distances wanted; what is missing counts as ``otherwise``."""
    place = np.cumsum(wanted, axis=1)
    total = np.where(wanted & (place <= NEAREST), distances, 0.0).sum(axis=1)
    found = np.minimum(place[:, -1] if place.shape[1] else np.zeros(len(distances), dtype=np.int64), NEAREST)
    return (total + np.where(found < NEAREST, (NEAREST - found) * otherwise, 0.0)) / NEAREST


def _other_among_reference(representation: Representation, reference: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(len(rows),) mean distance to the nearest reference rows of other classes; NaN where there are none."""
    features, codes = representation.features, representation.codes
    number = np.float64 if len(features) <= PRECISE else np.float32
    reference = reference[codes[reference] >= 0]
    centre = features[reference].mean(axis=0, dtype=np.float64) if reference.size else 0.0
    base = (features[reference] - centre).astype(number)
    norms = np.einsum("ij,ij->i", base, base)
    found = np.full(rows.size, np.nan)
    for start in range(0, rows.size if reference.size else 0, BLOCK):
        part = rows[start : start + BLOCK]
        block = (features[part] - centre).astype(number)
        squares = np.einsum("ij,ij->i", block, block)[:, None] + norms - 2.0 * (block @ base.T)
        squares[codes[part][:, None] == codes[reference]] = np.inf
        first = np.partition(squares, min(NEAREST, reference.size) - 1, axis=1)[:, :NEAREST]
        mean = np.sqrt(np.maximum(first, 0.0)).mean(axis=1)
        found[start : start + BLOCK] = np.where(np.isfinite(mean), mean, np.nan)
    return found


def _sentence(row: int, times: np.ndarray, nearest: np.ndarray, representation: Representation, noun: str) -> str:
    given = clipped(representation.classes[representation.codes[row]])
    if nearest[row] < 0:
        return f"Labelled {given}, but other {noun} of that label are {times[row]:.1f} times as far away as those of other labels."
    among = clipped(representation.classes[nearest[row]])
    return f"Labelled {given} but amid {among}: the nearest {noun} of its own label are {times[row]:.1f} times as far away."
