"""Exact and near-copies: groups whose labels contradict one another, and groups too large to be chance."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.copied_row import TYPICAL, copied_row, only_other_label
from curation_app.detect.near_copies import copy_groups
from curation_app.detect.wording import clipped, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Copies that contradict each other one to one reach 2.6: one of the two is wrong, and nothing says which.
CONTRADICTED = 2.0
# Each tenfold majority against a row's label makes it a hundredfold more surprising.
PER_DECADE = 2.0
# Near-copies may differ in just what the label is about.
NEAR_COSTS = 0.5
# A plain copy with the same label is worth knowing and no error: shown, and never in the queue on its own.
PLAIN, PLAIN_PER_DECADE, PLAIN_MOST = 0.6, 0.3, 0.95
# A flood: 5 copies from one source reach 2 (shown as a group); where no source is known, about 30 are needed.
# A flood may copy a row of somebody else's, so four in five of one source are enough.
FLOOD_FROM, ONE_SOURCE_SHARE, FLOOD_ONE_SOURCE, FLOOD_OTHERWISE = 5, 0.8, 0.6, -0.95
# The other groups of the data tell what sizes are usual there: a power law through them, a few imagined pairs and one group of five; never
# steeper than the fifth power, for five like questions are no flood where all others come in pairs. Not all of what it says is believed:
# popular texts ("Sorry, I'll call later", 30 times in 5,574 messages) outgrow any such law.
IMAGINED, IMAGINED_LOGS, STEEPEST, BELIEVED = 6, float(np.log(3.0)), 5.0, 0.6
# Where more than this share of the rows is in such groups, they are what the data is like (few columns, coarse values).
ORDINARY = 0.05
# From here a group is an issue and a candidate campaign.
ISSUE_AT = 2.0
# Two or three texts that differ in a word may differ in just what the label is about (clean banking77 has five such groups in 10,000 rows):
# the rows are shown, and no campaign is made of them.
FEWEST_NEAR_TEXTS = 4
# Templates of texts and coarse rows of tables are near one another by nature: there, the one with another label is the wrong one. Pictures
# and vectors are not: so many of one label about one of another were made to look like it.
IMITABLE = frozenset({"image", "embedding"})
_NAMES = {"table": "row", "text": "text", "image": "image", "embedding": "row"}


class NearDuplicate(Detector):
    """Copies that disagree or come in floods."""

    code: ClassVar[str] = "near-duplicate"
    title: ClassVar[str] = "Copies"
    question: ClassVar[str] = "Does this row appear again, and with another label?"
    kind: ClassVar[Kind] = Kind.DUPLICATE
    family: ClassVar[str] = "copies"
    needs: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = "Broder (1997), MinHash; Krawetz (2013), difference hash; Barz & Denzler (2020), Do we train on test data?"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        group = copy_groups(dataset, representation)
        codes, copies = representation.codes, representation.copies
        members = _members(group)
        exact = np.array([len(set(copies[rows].tolist())) == 1 for rows in members], dtype=bool)
        conflict = _conflict_surprise(group, codes)
        near_costs = NEAR_COSTS + _discount(_ordinary_disagreement(dataset, representation))
        flood = _flood_surprise(group, members, dataset.column("source"))
        for rows, same in zip(members, exact, strict=True):
            conflict[rows] -= 0.0 if same else near_costs
        size = np.bincount(group, minlength=len(group))[group]
        plain = np.where(size > 1, np.minimum(PLAIN + PLAIN_PER_DECADE * np.log10(np.maximum(size, 1)), PLAIN_MOST), 0.0)
        surprise = np.maximum(np.maximum(conflict, flood), plain)
        suggested = _majority(group, codes)
        imitated = {} if dataset.modality not in IMITABLE else _imitated(representation, members, exact)
        for place, row in imitated.items():
            others = members[place][members[place] != row]
            surprise[others] = np.maximum(surprise[others], surprise[row])
            surprise[row], suggested[row] = max(flood[row], plain[row]), -1
        titles = [
            _title(rows, same, dataset, representation, imitated.get(place, -1))
            for place, (rows, same) in enumerate(zip(members, exact, strict=True))
        ]
        groups = tuple(
            _group(rows, title, float(surprise[rows].max()), dataset, representation, imitated.get(place, -1))
            for place, (rows, title, same) in enumerate(zip(members, titles, exact, strict=True))
            if surprise[rows].max() >= ISSUE_AT and (same or dataset.modality != "text" or rows.size >= FEWEST_NEAR_TEXTS)
        )
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=_summary(groups, members, things(dataset)),
            reasons={row: title for rows, title in zip(members, titles, strict=True) for row in rows.tolist()},
            suggested=suggested,
            groups=tuple(sorted(groups, key=lambda found: (-found.surprise, found.rows[0]))),
            evidence={"copy_group": np.where(size > 1, group, -1).astype(np.int32), "copies": size.astype(np.int32)},
            rule=(
                "Copies differ in nothing but the label; near-copies share 80 % of their 5-grams, the image hash and 99 % of the pixels' "
                f"variation, or lie within 0.13 of the usual distance. A group is an issue when its labels differ, or from {FLOOD_FROM} "
                "copies of one source, or otherwise from about 30, fewer where the other groups are small."
            ),
        )


def _members(group: np.ndarray) -> list[np.ndarray]:
    """Rows of each group of two or more, in order of the first row."""
    order = np.argsort(group, kind="stable")
    edges = np.flatnonzero(np.diff(group[order])) + 1
    return [rows for rows in np.split(order, edges) if rows.size > 1]


def _imitated(representation: Representation, members: list[np.ndarray], exact: np.ndarray) -> dict[int, int]:
    """Place among the groups -> the one row that the others, near-copies with one other label, were made to look like."""
    floods = (place for place, rows in enumerate(members) if rows.size >= FLOOD_FROM and not exact[place])
    odd = {place: only_other_label(representation, members[place]) for place in floods}
    return {place: row for place, row in odd.items() if row >= 0}


def _conflict_surprise(group: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(n,) surprise of a label against those of its copies, 0 without a contradiction."""
    same, labelled = _votes(group, codes)
    against = labelled - same
    odds = np.where((codes >= 0) & (against > 0), (against + 1.0) / np.maximum(same, 1), 0.0)
    surprise = np.where(odds > 0, np.maximum(CONTRADICTED + PER_DECADE * np.log10(np.maximum(odds, 1e-12)), 0.0), 0.0)
    return np.maximum(surprise - _discount(float(np.mean(odds > 0)) if odds.size else 0.0), 0.0)


