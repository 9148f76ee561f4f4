"""Whether a packed group carries the label of the rows around it: natural ones do, most injected ones do not.

Being packed and being labelled unlike one's surroundings have nothing to do with each other where nobody put the rows there, so that the
surprises of the two add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.distinct import distinct_neighbours, reference_rows
from curation_app.detect.shell import ASKED, asked_nearest
from curation_app.domain.representation import Representation

# Nearly all rows of a group share a label, or none speaks for it; one row is that of another label which the others were made to look like.
NEARLY_ALL = 0.8
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
        -log10 of the share of single rows that so few of those around them agree with, in [0, 3]; 0 where at least half agree, or as many
        as everywhere.
    votes
        (classes,) rows around that carry each label; empty where the group has no label to speak of.
    """

    surprise: float
    votes: np.ndarray

    @property
    def around(self) -> int:
        """Code of the label that most of the rows around carry, -1 where none was asked."""
        return int(self.votes.argmax()) if self.votes.size else -1


NOT_ASKED = PackLabel(surprise=0.0, votes=np.zeros(0, dtype=np.int64))


class Surroundings:
    """Asks the rows around groups for their labels.

    Parameters
    ----------
    representation
        Features and labels of all rows.
    seed
        Which rows stand for all where they are many.
    """

    def __init__(self, representation: Representation, seed: int) -> None:
        codes = representation.codes
        agree, total = asked_nearest(representation, distinct_neighbours(representation, by_label=True)[0])
        asked = (total > 0) & (codes >= 0)
        reference = reference_rows(representation, seed, by_label=True)
        self._representation = representation
        self._ordinary = np.sort(_share(agree[asked], total[asked]))
        self._reference = reference[codes[reference] >= 0]
        self._points = representation.features[self._reference].astype(np.float64)

    def of(self, rows: np.ndarray) -> PackLabel:
        """What the 30 rows nearest to the middle of a group (m,), and not in it, say of its label."""
        codes = self._representation.codes
        given, counts = np.unique(codes[rows], return_counts=True)
        label = int(given[counts.argmax()])
        outside = np.flatnonzero(~np.isin(self._reference, rows))
        if label < 0 or counts.max() < NEARLY_ALL * rows.size or not outside.size:
            return NOT_ASKED
        middle = self._representation.features[rows].mean(axis=0, dtype=np.float64)
        gaps = ((self._points[outside] - middle) ** 2).sum(axis=1)
        nearest = outside[np.argsort(gaps, kind="stable")[:ASKED]]
        votes = np.bincount(codes[self._reference[nearest]], minlength=len(self._representation.classes))
        # A label that is commoner around than in all the data is at home there: a template of a rare class (spam) has its like near.
        everywhere = float(np.mean(codes[self._reference[outside]] == label))
        if votes[label] >= min(0.5, everywhere) * nearest.size:
            return PackLabel(surprise=0.0, votes=votes)
        as_few = np.searchsorted(self._ordinary, _share(votes[label], nearest.size), side="right")
        return PackLabel(surprise=min(-float(np.log10((as_few + 1.0) / (self._ordinary.size + 1.0))), MOST), votes=votes)


def imitated_rows(representation: Representation, rows: np.ndarray, told: PackLabel) -> np.ndarray:
    """Rows within a group (m,) with another label that is no rarer around it: they are at home, and the group was made to look like them.

    They need not be packed themselves: what looks like one row with a little of others lies beside it, all on one side.
    """
    codes = representation.codes
    if not told.votes.size:
        return rows[:0]
    label = np.bincount(codes[rows][codes[rows] >= 0]).argmax()
    mine = rows[codes[rows] == label]
    near = np.union1d(rows, representation.neighbours.rows[mine])
    middle = representation.features[mine].mean(axis=0, dtype=np.float64)
    gaps = np.linalg.norm(representation.features[near].astype(np.float64) - middle, axis=1)
    inside = np.isin(near, rows)
    around = np.sort(gaps[~inside])[:ASKED]
    within = near[inside | (gaps <= NEARER * np.median(around))] if around.size else rows
    return within[(codes[within] >= 0) & (codes[within] != label) & (told.votes[codes[within]] >= told.votes[label])]


def _share(agree: np.ndarray, asked: np.ndarray | int) -> np.ndarray:
    """Half a row on either side makes few asked less sure."""
    return (agree + 0.5) / (np.asarray(asked) + 1.0)
