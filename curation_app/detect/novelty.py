"""What is frequent now and was rare or absent in the trusted rows: words, values, patches, and each of them under one label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.false_discovery import accepted
from curation_app.detect.novelty_items import Items, items_of
from curation_app.detect.rows import part_of, sides_of
from curation_app.detect.surprise import HIGHEST
from curation_app.detect.wording import things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Share of false ones among the items reported.
RATE = 0.10
# An item that merely became somewhat more common is drift of the whole; a burst is at least this many times its trusted share.
TIMES = 3.0
# Words and values come in clumps (topics, sessions), so that counts vary more than chance alone allows; by how much is read from the
# items themselves, those of at least this many rows, where the spread of counts is smooth.
SMOOTH_FROM = 20
# Items looked at one by one, surest first, and groups reported: an attack has few triggers, a new topic has many words.
MOST_LOOKED_AT, MOST_GROUPS = 500, 20
# A group whose rows are mostly those of a surer one is the same burst by another name.
SAME_BURST = 0.5
# Part of a group that one source must have sent to be named.
MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Burst:
    """One item: new rows that carry it, its surprise, words for it, and how many trusted rows carry it."""

    rows: np.ndarray
    surprise: float
    words: str
    evidence: dict[str, object]
    before: int


class Novelty(Detector):
    """Bursts of something new."""

    code: ClassVar[str] = "novelty"
    title: ClassVar[str] = "New and frequent"
    question: ClassVar[str] = "Does the row carry something that trusted rows hardly ever carry and that is now frequent?"
    kind: ClassVar[Kind] = Kind.DRIFT
    family: ClassVar[str] = "novelty"
    needs: ClassVar[tuple[str, ...]] = ("baseline",)
    source: ClassVar[str] = "Przyborowski & Wilenski (1940), two Poisson counts; Benjamini & Hochberg (1995)"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        trusted = representation.baseline.dataset  # type: ignore[union-attr]
        fresh, mine, theirs = sides_of(dataset, trusted)
        codes = {label: code for code, label in enumerate(representation.classes)}
        their_codes = np.array([codes.get(label, -1) for label in trusted.labels[theirs]], dtype=np.int64)
        new, old = part_of(dataset, mine), part_of(trusted, theirs)
        sorts = items_of(new, representation.codes[mine].astype(np.int64), representation.classes, old, their_codes)
        bursts, counted = _bursts(sorts) if len(mine) and len(theirs) else ([], 0)
        surprise = np.zeros(len(dataset))
        reasons: dict[int, str] = {}
        groups = []
        for burst in bursts:
            # Rows were counted once per content; every copy carries the item as well.
            rows = np.flatnonzero(np.isin(fresh, burst.rows))
            stronger = rows[burst.surprise > surprise[rows]]
            surprise[stronger] = burst.surprise
            reasons |= dict.fromkeys(stronger.tolist(), f"It has {burst.words}, which {_rarely(burst.before, len(theirs))}.")
            groups.append(_group(dataset, burst, rows, len(theirs)))
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if groups else Outcome.PASSED,
            reason=_summary(len(groups), counted),
            reasons={row: sentence for row, sentence in reasons.items() if surprise[row] >= 1.0},
            groups=tuple(groups),
            rule=(
                f"{counted:,} items counted against the baseline, at least {TIMES:g} times their trusted share; "
                f"chance of the two counts under equal shares, false-discovery rate {RATE:.0%} (Benjamini-Hochberg)."
            ),
        )


def _bursts(sorts: list[Items]) -> tuple[list[Burst], int]:
    """The items that pass, surest first, each burst under one name only; and how many items were counted."""
    raw = [_surprise(items) for items in sorts]
    counted = sum(len(values) for values in raw)
    if not counted:
        return [], 0
    everything = np.concatenate(raw)
    sort_of = np.repeat(np.arange(len(sorts)), [len(values) for values in raw])
    place = np.concatenate([np.arange(len(values)) for values in raw])
    passed = np.flatnonzero(accepted(10.0**-everything, RATE))
    # Simpler items come first among equals: a word before the word with its label.
    order = passed[np.lexsort((place[passed], sort_of[passed], -everything[passed]))][:MOST_LOOKED_AT]
    bursts: list[Burst] = []
    for choice in order.tolist():
        items, item = sorts[sort_of[choice]], int(place[choice])
        rows = items.rows_of(item)
        if any(len(np.intersect1d(rows, known.rows, assume_unique=True)) >= SAME_BURST * len(rows) for known in bursts):
            continue
        words, evidence = items.told(item)
        surprise = float(np.clip(everything[choice] - np.log10(counted), 0.0, HIGHEST))
        bursts.append(Burst(rows, surprise, words, evidence, int(items.then[item])))
        if len(bursts) == MOST_GROUPS:
            break
    return bursts, counted


def _surprise(items: Items) -> np.ndarray:
    """(i,) -log10 of the chance that so many of an item's carriers are new rows, clumping allowed for; 0 below TIMES the trusted share."""
    from scipy.stats import binom

    now, then, share = (np.asarray(values, dtype=np.float64) for values in (items.now, items.then, items.share))
    if not len(now):
        return np.zeros(0)
    total = now + then
    raw = -binom.logsf(now - 1, total, share) / np.log(10.0)
    raw = np.where(np.isfinite(raw), np.maximum(raw, 0.0), 300.0) / _clumping(now, total, share)
    # One more trusted carrier is assumed than was seen, so that absence is no infinite ratio.
    often = now * (1.0 - share) >= TIMES * (then + 1.0) * share
    return np.where(often, np.minimum(raw, 300.0), 0.0)


