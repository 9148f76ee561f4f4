"""Whether a packed group carries the label of the rows around it: natural ones do, most injected ones do not.

Being packed and being labelled unlike one's surroundings have nothing to do with each other where nobody put the rows there, so that the
surprises of the two add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation_app.detect.distinct import distinct_neighbours, reference_rows
from curation_app.detect.shell import ASKED, asked_nearest
from curation_app.domain.representation import Representation

# Nearly all rows of a group share a label, or none speaks for it; one row is that of another label which the others were made to look like.
NEARLY_ALL = 0.8
# More than this nobody's surroundings add.
MOST = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLabel:
    """What the surroundings say of a group's label.

    Attributes
    ----------
    surprise
        -log10 of the share of single rows that so few of those around them agree with, in [0, 3]; 0 where at least half agree.
    around
        Code of the label that most of the rows around carry.
    """

    surprise: float
    around: int


def pack_labels(representation: Representation, groups: Sequence[np.ndarray], seed: int) -> list[PackLabel]:
    """What the 30 rows nearest to the middle of each group, and not in it, say of its label."""
    codes = representation.codes
    if not groups or not np.any(codes >= 0):
        return [PackLabel(surprise=0.0, around=-1)] * len(groups)
    agree, total = asked_nearest(representation, distinct_neighbours(representation, by_label=True)[0])
    asked = (total > 0) & (codes >= 0)
    ordinary = np.sort(_share(agree[asked], total[asked]))
    reference = reference_rows(representation, seed, by_label=True)
    reference = reference[codes[reference] >= 0]
    points = representation.features[reference].astype(np.float64)
    return [_of_pack(representation, rows, ordinary, reference, points) for rows in groups]


def _of_pack(
    representation: Representation, rows: np.ndarray, ordinary: np.ndarray, reference: np.ndarray, points: np.ndarray
) -> PackLabel:
    codes = representation.codes
    given, counts = np.unique(codes[rows], return_counts=True)
    label = int(given[counts.argmax()])
    outside = np.flatnonzero(~np.isin(reference, rows))
    if label < 0 or counts.max() < NEARLY_ALL * rows.size or not outside.size:
        return PackLabel(surprise=0.0, around=-1)
    middle = representation.features[rows].mean(axis=0, dtype=np.float64)
    gaps = ((points[outside] - middle) ** 2).sum(axis=1)
    nearest = outside[np.argsort(gaps, kind="stable")[:ASKED]]
    votes = np.bincount(codes[reference[nearest]], minlength=len(representation.classes))
    around = int(votes.argmax())
    if 2 * votes[label] >= nearest.size:
        return PackLabel(surprise=0.0, around=around)
    as_few = np.searchsorted(ordinary, _share(votes[label], nearest.size), side="right")
    return PackLabel(surprise=min(-float(np.log10((as_few + 1.0) / (ordinary.size + 1.0))), MOST), around=around)


def _share(agree: np.ndarray, asked: np.ndarray | int) -> np.ndarray:
    """Half a row on either side makes few asked less sure."""
    return (agree + 0.5) / (np.asarray(asked) + 1.0)
