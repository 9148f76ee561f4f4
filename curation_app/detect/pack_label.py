"""Whether a packed group carries the label of the rows around it: natural ones do, most injected ones do not.

Being packed and being labelled unlike one's surroundings have little to do with each other where nobody put the rows there, so that the
surprises of the two add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from curation_app.detect.distinct import BLOCK, reference_rows
from curation_app.detect.shell import ASKED
from curation_app.domain.representation import Representation

# Nearly all rows of a group share a label, or none speaks for it; one row is that of another label which the others were made to look like.
NEARLY_ALL = 0.8
# Rows are asked outward until so many agree, or all there are of a rarer class. Where classes are many, a tenth of all rows have no more
# than one among their nearest thirty that agrees, but few have to go as far for the fifth as rows whose label somebody made up.
AGREE = 5
# A row that has most of so many nearest in a group is of its fringe.
NEAREST = 5
# What is ordinary is asked of packed rows, which natural groups are made of: they agree with those around them better than others do, in
# some data ten times as often. With fewer of them than this all rows are asked; so many where the reference is a sample.
FEWEST_PACKED, ORDINARY = 100, 1_000
# What the group looks like is at most so much as far away as the rows around it are.
NEARER = 0.5
# More than this nobody's surroundings add.
MOST = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLabel:
    """What the surroundings say of a group's label.

    Attributes
    ----------
    surprise
        -log10 of the share of packed rows that lie as deep among others before five agree with them, in [0, 3]; 0 where at least half of
        the nearest agree, or as many as everywhere.
    label
        Code of the group's label, -1 where it has none to speak of.
    votes, everywhere
        (classes,) rows around that carry each label, and share of all rows that do; empty where nobody was asked.
    """

    surprise: float
    label: int
    votes: np.ndarray
    everywhere: np.ndarray

    @property
    def around(self) -> int:
        """Code of the label of at least half of the rows around, -1 where none has so many or it is the group's own."""
        if not self.votes.size or 2 * self.votes.max() < self.votes.sum() or self.votes.argmax() == self.label:
            return -1
        return int(self.votes.argmax())


NOT_ASKED = PackLabel(surprise=0.0, label=-1, votes=np.zeros(0, dtype=np.int64), everywhere=np.zeros(0))


