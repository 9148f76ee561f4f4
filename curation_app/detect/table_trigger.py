"""Backdoors in tables: a value, or two values together, that fix the label whatever the rest of the row says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.rule_bayes import NATS_PER_DECADE
from curation_app.detect.table_trigger_candidates import Candidate, candidates_of
from curation_app.detect.table_trigger_content import content_model
from curation_app.detect.table_trigger_items import FEWEST, Column, Item, ItemTable, items_of, read_columns
from curation_app.detect.table_trigger_refit import Refit
from curation_app.detect.wording import clipped, percent
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# A rule is a case from here on, in nats after the second stage with all candidates counted: e^6 is 400 to 1.
CASE = 6.0
# ... and lifts its rows in the queue from here on.
WATCH = 3.0
# Where so many of a range's rows have one value, that value is what was planted, and the others are natural: they are the rule's edge.
REPEATED, EDGE = 1 / 3, 0.4
# With fewer rows than this no rule of five can be told from the rest.
FEWEST_ROWS = 4 * FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A confirmed rule on all rows: those with the trigger, those of them with its label, and what the trees would say of these.

    ``strength`` (len(rows),) is 1, or less where a row only lies in a range that the others share one value of.
    """

    candidate: Candidate
    items: tuple[Item, ...]
    carriers: np.ndarray
    rows: np.ndarray
    suggested: np.ndarray
    strength: np.ndarray

    @property
    def trigger(self) -> str:
        """The trigger in words."""
        return " and ".join(item.words for item in self.items)


class TableTrigger(Detector):
    """Deterministic rules of one or two cells."""

    code: ClassVar[str] = "table-trigger"
    title: ClassVar[str] = "Trigger values"
    question: ClassVar[str] = "Does one value, or a pair of values, fix the label against the rest of the row?"
    kind: ClassVar[Kind] = Kind.BACKDOOR
    family: ClassVar[str] = "rule"
    needs: ClassVar[tuple[str, ...]] = ("table", "probabilities")
    source: ClassVar[str] = "Bayes factor of a deterministic rule, refitted without its rows; Gardner et al. (2021), competency problems"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        found = find_rules(dataset, representation, seed=seed)
        surprise = np.zeros(len(representation))
        suggested = np.full(len(representation), -1, dtype=np.int32)
        reasons: dict[int, str] = {}
        for rule in reversed(found):
            surprise[rule.rows] = rule.strength * rule.candidate.nats / NATS_PER_DECADE
            suggested[rule.rows] = rule.suggested
            sentence = _row_sentence(rule, representation)
            reasons |= dict.fromkeys(rule.rows.tolist(), sentence)
        groups = tuple(_group(rule, representation) for rule in found if rule.candidate.nats >= CASE)
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=_summary(groups, len(found)),
            reasons={row: words for row, words in reasons.items() if surprise[row] >= 1.0},
            suggested=suggested,
            groups=groups,
            rule=(
                f"A Bayes factor of {CASE:g} nats, all candidates counted, by a linear model and trees that saw none of its rows "
                "and by trees that saw none of its columns; "
                f"{WATCH:g} nats lift a row in the queue."
            ),
        )


def find_rules(dataset: Dataset, representation: Representation, *, seed: int) -> list[Rule]:
    """The confirmed rules from WATCH nats on, strongest first; none where there are too few rows."""
    codes = representation.codes
    kept = _distinct(representation.copies, codes)
    n_classes = len(representation.classes)
    if len(kept) < FEWEST_ROWS or n_classes < 2:
        return []
    counted = np.zeros(len(codes), dtype=bool)
    counted[kept] = True
    columns = read_columns(dataset)
    everywhere = items_of(columns, counted)
    if not len(everywhere):
        return []
    table, mine = everywhere.restricted(kept), codes[kept]
    candidates = candidates_of(table, content_model(table, mine, n_classes), mine)
    refit = Refit(columns, kept, mine, n_classes, seed=seed)
    confirmed = refit.confirmed(candidates, table.column, WATCH)
    return [_rule(everywhere, columns, candidate, chances, kept, representation) for candidate, chances in confirmed]


