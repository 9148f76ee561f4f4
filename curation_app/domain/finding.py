"""What one detector says about every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np


class Kind(StrEnum):
    """What may be wrong with a row. The order is the order of display."""

    BACKDOOR = "backdoor"
    INJECTION = "injection"
    MISLABEL = "mislabel"
    DUPLICATE = "duplicate"
    DRIFT = "drift"
    NONE = "none"


# A detector speaks against a row where one clean row in ten would look like this, or fewer (-log10 of the p-value).
SPEAKS_AT = 1.0


class Outcome(StrEnum):
    """How a detector ended. Only PASSED means that it looked and found nothing."""

    ISSUE = "issue"
    PASSED = "passed"
    NOT_APPLICABLE = "not applicable"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows that belong together (near-copies, one trigger ...): a candidate campaign.

    Attributes
    ----------
    rows
        Row numbers, rising.
    title
        One plain sentence that names what they share.
    surprise
        -log10 of how likely chance makes such a group, all candidates counted.
    strength
        How typical each of ``rows`` is of the group, in [0, 1]; empty when all are equally so. The core is at 1, the edge at 0.
    evidence
        What they share, JSON-able; ``EVIDENCE`` lists the names that pages know how to show.
    imitated
        Row numbers beside ``rows`` that these, of another label, were made to look like: whoever drops the group keeps them.
    """

    rows: tuple[int, ...]
    title: str
    surprise: float
    strength: tuple[float, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)
    imitated: tuple[int, ...] = ()


# Names of a group's evidence that pages know how to show, and what stands behind them. Others are listed as they are.
EVIDENCE: Mapping[str, str] = {
    "trigger": "the trigger in words",
    "tokens": "list of strings to mark in a row's text, compared without regard to case",
    "cells": "column -> value or range (text) to mark in a row's cells",
    "box": "[top, left, height, width] in pixels to outline in every picture",
    "boxes": "one such list a row, in the order of the rows, where the patch moves",
    "picture": "rows of grey values 0-255: the recovered template",
    "label": "the label that the rows carry",
    "labels": "label -> rows that carry it",
    "support": "rows of the whole data that carry the trigger, whatever their label",
    "purity": "share of those that carry the label, 0-1",
    "expected": "share of those that would carry the label if the trigger meant nothing, 0-1",
    "nats": "logarithm of the Bayes factor for a rule against chance, candidates counted",
    "source": "the source, or list of sources, that they come from",
    "annotator": "the annotator who labelled them",
    "rate": 'share of the source\'s or annotator\'s rows that is suspect, 0-1, with "low" and "high"',
    "copies": "number of copies",
    "copied": "id of the row that they seem to be copies of",
    "imitated": "ids of the rows that they were made to look like",
    "also": "list of sentences: what other detectors say of the same rows",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One detector's verdict.

    Attributes
    ----------
    code, title, kind, family
        The detector's; detectors of one family see the same thing and are not counted twice.
    outcome, reason
        How it ended, and one sentence why.
    scores
        (n,) float64 in [0, 1], 1 = most suspicious, NaN = not scored. ``1 - 10 ** (-min(surprise, 6) / 2)``.
    surprise
        (n,) float64 >= 0: -log10 of a calibrated p-value; 2 means one clean row in a hundred looks like this. NaN = not scored.
    reasons
        One plain sentence for each row worth one (surprise >= 1 at least).
    suggested
        (n,) int32 class codes that the detector would give, -1 for none. None when it suggests nothing.
    groups
        Rows that belong together.
    evidence
        Per-row arrays, (n,) or (n, m), that the card shows, by name.
    rule
        The rule and its threshold in one sentence, shown on demand.
    """

    code: str
    title: str
    kind: Kind
    family: str
    outcome: Outcome
    reason: str
    scores: np.ndarray
    surprise: np.ndarray
    reasons: Mapping[int, str] = field(default_factory=dict)
    suggested: np.ndarray | None = None
    groups: tuple[Group, ...] = ()
    evidence: Mapping[str, np.ndarray] = field(default_factory=dict)
    rule: str = ""
    seconds: float = 0.0
