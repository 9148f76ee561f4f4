"""Tight groups: rows packed far closer to one another than to their surroundings, as injected rows are.

For several sizes k: how much farther the 6k-th nearest row is than the k-th. Injected rows have their like within k and nobody around.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.components import chained, components
from curation_app.detect.copied_row import TYPICAL, copied_row, only_other_label
from curation_app.detect.distinct import distinct_neighbours, reference_distances, reference_rows
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
# Rows at this surprise are tied together; a group is an issue where half of its rows reach ISSUE_AT. No row that is tied to too few others
# to be one of a group is told to be more surprising than ALONE_AT.
TIED_AT, ISSUE_AT, ALONE_AT = 2.0, 3.0, 1.5
# A member reaches at least this share of the median of its group.
EDGE = 0.5
# Up to so many groups each is an event of its own; where there are more, a group is ordinary unless it is so many times the next one, in
# rows or in what orders campaigns: surprise times log2(1 + rows).
# The rows of ordinary groups stay in order within so much of surprise.
FEW, OUTGROWS, ORDER_KEPT = 3, 2, 0.5
# Rows with the commonest value in so many of their columns are near-empty or left at defaults: being packed is what such rows are like.
DEFAULTS = 0.9
# A group that comes from one source, nearly all of it, where that source has at most this share of all rows, is ten times as likely to
# have been put there; no more, for a source may have things of its own.
NEARLY_ALL, SMALL_SOURCE, ONE_SOURCE = 0.8, 1 / 3, 1.0
# Fewer rows are a coincidence: pairs and triples are what near-copies are for.
SMALLEST_GROUP = 5
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
        companies = _companies(representation, surprise, near, sizes)
        packs = [rows for rows in companies if np.median(surprise[rows]) >= ISSUE_AT]
        usual = usual_share(dataset) if packs else np.zeros(len(surprise))
        defaults = [rows for rows in packs if np.median(usual[rows]) >= DEFAULTS]
        packs = [rows for rows in packs if np.median(usual[rows]) < DEFAULTS]
        for rows in _of_one_source(dataset, packs):
            surprise[rows] = np.minimum(surprise[rows] + ONE_SOURCE, HIGHEST)
        surprise = tempered(surprise, packs, defaults, [rows for rows in companies if np.median(surprise[rows]) < ISSUE_AT])
        groups = _groups(dataset, representation, surprise, packs)
        worth = np.flatnonzero(surprise >= 1.0)
        times = np.exp(ratios[here, widest])
        noun = things(dataset)
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=_summary(groups, noun),
            reasons={int(row): _sentence(int(sizes[row]), float(times[row]), noun) for row in worth},
            groups=groups,
            evidence={"packed": times, "packed_rows": sizes.astype(np.int32)},
            rule=_rule(scales),
        )


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


def tempered(
    surprise: np.ndarray, packs: list[np.ndarray], defaults: Sequence[np.ndarray] = (), loose: Sequence[np.ndarray] = ()
) -> np.ndarray:
    """Where groups are many, they are what the data is like (templates, advertisements): being in one is as rare as it is.

    Their rows then keep their order and not their height. A group keeps it that is twice any other. Nor does a row keep it that belongs to
    no group: pairs and triples are what near-copies are for. Of ``defaults`` none does. ``loose`` groups are no issue and their rows are
    told as less than one; many such are as ordinary as many others are.
    """
    lowered = surprise.copy()
    alone = np.ones(len(surprise), dtype=bool)
    alone[_rows_of([*packs, *defaults, *loose])] = False
    _lower(lowered, np.flatnonzero(alone), ALONE_AT)
    for rows in loose:
        _lower(lowered, rows, ISSUE_AT)
    # Loose groups are judged among all, packs among packs: many loose ones do not make a pack ordinary.
    ordinary_packs, ordinary_loose = _ordinary(surprise, packs), _ordinary(surprise, [*packs, *loose])[len(packs) :]
    for rows in (*defaults, _rows_of(compress(packs, ordinary_packs)), _rows_of(compress(loose, ordinary_loose))):
        _lower(lowered, rows, float(np.log10(len(surprise) / max(rows.size, 1))))
    return lowered


def _rows_of(groups: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([*groups, np.zeros(0, dtype=np.int64)])


def _ordinary(surprise: np.ndarray, groups: Sequence[np.ndarray]) -> np.ndarray:
    """(m,) bool: groups that are nothing special among these; none where they are few."""
    if len(groups) <= FEW:
        return np.zeros(len(groups), dtype=bool)
    size = np.array([len(rows) for rows in groups], dtype=np.float64)
    worth = np.log2(1.0 + size) * [np.median(surprise[rows]) for rows in groups]
    return ~(_outgrows(size) | _outgrows(worth))


def _outgrows(measure: np.ndarray) -> np.ndarray:
    """(m,) bool: the one that is so many times the next; m at least 2."""
    return measure >= OUTGROWS * np.partition(measure, -2)[-2]


def _lower(surprise: np.ndarray, rows: np.ndarray, usual: float) -> None:
    """What exceeds the usual among ``rows`` is pressed, in place, into a narrow band above it."""
    above = rows[surprise[rows] > usual]
    surprise[above] = usual + ORDER_KEPT * (surprise[above] - usual) / HIGHEST


def _companies(representation: Representation, surprise: np.ndarray, near: np.ndarray, sizes: np.ndarray) -> list[np.ndarray]:
    """Groups of spiking rows that are among one another's nearest at the size where they spike; each (m,) row numbers, rising."""
    spiking = np.flatnonzero(surprise >= TIED_AT)
    if spiking.size < SMALLEST_GROUP:
        return []
    within = np.arange(near.shape[1]) < sizes[spiking, None]
    other = np.where(within, near[spiking], -1)
    left, place = np.nonzero((other >= 0) & (surprise[other] >= TIED_AT))
    copy_left, copy_right = chained(representation.copies[spiking], spiking)
    root = components(len(surprise), np.concatenate((spiking[left], copy_left)), np.concatenate((other[left, place], copy_right)))
    order = spiking[np.argsort(root[spiking], kind="stable")]
    companies = []
    for rows in np.split(order, np.flatnonzero(np.diff(root[order])) + 1):
        # Honest rows beside a group see it within their own surroundings: they spike too, by less than half as much.
        members = rows[surprise[rows] >= EDGE * np.median(surprise[rows])]
        if members.size >= SMALLEST_GROUP:
            companies.append(np.sort(members))
    return companies