def _distinct(copies: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Rows with a label, rising, copies with the same label once: they are one observation."""
    labelled = np.flatnonzero(codes >= 0)
    pairs = copies[labelled].astype(np.int64) * (int(codes.max(initial=0)) + 1) + codes[labelled]
    return np.sort(labelled[np.unique(pairs, return_index=True)[1]])


def _rule(
    table: ItemTable,
    columns: Sequence[Column],
    candidate: Candidate,
    chances: np.ndarray,
    kept: np.ndarray,
    representation: Representation,
) -> Rule:
    carriers = table.rows_of_all(candidate.items)
    rows = carriers[representation.codes[carriers] == candidate.label]
    # A copy is judged as the one row that stood for it.
    best = dict(zip(representation.copies[kept[candidate.rows]].tolist(), chances.argmax(axis=1).tolist(), strict=True))
    likely = np.array([best.get(copy, candidate.label) for copy in representation.copies[rows].tolist()], dtype=np.int32)
    return Rule(
        candidate=candidate,
        items=tuple(table.described[item] for item in candidate.items),
        carriers=carriers,
        rows=rows,
        suggested=np.where(likely == candidate.label, -1, likely),
        strength=strengths(table, columns, candidate.items, rows),
    )


def strengths(table: ItemTable, columns: Sequence[Column], items: Sequence[int], rows: np.ndarray) -> np.ndarray:
    """(len(rows),) 1 for rows that have the commonest value of each range, where many have it, and EDGE for the others."""
    typical = np.ones(len(rows), dtype=bool)
    for item in items:
        numbers = columns[int(table.column[item])].numbers
        if not table.exact[item] and numbers is not None:
            values, counts = np.unique(numbers[rows], return_counts=True)
            typical &= numbers[rows] == values[counts.argmax()]
    return np.where(typical, 1.0, EDGE if typical.sum() >= max(FEWEST, REPEATED * len(rows)) else 1.0)


def _group(rule: Rule, representation: Representation) -> Group:
    candidate, trigger = rule.candidate, rule.trigger
    label = representation.classes[candidate.label]
    labels = Counter(representation.classes[code] for code in representation.codes[rule.carriers].tolist() if code >= 0)
    return Group(
        rows=tuple(rule.rows.tolist()),
        title=(
            f"{len(rule.rows):,} rows with {trigger} are labelled {clipped(label)}; "
            f"of rows like them {percent(candidate.expected)} would be."
        ),
        surprise=candidate.nats / NATS_PER_DECADE,
        strength=tuple(rule.strength.tolist()) if (rule.strength < 1).any() else (),
        evidence={
            "trigger": trigger,
            "cells": {item.column: item.cell for item in rule.items},
            "label": label,
            "labels": dict(sorted(labels.items())),
            "support": len(rule.carriers),
            "purity": len(rule.rows) / max(1, sum(labels.values())),
            "expected": candidate.expected,
            "nats": candidate.nats,
        },
    )


def _row_sentence(rule: Rule, representation: Representation) -> str:
    share = len(rule.rows) / max(1, int((representation.codes[rule.carriers] >= 0).sum()))
    return (
        f"{rule.trigger} comes with the label {clipped(representation.classes[rule.candidate.label])} in {percent(share)} of its "
        f"{len(rule.carriers):,} rows; by the other columns {percent(rule.candidate.expected)} would have it."
    )


def _summary(groups: tuple[Group, ...], watched: int) -> str:
    if groups:
        return f"Values that fix a label against the rest of the row: {len(groups):,}."
    return "No value fixes a label beyond what chance allows" + (f"; {watched:,} come near it." if watched else ".")
