"""Tight groups: rows packed far closer to one another than to their surroundings, as injected rows are.

For several sizes k: how much farther the 6k-th nearest row is than the k-th. Injected rows have their like within k and nobody around.
"""

from __future__ import annotations

from collections import Counter
from itertools import compress
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.copied_row import TYPICAL, copied_row
from curation_app.detect.distinct import distinct_neighbours, reference_distances, reference_rows
from curation_app.detect.pack_label import PackLabel, Surroundings, imitated_rows
from curation_app.detect.packs import (
    CONTRADICTS,
    ISSUE_AT,
    ONE_SOURCE,
    SMALLEST_GROUP,
    TIED_AT,
    companies,
    of_one_source,
    rows_of,
    tempered,
)
from curation_app.detect.surprise import HIGHEST, surest
from curation_app.detect.usual_content import usual_share
from curation_app.detect.wording import clipped, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# (group, surroundings) in neighbours: a group of m rows shows where m lies between the two; the scales overlap up to groups of 360.
SCALES = ((2, 12), (5, 30), (10, 60), (25, 150), (60, 360))
# With a graph of 30 neighbours: the same reach in fewer steps, the widest surroundings read from a sample.
SCALES_SHORT = ((2, 12), (5, 30), (25, 600))
# Surroundings of more than this share of the rows are no surroundings.
WIDEST_SHARE = 1 / 3
# The tail's scale comes from the middle of the rows: a group of up to a fifth of all cannot hide itself by stretching it
# (from the 80-95 % quantiles, as elsewhere, 250 of 4,250 rows are lost: average precision .2 against 1.0).
BODY, SCALE = 0.50, 0.80
# Below this many rows two quantiles are guesses.
FEWEST = 20
# Rows with the commonest value in so many of their columns are near-empty or left at defaults: being packed is what such rows are like.
DEFAULTS = 0.9
# Groups whose label is asked about: those tied as all are, and looser ones, for a label of their own may make them an issue.
TIED_AT_FIRST = (TIED_AT, 1.5, 1.0)
# Rows as packed as one in five tell how well packed rows agree with those around them.
PACKED_AT = 0.7
# Distances below this share of the median count as this.
SMALLEST = 1e-3


class DensitySpike(Detector):
    """Tight injected groups."""

    code: ClassVar[str] = "density-spike"
    title: ClassVar[str] = "Tight groups"
    question: ClassVar[str] = "Is this row one of a group packed tighter than its surroundings?"
    kind: ClassVar[Kind] = Kind.INJECTION
    family: ClassVar[str] = "spike"
    needs: ClassVar[tuple[str, ...]] = ("neighbours",)
    source: ClassVar[str] = "Breunig et al. (2000), LOF, turned round; Koh, Steinhardt & Liang (2022): poison is placed near poison"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        near, distances = distinct_neighbours(representation)
        scales, ratios = spike_ratios(representation, distances, seed)
        if not scales:
            return self.finding(
                np.zeros(len(representation)), outcome=Outcome.PASSED, reason="Too few rows to have surroundings.", rule=_rule(SCALES)
            )
        looks = zip(scales, ratios.T, strict=True)
        surprises = np.stack([spike_surprise(column, near, distances, inner) for (inner, _), column in looks], axis=1)
        widest = surprises.argmax(axis=1)
        here = np.arange(len(widest))
        surprise = surest(surprises.T)
        sizes = np.array([inner for inner, _ in scales])[widest]
        surroundings = Surroundings(representation, seed, surprise >= PACKED_AT)
        by_label, around = _labels(representation, surprise, near, distances, sizes, surroundings)
        tied = companies(representation, surprise + by_label, near, distances, sizes)
        surprise, packs = _among_groups(dataset, surprise, by_label, tied)
        packed = np.zeros(len(surprise), dtype=bool)
        packed[rows_of(packs)] = True
        found = [_group(dataset, representation, rows, surprise, surroundings.of(rows), packed) for rows in packs]
        groups = tuple(sorted((group for group in found if group.surprise >= ISSUE_AT), key=lambda one: (-one.surprise, one.rows[0])))
        worth = np.flatnonzero(surprise >= 1.0)
        times = np.exp(ratios[here, widest])
        noun = things(dataset)
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=_summary(groups, noun),
            reasons={int(row): _sentence(int(sizes[row]), float(times[row]), noun, around[row]) for row in worth},
            groups=groups,
            evidence={"packed": times, "packed_rows": sizes.astype(np.int32)},
            rule=_rule(scales),
        )