def _of_one_source(dataset: Dataset, packs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The packs nearly all of whose rows come from one source that has a small share of all rows."""
    sources = dataset.column("source")
    if sources is None:
        return []
    all_of = Counter(sources.tolist())
    found = []
    for rows in packs:
        source, count = Counter(sources[rows].tolist()).most_common(1)[0]
        if source is not None and count >= NEARLY_ALL * rows.size and all_of[source] <= SMALL_SOURCE * len(sources):
            found.append(rows)
    return found


def _groups(dataset: Dataset, representation: Representation, surprise: np.ndarray, packs: list[np.ndarray]) -> tuple[Group, ...]:
    """The packs that are still surprising, strongest first."""
    found = []
    for rows in packs:
        strength = float(np.median(surprise[rows]))
        if strength >= ISSUE_AT:
            found.append(_group(dataset, representation, rows, surprise, strength))
    return tuple(sorted(found, key=lambda group: (-group.surprise, group.rows[0])))


def _group(dataset: Dataset, representation: Representation, rows: np.ndarray, surprise: np.ndarray, strength: float) -> Group:
    counts = Counter(representation.codes[rows].tolist())
    labels = {"" if code < 0 else representation.classes[code]: rows_of for code, rows_of in sorted(counts.items())}
    evidence: dict[str, object] = {"labels": labels}
    if len(counts) == 1 and -1 not in counts:
        evidence["label"] = next(iter(labels))
    sources = dataset.column("source")
    if sources is not None:
        named = Counter(name for name in sources[rows].tolist() if name is not None)
        evidence["source"] = [f"{name} ({count:,})" for name, count in sorted(named.items(), key=lambda item: (-item[1], item[0]))[:5]]
    typical = np.clip((surprise[rows] - TIED_AT) / (strength - TIED_AT), 0.0, 1.0).round(3)
    copied = copied_row(representation, rows)
    if copied < 0:
        copied = only_other_label(representation, rows)
    if copied >= 0:
        evidence["copied"] = str(dataset.ids[copied])
        typical = np.where(rows == copied, np.minimum(typical, TYPICAL), typical)
    return Group(
        rows=tuple(rows.tolist()),
        title=_title(rows.size, labels, things(dataset)),
        surprise=strength,
        strength=tuple(typical.tolist()),
        evidence=evidence,
    )


def _title(count: int, labels: dict[str, int], noun: str) -> str:
    packed = f"{count:,} {noun} lie closer together than any others"
    named = {label: rows for label, rows in labels.items() if label}
    if not named:
        return f"{packed}."
    if len(labels) == 1:
        return f"{packed}, and all are labelled {clipped(next(iter(named)))}."
    label, most = max(sorted(named.items()), key=lambda item: item[1])
    return f"{packed}; {most:,} are labelled {clipped(label)}."


def _sentence(size: int, times: float, noun: str) -> str:
    return f"Packed: the {noun} around it are {times:.1f} times as far away as the {size} nearest, which is rare here."


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
        "from one small source."
    )
