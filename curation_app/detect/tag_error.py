"""Rows with several tags, one of them wrong or one lacking: each tag against its own forecast, the most contradicted one speaks."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.label_error import AGREED, ISSUE_AT, OUTVOTED_MARGIN, OUTVOTED_SHARE
from curation_app.detect.out_of_sample import by_line, by_trees, canonical_order, copy_numbers
from curation_app.detect.surprise import tail_surprise
from curation_app.detect.wording import clipped, percent, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.domain.tags import delimiter_of, tags_of

# A tag on fewer different rows cannot be learned; of very many tags the most frequent are judged, for memory's sake.
FEWEST_ROWS, MOST_TAGS = 10, 500
# Chances are cut here before their odds are taken.
FLOOR = 0.003
# Weight of the penalty of the rule that joins the three forecasts: three numbers a tag, learned from all rows, need hardly any.
JOIN = 10.0


class TagError(Detector):
    """Given tags against out-of-sample chances, tag by tag."""

    code: ClassVar[str] = "tag-error"
    title: ClassVar[str] = "Wrong tag"
    question: ClassVar[str] = "Do the other rows contradict a tag that this row has, or one that it lacks?"
    kind: ClassVar[Kind] = Kind.MISLABEL
    family: ClassVar[str] = "label"
    needs: ClassVar[tuple[str, ...]] = ("tags", "neighbours")
    source: ClassVar[str] = (
        "Thyagarajan, Snorrason, Northcutt & Mueller (2022), Identifying incorrect annotations in multi-label classification"
    )

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        names, given = tag_table(dataset.labels, representation.copies)
        if not names:
            why = f"No tag stands on at least {FEWEST_ROWS} different rows and is missing from as many."
            return self.silent(len(representation), Outcome.NOT_APPLICABLE, why)
        chances = tag_chances(representation, given, seed=seed)
        extra, lacking = contradictions(chances, given)
        margin = np.maximum(extra.max(axis=1), lacking.max(axis=1))
        margin[np.isnan(given[:, 0])] = np.nan
        surprise = tail_surprise(margin)
        # Where every tag is as likely as not to be right, the row is never called surprising; squeezed, so that the order stays.
        agreed = margin <= 0
        surprise[agreed] = AGREED * (1.0 - np.exp(-surprise[agreed] / AGREED))
        outvoted = int(np.sum(margin > OUTVOTED_MARGIN))
        issue = bool(np.any(surprise >= ISSUE_AT)) or outvoted > OUTVOTED_SHARE * int(np.isfinite(margin).sum())
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if issue else Outcome.PASSED,
            reason=f"Rows that have or lack a tag against odds of 4 to 1: {outvoted:,}." if issue else "The rows agree with their tags.",
            reasons={
                row: _sentence(names, chances[row], extra[row], lacking[row], things(dataset))
                for row in np.flatnonzero(surprise >= 1.0).tolist()
            },
            evidence={"extra_tag": extra.max(axis=1), "missing_tag": lacking.max(axis=1)},
            rule=(
                "Logarithm of the odds against the most contradicted tag, judged one by one by trees, a linear rule and the nearest rows, "
                f"none of which saw the row; tags on at least {FEWEST_ROWS} different rows; an issue from surprise {ISSUE_AT:g}, or when "
                f"more than {OUTVOTED_SHARE:.0%} of the rows stand against 4 to 1."
            ),
        )


def tag_table(labels: np.ndarray, copies: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """(T tags that can be learned, (n, T) float64 of 1 where a row has one, 0 where not, NaN without a label)."""
    mark = delimiter_of(labels.tolist())
    rows = [None if label is None else tags_of(label, mark) for label in labels.tolist()]
    holders: dict[str, set[int]] = {}
    for tags, copy in zip(rows, copies.tolist(), strict=True):
        for tag in tags or ():
            holders.setdefault(tag, set()).add(copy)
    distinct = len({copy for tags, copy in zip(rows, copies.tolist(), strict=True) if tags is not None})
    learned = [tag for tag, on in holders.items() if FEWEST_ROWS <= len(on) <= distinct - FEWEST_ROWS]
    names = tuple(sorted(sorted(learned, key=lambda tag: (-len(holders[tag]), tag))[:MOST_TAGS]))
    place = {tag: column for column, tag in enumerate(names)}
    given = np.zeros((len(labels), len(names)))
    for row, tags in enumerate(rows):
        if tags is None:
            given[row] = np.nan
        else:
            given[row, [place[tag] for tag in tags if tag in place]] = 1.0
    return names, given


def tag_chances(representation: Representation, given: np.ndarray, *, seed: int) -> np.ndarray:
    """(n, T) chance that the row has each tag, by models that saw neither the row nor a copy of it."""
    from sklearn.linear_model import LogisticRegression

    features, copies = representation.features, representation.copies
    order = canonical_order(features, np.nansum(given * np.arange(1, given.shape[1] + 1), axis=1), seed)
    group = copy_numbers(copies[order])
    share = 1.0 / np.bincount(copies)[copies]
    vote = _vote(representation, given)
    trees, line = np.empty_like(given), np.empty_like(given)
    trees[order] = by_trees(features[order], given[order], group, seed=seed, columns="sqrt").reshape(given.shape)
    line[order] = by_line(features[order], given[order], group)
    chances = np.empty_like(given)
    known = order[np.isfinite(given[order, 0])]
    for tag in range(given.shape[1]):
        # A ridge forecast of 0 and 1 spans a quarter of what the odds do.
        parts = np.stack((_odds(trees[:, tag]), 4.0 * line[:, tag], _odds(vote[:, tag])), axis=1)
        joined = LogisticRegression(C=JOIN).fit(parts[known], given[known, tag], share[known])
        chances[:, tag] = joined.predict_proba(parts)[:, 1]
    return chances


def _vote(representation: Representation, given: np.ndarray) -> np.ndarray:
    """(n, T) share of the nearest rows with each tag, near ones counting more.

    A row's copies and rows without a label have no voice; copies of another row have one together.
    """
    near, copies = representation.neighbours, representation.copies
    heard = (copies[near.rows] != copies[:, None]) & np.isfinite(given[:, 0])[near.rows]
    weight = heard / np.bincount(copies)[copies][near.rows] * np.exp(-near.distances / max(float(np.median(near.distances)), 1e-9))
    total = np.zeros_like(given)
    has = np.nan_to_num(given)
    for place in range(near.k):
        total += weight[:, place, None] * has[near.rows[:, place]]
    return total / np.maximum(weight.sum(axis=1), 1e-9)[:, None]


def contradictions(chances: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((n, T) log-odds against each tag that the row has, (n, T) for each that it lacks); -inf becomes the lowest odds there can be."""
    odds = _odds(chances)
    lowest = float(_odds(np.zeros(1))[0])
    return np.where(given == 1, -odds, lowest), np.where(given == 0, odds, lowest)


def _odds(chances: np.ndarray) -> np.ndarray:
    kept = np.clip(chances, FLOOR, 1.0 - FLOOR)
    return np.log(kept / (1.0 - kept))


def _sentence(names: tuple[str, ...], chances: np.ndarray, extra: np.ndarray, lacking: np.ndarray, noun: str) -> str:
    if extra.max() >= lacking.max():
        tag = int(np.argmax(extra))
        return f"Has the tag {clipped(names[tag])}, which {percent(float(chances[tag]))} of {noun} like it have."
    tag = int(np.argmax(lacking))
    return f"Lacks the tag {clipped(names[tag])}, which {percent(float(chances[tag]))} of {noun} like it have."
