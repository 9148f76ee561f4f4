"""Cliques that vouch for their own label: their nearest rows agree, and those around the clique do not.

A flood of near-copies with a wrong label is invisible to every judge that asks the nearest rows. Asked beyond the clique, the label stands
alone.
"""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.components import components
from curation_app.detect.distinct import BLOCK, PRECISE, distinct_neighbours, reference_rows
from curation_app.detect.surprise import tail_surprise
from curation_app.detect.wording import clipped, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# A clique reaches as far as three times the distance to its fifth row (DETECTORS, A3: average precision .00 -> .43 with 20 rows).
WITHIN, FIFTH = 3.0, 5
# Rows asked around a clique, or around an ordinary row.
ASKED = 30
# Fewer rows are no clique: pairs and triples are what copies are for.
SMALLEST_GROUP = 5
# A clique is an issue where its rows' median surprise reaches this: one row in a hundred has neighbours that disagree as much.
ISSUE_AT = 2.0


class LabelShell(Detector):
    """Wrong labels that a clique of near-copies hides."""

    code: ClassVar[str] = "label-shell"
    title: ClassVar[str] = "Clique with a label of its own"
    question: ClassVar[str] = "Does only its own clique carry this row's label?"
    kind: ClassVar[Kind] = Kind.MISLABEL
    family: ClassVar[str] = "label"
    needs: ClassVar[tuple[str, ...]] = ("labels", "neighbours")
    source: ClassVar[str] = "Wilson (1972), edited nearest neighbours, asked beyond 3 times the distance of the fifth neighbour"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        near, distances = distinct_neighbours(representation, by_label=True)
        radius = clique_radius(distances)
        inside = np.flatnonzero((radius > 0) & (representation.codes >= 0))
        surprise = np.where(representation.codes >= 0, 0.0, np.nan)
        suggested = np.full(len(representation), -1, dtype=np.int32)
        if inside.size:
            agree, total, winner = asked_beyond(representation, inside, radius[inside], reference_rows(representation, seed, by_label=True))
            # Rows beside a clique would be outvoted by it: it has no say in what is ordinary.
            ordinary = _log_odds(*asked_nearest(representation, np.where(radius[near] > 0, -1, near)))
            ordinary[inside] = np.nan
            surprise[inside] = _beyond_the_ordinary(_log_odds(agree, total), ordinary[np.isfinite(ordinary)])
            against = (2 * agree < total) & (surprise[inside] >= 1.0)
            surprise[inside[~against]] = 0.0
            suggested[inside[against]] = winner[against]
        groups = _groups(representation, surprise, near, distances, radius, things(dataset))
        worth = np.flatnonzero(np.nan_to_num(surprise) >= 1.0).tolist()
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=_summary(groups),
            reasons={row: _sentence(row, suggested, representation, things(dataset)) for row in worth},
            suggested=suggested,
            groups=groups,
            rule=(
                f"Rows whose {FIFTH} nearest lie within a third of the usual distance form a clique; the labels of the {ASKED} nearest "
                f"rows beyond {WITHIN:.0f} times that distance are asked. A group is an issue from {SMALLEST_GROUP} rows."
            ),
        )


def clique_radius(distances: np.ndarray) -> np.ndarray:
    """(n,) how far each row's clique reaches, 0 for a row without one; ``distances`` are those to distinct neighbours."""
    if distances.shape[1] < FIFTH:
        return np.zeros(len(distances))
    fifth = distances[:, FIFTH - 1]
    known = np.isfinite(fifth)
    usual = float(np.median(fifth[known])) if known.any() else 0.0
    return np.where(known & (WITHIN * fifth < usual), WITHIN * np.nan_to_num(fifth), 0.0)