def _votes(group: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n,) rows of the group with the row's label, itself included; (n,) labelled rows of the group)."""
    classes = int(codes.max(initial=0)) + 2
    _, pair, pair_counts = np.unique(group * classes + codes + 1, return_inverse=True, return_counts=True)
    labelled = np.bincount(group[codes >= 0], minlength=len(group))[group]
    return pair_counts[pair], labelled


def _flood_surprise(group: np.ndarray, members: list[np.ndarray], source: np.ndarray | None) -> np.ndarray:
    """(n,) surprise of the group's size, 0 below five copies."""
    surprise = np.zeros(len(group))
    large = [rows for rows in members if rows.size >= FLOOD_FROM]
    sizes = np.array([rows.size for rows in members], dtype=np.float64)
    discount = _discount(sum(rows.size for rows in large) / max(len(group), 1))
    for rows in large:
        lift = FLOOD_ONE_SOURCE if source is not None and _one_source(source, rows) else FLOOD_OTHERWISE
        surprise[rows] = max(max(2.0 * np.log10(rows.size) + lift, _unusual_size(rows.size, sizes)) - discount, 0.0)
    return surprise


def _unusual_size(size: int, sizes: np.ndarray) -> float:
    """Surprise of a group of this size among ``sizes`` of all groups (itself one of them), by the tail of the others.

    References
    ----------
    Clauset, Shalizi & Newman (2009), Power-law distributions in empirical data (the estimate for whole numbers from 2 on).
    """
    logs = np.log((sizes - 0.5) / 1.5)
    mine = float(np.log((size - 0.5) / 1.5))
    steepness = min((len(sizes) - 1 + IMAGINED) / (float(logs.sum()) - mine + IMAGINED_LOGS), STEEPEST)
    return BELIEVED * max(steepness * mine / np.log(10.0) - float(np.log10(len(sizes))), 0.0)