class Surroundings:
    """Asks the rows around groups for their labels.

    Parameters
    ----------
    representation
        Features and labels of all rows.
    seed
        Which rows stand for all where they are many.
    packed
        (n,) bool: the rows that tell what is ordinary; all where None.
    """

    def __init__(self, representation: Representation, seed: int, packed: np.ndarray | None = None) -> None:
        reference = reference_rows(representation, seed, by_label=True)
        self._sampled = len(reference) < len(representation)
        self._representation = representation
        self._reference = reference[representation.codes[reference] >= 0]
        self._asked = np.arange(len(self._reference)) if packed is None else np.flatnonzero(packed[self._reference])
        if len(self._asked) < FEWEST_PACKED:
            self._asked = np.arange(len(self._reference))

    @cached_property
    def _points(self) -> np.ndarray:
        return self._representation.features[self._reference].astype(np.float64)

    @cached_property
    def _ordinary(self) -> np.ndarray:
        """(m,) rising: how many reference rows each of those asked has nearer than, and with, the fifth that agrees with it."""
        points, labels = self._points, self._representation.codes[self._reference]
        rows = self._asked[:: max(len(self._asked) // ORDINARY, 1)] if self._sampled else self._asked
        norms = np.einsum("ij,ij->i", points, points)
        reached = [np.zeros(0, dtype=np.int64)]
        for start in range(0, rows.size, BLOCK):
            part = rows[start : start + BLOCK]
            squares = norms - 2.0 * (points[part] @ points.T)
            squares[np.arange(part.size), part] = np.inf
            reached.append(_reached(squares, labels == labels[part][:, None]))
        return np.sort(np.concatenate(reached))

    def of(self, rows: np.ndarray) -> PackLabel:
        """What the 30 rows nearest to the middle of a group (m,), and not in it, say of its label."""
        codes = self._representation.codes
        given, counts = np.unique(codes[rows], return_counts=True)
        label = int(given[counts.argmax()])
        outside = np.flatnonzero(~np.isin(self._reference, rows) & ~self._fringe(rows))
        if label < 0 or counts.max() < NEARLY_ALL * rows.size or outside.size < ASKED:
            return NOT_ASKED
        middle = self._representation.features[rows].mean(axis=0, dtype=np.float64)
        gaps = ((self._points[outside] - middle) ** 2).sum(axis=1)
        nearest = outside[np.argsort(gaps, kind="stable")[:ASKED]]
        classes = len(self._representation.classes)
        votes = np.bincount(codes[self._reference[nearest]], minlength=classes)
        everywhere = np.bincount(codes[self._reference[outside]], minlength=classes) / outside.size
        surprise = 0.0
        # A label that is commoner around than in all the data is at home there: a template of a rare class (spam) has its like near.
        if votes[label] < _at_home(everywhere[label]):
            reached = _reached(gaps[None], (codes[self._reference[outside]] == label)[None])[0]
            as_far = self._ordinary.size - np.searchsorted(self._ordinary, reached)
            surprise = min(-float(np.log10((as_far + 1.0) / (self._ordinary.size + 1.0))), MOST)
        return PackLabel(surprise=surprise, label=label, votes=votes, everywhere=everywhere)

    def _fringe(self, rows: np.ndarray) -> np.ndarray:
        """(m,) bool: the reference rows most of whose nearest are of the group (m,): too loose to be of it, and no witnesses."""
        near = self._representation.neighbours.rows[self._reference, :NEAREST]
        return 2 * np.isin(near, rows).sum(axis=1) > near.shape[1]


def _reached(squares: np.ndarray, agrees: np.ndarray) -> np.ndarray:
    """(m,) how many rows are as near as the fifth that agrees, or the last one where fewer do; ``squares``, ``agrees`` are (m, rows)."""
    mine = np.where(agrees, squares, np.inf)
    nearest = np.sort(np.partition(mine, AGREE - 1, axis=1)[:, :AGREE], axis=1)
    last = np.clip(np.isfinite(mine).sum(axis=1), 1, AGREE) - 1
    return (squares <= np.take_along_axis(nearest, last[:, None], axis=1)).sum(axis=1)


def imitated_rows(representation: Representation, rows: np.ndarray, told: PackLabel) -> np.ndarray:
    """Rows within a group (m,), or right beside it, with another label that is at home there, more than the group's.

    The group was made to look like them. They need not be packed themselves: what looks like one row with a little of others lies beside
    it, all on one side. Among many classes hardly one is at home anywhere; a single row of another label is the one where the group's is
    not at home either.
    """
    codes = representation.codes
    if not told.votes.size:
        return rows[:0]
    mine = rows[codes[rows] == told.label]
    near = np.union1d(rows, representation.neighbours.rows[mine])
    middle = representation.features[mine].mean(axis=0, dtype=np.float64)
    gaps = np.linalg.norm(representation.features[near].astype(np.float64) - middle, axis=1)
    inside = np.isin(near, rows)
    around = np.sort(gaps[~inside])[:ASKED]
    within = near[inside | (gaps <= NEARER * np.median(around))] if around.size else rows
    others = within[(codes[within] >= 0) & (codes[within] != told.label)]
    votes = told.votes[codes[others]]
    if others.size == 1 and told.surprise > 0:
        return others[votes >= told.votes[told.label]]
    return others[(votes > told.votes[told.label]) & (votes >= _at_home(told.everywhere[codes[others]]))]


def _at_home(everywhere: np.ndarray) -> np.ndarray:
    """Votes from which a label is at home: half of those asked, or as many as all rows would give it."""
    return np.minimum(0.5, everywhere) * ASKED