def _labels(
    representation: Representation,
    surprise: np.ndarray,
    near: np.ndarray,
    distances: np.ndarray,
    sizes: np.ndarray,
    surroundings: Surroundings,
) -> tuple[np.ndarray, np.ndarray]:
    """((n,) what the label of a row's group adds to its surprise, (n,) name of the label around where it contradicts the row's, else None).

    Groups are taken as tight as they come: looser ones where the tight ones have not spoken.
    """
    by_label, around = np.zeros(len(surprise)), np.full(len(surprise), None, dtype=object)
    for tied_at in TIED_AT_FIRST:
        tied = companies(representation, surprise, near, distances, sizes, tied_at)
        fresh = [rows for rows in tied if not by_label[rows].any()]
        for rows in fresh:
            label = surroundings.of(rows)
            mine = rows[representation.codes[rows] == label.label]
            by_label[mine], around[mine] = label.surprise, _around(representation, label)
    return by_label, around


def _among_groups(
    dataset: Dataset, surprise: np.ndarray, by_label: np.ndarray, found: list[np.ndarray]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """((n,) surprise once all groups ``found`` are seen together, the packed ones among them)."""
    strength = np.array([np.median(surprise[rows] + by_label[rows]) for rows in found])
    packs, loose = list(compress(found, strength >= ISSUE_AT)), list(compress(found, strength < ISSUE_AT))
    usual = usual_share(dataset) if packs else np.zeros(len(surprise))
    defaults = [rows for rows in packs if np.median(usual[rows]) >= DEFAULTS]
    packs = [rows for rows in packs if np.median(usual[rows]) < DEFAULTS]
    surprise = surprise.copy()
    for rows in of_one_source(dataset, packs):
        surprise[rows] = np.minimum(surprise[rows] + ONE_SOURCE, HIGHEST)
    return tempered(surprise, packs, defaults=defaults, loose=loose, by_label=by_label), packs


def spike_ratios(representation: Representation, distances: np.ndarray, seed: int) -> tuple[tuple[tuple[int, int], ...], np.ndarray]:
    """The scales that fit, and (n, scales) log of how much farther the surroundings are than the group; NaN where the graph ends.

    ``distances`` are those of :func:`distinct_neighbours`.
    """
    reference = reference_rows(representation, seed)
    contents = len(np.unique(representation.copies))
    reach = distances.shape[1]
    wanted = SCALES if reach >= SCALES[-1][0] else SCALES_SHORT
    scales = tuple((inner, outer) for inner, outer in wanted if inner <= reach and outer <= WIDEST_SHARE * contents)
    if not scales or not np.any(distances > 0):
        return (), np.zeros((len(distances), 0))
    floor = SMALLEST * float(np.median(distances[distances > 0]))
    beyond = [outer for _, outer in scales if outer > reach]
    # The row itself is among the reference or stands for one more row: place 0 is itself.
    places = tuple(max(1, round(outer * len(reference) / contents)) for outer in beyond)
    far = dict(zip(beyond, reference_distances(representation.features, reference, places).T, strict=True)) if beyond else {}
    columns = []
    for inner, outer in scales:
        around = far[outer] if outer in far else distances[:, outer - 1]
        columns.append(np.log(around + floor) - np.log(distances[:, inner - 1] + floor))
    return scales, np.stack(columns, axis=1)


def spike_surprise(ratios: np.ndarray, near: np.ndarray, distances: np.ndarray, inner: int) -> np.ndarray:
    """(n,) surprise of one scale's ratios: of rows that are tight, not only alone, and whose nearest rows are so as well.

    A group no denser than the usual row is natural (rare values of a table lie apart from the rest, and loosely): what its inner distance
    exceeds the median by is taken off. And a member of a group has members around it: no row exceeds the median of its neighbours.
    """
    width = np.log(np.maximum(distances[:, inner - 1], np.finfo(np.float32).tiny))
    known = np.isfinite(width)
    loose = np.maximum(width - np.median(width[known]), 0.0) if known.any() else np.zeros(len(width))
    surprise = middle_surprise(ratios - loose)
    around = np.where(near[:, :inner] >= 0, surprise[near[:, :inner]], 0.0)
    return np.minimum(surprise, np.median(around, axis=1))


def middle_surprise(ratios: np.ndarray) -> np.ndarray:
    """(n,) surprise in [0, 30] of log ratios by an exponential tail read from the 50-80 % quantiles; 0 where a ratio is NaN."""
    known = np.isfinite(ratios)
    surprise = np.zeros(len(ratios))
    if np.sum(known) < FEWEST:
        return surprise
    body, scale = np.quantile(ratios[known], [BODY, SCALE])
    if not scale > body:
        return surprise
    beta = (scale - body) / np.log((1.0 - BODY) / (1.0 - SCALE))
    tail = -np.log10(1.0 - BODY) + (ratios[known] - body) / (beta * np.log(10.0))
    surprise[known] = np.clip(tail, 0.0, HIGHEST)
    return surprise


def _around(representation: Representation, label: PackLabel) -> str | None:
    """Name of the label around a group that contradicts it: "" where there are many, None where there is no contradiction."""
    if label.surprise < CONTRADICTS:
        return None
    return clipped(representation.classes[label.around]) if label.around >= 0 else ""


def _group(
    dataset: Dataset, representation: Representation, rows: np.ndarray, surprise: np.ndarray, label: PackLabel, packed: np.ndarray
) -> Group:
    imitated = imitated_rows(representation, rows, label)
    # Rows of another pack are no more innocent than these.
    imitated = imitated[np.isin(imitated, rows) | ~packed[imitated]]
    rows = np.setdiff1d(rows, imitated)
    strength = float(np.median(surprise[rows]))
    counts = Counter(representation.codes[rows].tolist())
    labels = {"" if code < 0 else representation.classes[code]: rows_of for code, rows_of in sorted(counts.items())}
    evidence: dict[str, object] = {"labels": labels}
    if len(counts) == 1 and -1 not in counts:
        evidence["label"] = next(iter(labels))
    sources = dataset.column("source")
    if sources is not None:
        named = Counter(name for name in sources[rows].tolist() if name is not None)
        evidence["source"] = [f"{name} ({count:,})" for name, count in sorted(named.items(), key=lambda item: (-item[1], item[0]))[:5]]
    typical = np.clip((surprise[rows] - TIED_AT) / max(strength - TIED_AT, 1e-9), 0.0, 1.0).round(3)
    copied = copied_row(representation, rows)
    if imitated.size:
        evidence["imitated"] = [str(dataset.ids[row]) for row in imitated.tolist()]
    elif copied >= 0:
        evidence["copied"] = str(dataset.ids[copied])
        typical = np.where(rows == copied, np.minimum(typical, TYPICAL), typical)
    return Group(
        rows=tuple(rows.tolist()),
        title=_title(rows.size, labels, things(dataset), _around(representation, label)),
        surprise=strength,
        strength=tuple(typical.tolist()),
        evidence=evidence,
        imitated=tuple(imitated.tolist()),
    )


def _title(count: int, labels: dict[str, int], noun: str, around: str | None) -> str:
    packed = f"{count:,} {noun} lie closer together than any others"
    named = {label: rows for label, rows in labels.items() if label}
    if not named:
        return f"{packed}."
    contrast = "" if around is None else f", those around them mostly {around}" if around else ", hardly any around them is"
    if len(labels) == 1:
        return f"{packed}, and all are labelled {clipped(next(iter(named)))}{contrast}."
    label, most = max(sorted(named.items()), key=lambda item: item[1])
    return f"{packed}; {most:,} are labelled {clipped(label)}{contrast}."


def _sentence(size: int, times: float, noun: str, around: str | None) -> str:
    packed = f"Packed: the {noun} around it are {times:.1f} times as far away as the {size} nearest, which is rare here"
    if around is None:
        return f"{packed}."
    return f"{packed}, and mostly labelled {around}." if around else f"{packed}, and hardly any has its label."


def _summary(groups: tuple[Group, ...], noun: str) -> str:
    if not groups:
        return f"No {noun} are packed tighter than chance allows."
    inside = sum(len(group.rows) for group in groups)
    return f"Groups of {noun} packed tighter than chance allows: {len(groups):,}, {inside:,} {noun} in all."


def _rule(scales: tuple[tuple[int, int], ...]) -> str:
    sizes = ", ".join(f"{inner} and {outer}" for inner, outer in scales)
    return (
        f"Distance to the nearest rows against that to the surroundings ({sizes} rows); copies count once. A group is an issue from "
        f"{SMALLEST_GROUP} tied rows with a median surprise of {ISSUE_AT:.0f}, to which {ONE_SOURCE:.0f} is added where nearly all come "
        "from one small source, and how rarely packed rows have as few of their own label around where the group has few."
    )
