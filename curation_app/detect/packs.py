"""Packed rows as groups: which of them are tied to one another, and which groups are no more than what the data is like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress

import numpy as np

from curation_app.detect.components import chained, components
from curation_app.detect.pack_label import MOST, NEARLY_ALL
from curation_app.detect.shell import FIFTH, WITHIN
from curation_app.detect.surprise import HIGHEST
from curation_app.domain.dataset import Dataset
from curation_app.domain.representation import Representation

# Rows at this surprise are tied together; a group is an issue where half of its rows reach ISSUE_AT. No row that is tied to too few others
# to be one of a group is told to be more surprising than ALONE_AT.
TIED_AT, ISSUE_AT, ALONE_AT = 2.0, 3.0, 1.5
# Two rows are tied that lie within three times the distance at which the tighter one of them has its fifth, so that a group does not
# swallow a tighter one beside it; or within this share of the usual such distance, where copies lie at no scale of their own.
AS_COPIES = 0.1
# A member reaches at least this share of the median of its group.
EDGE = 0.5
# Fewer rows are a coincidence: pairs and triples are what near-copies are for.
SMALLEST_GROUP = 5
# Up to so many groups each is an event of its own. Where there are more, all are ordinary but the first, if it is twice the next, or the
# first two or three, if the last of them is three times the next, in rows or in what orders campaigns (surprise times log2(1 + rows)):
# floods do not hide one another. Clean message sets have two groups of template texts that are 2.1 times the next.
# The rows of ordinary groups stay in order within so much of surprise.
FEW, OUTGROWS, ORDER_KEPT = 3, (2.0, 3.0, 3.0), 0.5
# From here a group's label contradicts its surroundings: one row in ten has as few around that agree with it.
CONTRADICTS = 1.0
# A group that comes from one source, nearly all of it, where that source has at most this share of all rows, is ten times as likely to
# have been put there; no more, for a source may have things of its own.
SMALL_SOURCE, ONE_SOURCE = 1 / 3, 1.0


def companies(
    representation: Representation,
    surprise: np.ndarray,
    near: np.ndarray,
    distances: np.ndarray,
    sizes: np.ndarray,
    tied_at: float = TIED_AT,
) -> list[np.ndarray]:
    """Groups of rows at ``tied_at`` or above that are among one another's nearest at the size (n,) where they spike.

    ``near`` and ``distances`` are those of :func:`distinct_neighbours`. Each group is (m,) row numbers, rising, m at least 5.
    """
    spiking = np.flatnonzero(surprise >= tied_at)
    if spiking.size < SMALLEST_GROUP:
        return []
    within = np.arange(near.shape[1]) < sizes[spiking, None]
    other = np.where(within, near[spiking], -1)
    left, place = np.nonzero((other >= 0) & (surprise[other] >= tied_at))
    distance = distances[spiking[left], place]
    left, right = spiking[left], other[left, place]
    copies = np.stack(chained(representation.copies[spiking], spiking))
    all_ties = np.concatenate((np.stack((left, right)), copies), axis=1)
    # Honest rows beside a group see it within their own surroundings: they spike too, by less than half as much.
    kept = np.concatenate([rows[surprise[rows] >= EDGE * np.median(surprise[rows])] for rows in _joined(spiking, *all_ties)])
    fifth = distances[:, min(FIFTH, distances.shape[1]) - 1]
    known = fifth[np.isfinite(fifth)]
    reach = np.maximum(WITHIN * fifth, AS_COPIES * np.median(known) if known.size else 0.0)
    close = (distance <= np.minimum(reach[left], reach[right])) & np.isin(left, kept) & np.isin(right, kept)
    close_ties = np.concatenate((np.stack((left, right))[:, close], copies), axis=1)
    return [rows for rows in _joined(np.sort(kept), *close_ties) if rows.size >= SMALLEST_GROUP]


def _joined(rows: np.ndarray, left: np.ndarray, right: np.ndarray) -> list[np.ndarray]:
    """The ``rows`` (m,), rising, that pairs of left and right (p,) join, each group rising."""
    root = components(int(max(part.max(initial=0) for part in (rows, left, right))) + 1, left, right)
    order = rows[np.argsort(root[rows], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(root[order])) + 1)


def of_one_source(dataset: Dataset, packs: Sequence[np.ndarray]) -> list[np.ndarray]:
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


def tempered(
    surprise: np.ndarray,
    packs: Sequence[np.ndarray],
    *,
    defaults: Sequence[np.ndarray] = (),
    loose: Sequence[np.ndarray] = (),
    by_label: np.ndarray | None = None,
) -> np.ndarray:
    """Where groups are many, they are what the data is like (templates, advertisements): being in one is as rare as it is.

    Their rows then keep their order and not their height. A few groups keep it that are twice any other, and a pack whose label contradicts
    the rows around it more than one of so many packs does by chance. Nor does a row keep it that belongs to no group: pairs and triples are
    what near-copies are for. Of ``defaults`` none does. ``loose`` groups are no issue and their rows are told as less than one; many such
    are as ordinary as many others are. ``by_label`` (n,), 0 by default, is what the group's label adds to the surprise of each row.
    """
    label = np.zeros(len(surprise)) if by_label is None else by_label
    lowered = surprise + label
    alone = np.ones(len(surprise), dtype=bool)
    alone[rows_of([*packs, *defaults, *loose])] = False
    _lower(lowered, np.flatnonzero(alone), ALONE_AT)
    for rows in loose:
        _lower(lowered, rows, ISSUE_AT)
    # Loose groups are judged among all, packs among packs: many loose ones do not make a pack ordinary.
    ordinary_packs, ordinary_loose = _ordinary(surprise, packs), _ordinary(surprise, [*packs, *loose])[len(packs) :]
    contradicts = np.array([np.median(label[rows]) >= min(CONTRADICTS + np.log10(len(packs)), MOST) for rows in packs], dtype=bool)
    for rows in (*defaults, rows_of(compress(packs, ordinary_packs & ~contradicts)), rows_of(compress(loose, ordinary_loose))):
        usual = surprise.copy()
        _lower(usual, rows, float(np.log10(len(surprise) / max(rows.size, 1))))
        lowered[rows] = np.minimum(lowered[rows], usual[rows] + label[rows])
    return np.minimum(lowered, HIGHEST)


def rows_of(groups: Iterable[np.ndarray]) -> np.ndarray:
    """(r,) the rows of all groups together."""
    return np.concatenate([*groups, np.zeros(0, dtype=np.int64)])


def _ordinary(surprise: np.ndarray, groups: Sequence[np.ndarray]) -> np.ndarray:
    """(m,) bool: groups that are nothing special among these; none where they are few."""
    if len(groups) <= FEW:
        return np.zeros(len(groups), dtype=bool)
    size = np.array([len(rows) for rows in groups], dtype=np.float64)
    worth = np.log2(1.0 + size) * [np.median(surprise[rows]) for rows in groups]
    return ~(_outgrows(size) | _outgrows(worth))


def _outgrows(measure: np.ndarray) -> np.ndarray:
    """(m,) bool: those before the first gap, where that comes after a few at most; m more than a few, all above 0."""
    ordered = np.sort(measure)[::-1]
    gaps = ordered[:FEW] >= np.array(OUTGROWS) * ordered[1 : FEW + 1]
    return np.asarray(measure >= ordered[gaps.argmax()]) & bool(gaps.any())


def _lower(surprise: np.ndarray, rows: np.ndarray, usual: float) -> None:
    """What exceeds the usual among ``rows`` is pressed, in place, into a narrow band above it."""
    above = rows[surprise[rows] > usual]
    surprise[above] = usual + ORDER_KEPT * (surprise[above] - usual) / HIGHEST