def _ordinary_disagreement(dataset: Dataset, representation: Representation) -> float:
    """Share of rows whose nearest row that is no copy has another label; 0 where near-copies are found by content, not by distance.

    Where classes overlap, near rows of different labels are what the data is like.
    """
    distances, codes = representation.neighbours.distances, representation.codes
    if dataset.modality == "text" or dataset.images is not None or distances.size == 0:
        return 0.0
    apart = distances > 0
    nearest = representation.neighbours.rows[np.arange(len(codes)), apart.argmax(axis=1)]
    known = apart.any(axis=1) & (codes >= 0) & (codes[nearest] >= 0)
    return float(np.mean(codes[known] != codes[nearest][known])) if known.any() else 0.0


def _one_source(source: np.ndarray, rows: np.ndarray) -> bool:
    """Whether one source wrote (nearly) all of ``rows``; one that wrote most of the file is the file itself and says nothing."""
    counts = Counter(name for name in source[rows].tolist() if name is not None)
    if not counts:
        return False
    name, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return count >= ONE_SOURCE_SHARE * rows.size and 2 * int(np.sum(source == name)) < len(source)


def _discount(share: float) -> float:
    """What is common is not surprising: twice the decades by which ``share`` of the rows exceeds the ordinary."""
    return 2.0 * float(np.log10(max(share / ORDINARY, 1.0)))


def _majority(group: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(n,) int32: the label that most copies carry where the row's own has fewer, else -1."""
    labelled = np.flatnonzero(codes >= 0)
    suggested = np.full(len(group), -1, dtype=np.int32)
    if labelled.size == 0:
        return suggested
    same, _ = _votes(group, codes)
    # By group, most votes first; then the smallest code, so that a tie falls the same way every time.
    order = labelled[np.lexsort((codes[labelled], -same[labelled], group[labelled]))]
    starts = np.concatenate(([True], np.diff(group[order]) > 0))
    best = np.full(len(group), -1)
    best[group[order[starts]]] = order[starts]
    winner = best[group]
    beaten = (winner >= 0) & (codes >= 0) & (same < same[winner])
    suggested[beaten] = codes[winner[beaten]]
    return suggested


def _title(rows: np.ndarray, exact: bool, dataset: Dataset, representation: Representation, imitated: int) -> str:
    """One sentence about a group."""
    copies = rows[rows != imitated]
    what = f"{copies.size:,} {'copies' if exact else 'near-copies'} of one {_NAMES[dataset.modality]}"
    counts = Counter(representation.codes[copies].tolist())
    counts.pop(-1, None)
    if imitated >= 0:
        given, own = (clipped(representation.classes[code]) for code in (next(iter(counts)), representation.codes[imitated]))
        return f"{what} are labelled {given}; the one that they were made to look like is {own}."
    if not counts:
        return f"{what}."
    by_votes = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    names = [f"{count:,} of {clipped(representation.classes[code])}" for code, count in by_votes]
    if len(names) == 1:
        return f"{what}, all labelled {clipped(representation.classes[next(iter(counts))])}."
    listed = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return f"{what} carry {len(names)} labels ({listed})."


def _group(rows: np.ndarray, title: str, surprise: float, dataset: Dataset, representation: Representation, imitated: int) -> Group:
    rows = rows[rows != imitated]
    labels = Counter("" if code < 0 else representation.classes[code] for code in representation.codes[rows].tolist())
    evidence: dict[str, object] = {"copies": int(rows.size), "labels": dict(sorted(labels.items()))}
    copied, strength = copied_row(representation, rows), ()
    if imitated >= 0:
        evidence["imitated"] = [str(dataset.ids[imitated])]
    elif copied >= 0:
        evidence["copied"] = str(dataset.ids[copied])
        strength = tuple(np.where(rows == copied, TYPICAL, 1.0).tolist())
    return Group(
        rows=tuple(rows.tolist()),
        title=title,
        surprise=surprise,
        strength=strength,
        evidence=evidence,
        imitated=(imitated,) if imitated >= 0 else (),
    )


def _summary(groups: tuple[Group, ...], members: list[np.ndarray], noun: str) -> str:
    copies = sum(rows.size - 1 for rows in members)
    known = f"{noun.capitalize()} that are copies of another one: {copies:,}" if copies else f"No two {noun} are copies"
    if not groups:
        return f"{known}; no group is suspect."
    return f"{known}; groups that disagree or are too large to be chance: {len(groups):,}."