def asked_nearest(representation: Representation, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) of the nearest 30 distinct neighbours those that agree, (n,) those with a label)."""
    labels = np.where(near[:, :ASKED] >= 0, representation.codes[near[:, :ASKED]], -1)
    return (labels == representation.codes[:, None]).sum(axis=1), (labels >= 0).sum(axis=1)


def asked_beyond(
    representation: Representation, rows: np.ndarray, radius: np.ndarray, reference: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the 30 reference rows nearest to each row but beyond its radius: those that agree, those asked, the label most of them carry."""
    features, codes = representation.features, representation.codes
    number = np.float64 if len(features) <= PRECISE else np.float32
    reference = reference[codes[reference] >= 0]
    asked = min(ASKED, reference.size)
    agree, total, winner = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size, dtype=np.int64), np.full(rows.size, -1)
    centre = features[reference].mean(axis=0, dtype=np.float64) if asked else 0.0
    base = (features[reference] - centre).astype(number)
    norms = np.einsum("ij,ij->i", base, base)
    for start in range(0, rows.size if asked else 0, BLOCK):
        part = rows[start : start + BLOCK]
        block = (features[part] - centre).astype(number)
        squares = np.einsum("ij,ij->i", block, block)[:, None] + norms - 2.0 * (block @ base.T)
        squares[squares <= np.square(radius[start : start + BLOCK, None])] = np.inf
        chosen = np.argpartition(squares, asked - 1, axis=1)[:, :asked]
        valid = np.isfinite(np.take_along_axis(squares, chosen, axis=1))
        labels = np.where(valid, codes[reference[chosen]], -1)
        votes = np.stack([(labels == code).sum(axis=1) for code in range(len(representation.classes))], axis=1)
        span = slice(start, start + len(part))
        agree[span] = votes[np.arange(len(part)), codes[part]]
        total[span] = valid.sum(axis=1)
        winner[span] = votes.argmax(axis=1)
    return agree, total, winner


def _log_odds(agree: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Of disagreement; half a row on either side keeps it finite. NaN where nobody was asked."""
    return np.where(total > 0, np.log((total - agree + 0.5) / (agree + 0.5)), np.nan)


def _beyond_the_ordinary(odds: np.ndarray, ordinary: np.ndarray) -> np.ndarray:
    """(m,) surprise of each clique row's disagreement on the scale of ordinary rows with their nearest; a large clique is no part of it."""
    surprise = np.zeros(len(odds))
    for value in np.unique(odds[np.isfinite(odds)]).tolist() if ordinary.size else []:
        surprise[odds == value] = tail_surprise(np.append(ordinary, value))[-1]
    return surprise


def _groups(
    representation: Representation, surprise: np.ndarray, near: np.ndarray, distances: np.ndarray, radius: np.ndarray, noun: str
) -> tuple[Group, ...]:
    """Surprising rows of one label within one another's cliques."""
    suspect = np.nan_to_num(surprise) >= 1.0
    rows = np.flatnonzero(suspect)
    if rows.size < SMALLEST_GROUP:
        return ()
    other = near[rows]
    tied = (other >= 0) & (distances[rows] <= radius[rows, None]) & suspect[other]
    tied &= representation.codes[other] == representation.codes[rows, None]
    left, place = np.nonzero(tied)
    root = components(len(surprise), rows[left], other[left, place])
    order = rows[np.argsort(root[rows], kind="stable")]
    found = []
    for members in np.split(order, np.flatnonzero(np.diff(root[order])) + 1):
        strength = float(np.median(surprise[members]))
        if members.size >= SMALLEST_GROUP and strength >= ISSUE_AT:
            found.append(_group(representation, np.sort(members), strength, noun))
    return tuple(sorted(found, key=lambda group: (-group.surprise, group.rows[0])))


def _group(representation: Representation, rows: np.ndarray, strength: float, noun: str) -> Group:
    counts = Counter(representation.codes[rows].tolist())
    label = representation.classes[counts.most_common(1)[0][0]]
    return Group(
        rows=tuple(rows.tolist()),
        title=f"{rows.size:,} near-alike {noun} are labelled {clipped(label)}; the {noun} around them are not.",
        surprise=strength,
        evidence={"label": label, "labels": {representation.classes[code]: count for code, count in sorted(counts.items())}},
    )


def _sentence(row: int, suggested: np.ndarray, representation: Representation, noun: str) -> str:
    given = clipped(representation.classes[representation.codes[row]])
    around = clipped(representation.classes[suggested[row]])
    return f"Only the {noun} nearly equal to it are labelled {given} as well; those around them are mostly {around}."


def _summary(groups: tuple[Group, ...]) -> str:
    if not groups:
        return "No clique carries a label that its surroundings do not."
    return f"Cliques that carry a label their surroundings do not: {len(groups):,}."