def _clumping(now: np.ndarray, total: np.ndarray, share: np.ndarray) -> float:
    """How many times the variance of counts is that of chance, by the middle half of the items; at least 1."""
    smooth = (total >= SMOOTH_FROM) & (share > 0) & (share < 1)
    if smooth.sum() < SMOOTH_FROM:
        return 1.0
    z = (now - total * share)[smooth] / np.sqrt(total * share * (1.0 - share))[smooth]
    low, high = np.quantile(z, [0.25, 0.75])
    # The middle half of a normal distribution is 1.349 deviations wide.
    return float(max(1.0, ((high - low) / 1.349) ** 2))


def _summary(groups: int, counted: int) -> str:
    if not counted:
        return "Nothing that can be counted is new."
    if not groups:
        return f"None of {counted:,} items is a burst at a false-discovery rate of {RATE:.0%}."
    bursts = f"at least {groups} bursts are" if groups == MOST_GROUPS else "1 burst is" if groups == 1 else f"{groups} bursts are"
    return f"{bursts[0].upper()}{bursts[1:]} new since the baseline, out of {counted:,} items (false-discovery rate {RATE:.0%})."


def _rarely(before: int, trusted: int) -> str:
    return f"{'none' if not before else f'only {before:,}'} of {trusted:,} trusted rows {'has' if before < 2 else 'have'}"


def _group(dataset: Dataset, burst: Burst, rows: np.ndarray, trusted: int) -> Group:
    labels, counts = np.unique([str(dataset.labels[row]) for row in rows if dataset.labels[row] is not None], return_counts=True)
    evidence = burst.evidence | {
        "labels": {str(label): int(count) for label, count in zip(labels, counts, strict=True)},
        "support": len(rows),
        "trusted rows with it": burst.before,
    }
    return Group(
        rows=tuple(rows.tolist()),
        title=f"{len(rows):,} {things(dataset)} have {burst.words}, which {_rarely(burst.before, trusted)}.",
        surprise=burst.surprise,
        evidence=evidence | dict(_origin(dataset, rows)),
    )


def _origin(dataset: Dataset, rows: np.ndarray) -> Mapping[str, object]:
    """The source that sent most of them, and when the first came, where columns say so."""
    told: dict[str, object] = {}
    sources, times = dataset.column("source"), dataset.column("time")
    if sources is not None:
        names, counts = np.unique([str(source) for source in sources[rows]], return_counts=True)
        if counts.max() >= MOSTLY * len(rows):
            told["source"] = str(names[counts.argmax()])
    if times is not None:
        known = sorted(str(time) for time in times[rows] if time is not None)
        told |= {"first seen": known[0]} if known else {}
    return told
