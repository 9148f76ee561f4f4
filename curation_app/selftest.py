"""What would be found of each known attack in this very data: plant it in a copy, scan the copy, see how far up the planted rows come.

The result as JSON (``SelfTest.as_json``, stored as ``RUN/selftest.json``, an example in ``tests/fixtures/selftest.json``)::

    {"format": 1,
     "dataset": {"name": str, "fingerprint": str, "rows": int},
     "sample": {"rows": int, "note": str},      rows that were tested; a sentence when they are not all, else ""
     "recipe": str, "seed": int, "seeds": int, "sizes": [int, ...],
     "clean": {"campaigns": float,              campaigns shown for a copy without any suspect row: false ones, mean over seeds
               "titles": [str, ...], "flagged": float, "rows": int},
     "attacks": [{"attack": str, "title": str, "kind": str, "size": int, "planted": float, "example": str, "grouped": bool,
                  "found_1": float, "possible_1": float,    share of the planted rows in the first 1 % of the queue, and the most that fits
                  "found_5": float, "possible_5": float,    the same for 5 %
                  "campaign": float | null,                 share of seeds in which one of the first three campaigns was the attack
                  "grade": "most" | "some" | "little", "seeds": int, "seconds": float}, ...],
     "not_planted": [{"attack": str, "title": str, "why": str}, ...],
     "words": [str, ...],                       the result in plain sentences, what is found badly first
     "seconds": float}
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from curation_app.attack import ATTACKS, Attack, Planted, attacks_named, changed
from curation_app.domain.dataset import Dataset
from curation_app.domain.progress import Progress, silent
from curation_app.domain.queue import Queue
from curation_app.domain.recipe import Recipe
from curation_app.pipeline import scan

FORMAT = 1
# Rows tested at most: a scan of so many takes seconds, and counts of 20 and 80 rows mean there what they mean in larger data.
MOST_ROWS = 4_000
# Small enough to be missed, large enough to be found.
SIZES = (20, 80)
# No further attack is begun after so many seconds.
BUDGET = 600.0
# The shares of the queue a reviewer may get through.
FIRST, SECOND = 0.01, 0.05
# Campaigns that fit on the first screen.
FIRST_CAMPAIGNS = 3
# Most of what can be found within the first 5 %, or hardly anything of it.
MOST, LITTLE = 0.8, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to test: attack codes (empty = all), rows planted each time, repetitions, seconds after which nothing new is begun."""

    attacks: tuple[str, ...] = ()
    sizes: tuple[int, ...] = SIZES
    seeds: int = 1
    rows: int = MOST_ROWS
    seconds: float = BUDGET


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One attack of one size, planted and scanned; shares are of the planted rows."""

    planted: int
    example: str
    grouped: bool
    found_1: float
    possible_1: float
    found_5: float
    possible_5: float
    campaign: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Everything one self-test found; ``as_json`` is described at the head of the module."""

    facts: dict[str, Any]
    clean: dict[str, Any]
    attacks: tuple[dict[str, Any], ...]
    not_planted: tuple[dict[str, str], ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        found = {"clean": self.clean, "attacks": list(self.attacks), "not_planted": list(self.not_planted)}
        return {"format": FORMAT} | self.facts | found | {"words": in_words(found), "seconds": round(self.seconds, 1)}


def selftest(dataset: Dataset, recipe: Recipe, *, seed: int = 0, plan: Plan | None = None, progress: Progress = silent) -> SelfTest:
    """Plant every attack that fits the data, at every size, and scan each copy (without a map).

    The same dataset, recipe, seed and plan give the same shares on the same machine, as long as time suffices.

    Raises
    ------
    UsageError
        The plan names an attack that is not known.
    """
    plan = plan or Plan()
    attacks = attacks_named(plan.attacks) if plan.attacks else ATTACKS
    began = time.perf_counter()
    sample = sample_of(dataset, plan.rows, seed)
    progress("Scanning a clean copy", 0.0)
    clean = _clean(sample, recipe, seed, plan.seeds)
    cases, lacking = _cases(attacks, sample, plan.sizes)
    results: list[dict[str, Any]] = []
    for position, (attack, size) in enumerate(cases):
        progress("Planting and looking", (1 + position) / (1 + len(cases)), f"{attack.title}, {size} rows")
        if time.perf_counter() - began > plan.seconds:
            lacking.append({"attack": attack.code, "title": attack.title, "why": f"There was no time left for {size} rows of it."})
            continue
        trials = [run_trial(attack, sample, size, recipe, seed=seed + repeat) for repeat in range(plan.seeds)]
        results.append(_summed(attack, size, trials))
    progress("Done", 1.0)
    note = "" if len(sample) == len(dataset) else f"Tested on {len(sample):,} of {len(dataset):,} rows, drawn at random."
    facts = {
        "dataset": {"name": dataset.name, "fingerprint": dataset.fingerprint, "rows": len(dataset)},
        "sample": {"rows": len(sample), "note": note},
        "recipe": recipe.name,
        "seed": seed,
        "seeds": plan.seeds,
        "sizes": list(plan.sizes),
    }
    return SelfTest(facts=facts, clean=clean, attacks=tuple(results), not_planted=tuple(lacking), seconds=time.perf_counter() - began)


def sample_of(dataset: Dataset, rows: int, seed: int) -> Dataset:
    """At most so many rows, drawn at random, in their order."""
    if len(dataset) <= rows:
        return dataset
    return changed(dataset, repeat=np.sort(np.random.default_rng([seed, 7]).choice(len(dataset), rows, replace=False)))


def run_trial(attack: Attack, dataset: Dataset, size: int, recipe: Recipe, *, seed: int) -> Trial:
    """Plant once, scan once."""
    began = time.perf_counter()
    planted = attack.plant(dataset, size, np.random.default_rng([seed, size]))
    queue = scan(planted.dataset, recipe, seed=seed).queue
    (found_1, possible_1), (found_5, possible_5) = (found_within(planted.mask, queue, share) for share in (FIRST, SECOND))
    return Trial(
        planted=int(planted.mask.sum()),
        example=planted.title,
        grouped=planted.grouped,
        found_1=found_1,
        possible_1=possible_1,
        found_5=found_5,
        possible_5=possible_5,
        campaign=campaign_found(planted, queue),
        seconds=time.perf_counter() - began,
    )


def found_within(mask: np.ndarray, queue: Queue, share: float) -> tuple[float, float]:
    """(share of the bad rows that lie in this first share of the queue, the most that fits there)."""
    first, bad = max(1, round(share * len(mask))), max(int(mask.sum()), 1)
    return float(np.sum(queue.rank[mask] <= first)) / bad, min(first / bad, 1.0)


def campaign_found(planted: Planted, queue: Queue, first: int = FIRST_CAMPAIGNS) -> bool:
    """Whether one of the first campaigns holds at least half of the planted rows and consists of them by half."""
    for campaign in queue.campaigns[:first]:
        hits = int(planted.mask[list(campaign.rows)].sum())
        if 2 * hits >= int(planted.mask.sum()) and 2 * hits >= len(campaign.rows):
            return True
    return False


def _clean(sample: Dataset, recipe: Recipe, seed: int, seeds: int) -> dict[str, Any]:
    """What is shown for a copy from which everything suspect was removed: alarms about it are false."""
    campaigns, flagged, titles, rows = 0, 0, [], 0
    for repeat in range(seeds):
        queue = scan(sample, recipe, seed=seed + repeat).queue
        suspect = queue.flagged.copy()
        for campaign in queue.campaigns:
            suspect[list(campaign.rows)] = True
        cleaned = changed(sample, repeat=np.flatnonzero(~suspect))
        if len(cleaned):
            again = scan(cleaned, recipe, seed=seed + repeat).queue
            campaigns, flagged, rows = campaigns + len(again.campaigns), flagged + int(again.flagged.sum()), len(cleaned)
            titles += [campaign.title for campaign in again.campaigns]
    return {"campaigns": campaigns / seeds, "titles": titles[:20], "flagged": flagged / seeds, "rows": rows}


def _cases(attacks: Sequence[Attack], sample: Dataset, sizes: Sequence[int]) -> tuple[list[tuple[Attack, int]], list[dict[str, str]]]:
    """The (attack, size) pairs to try, every attack at its largest size first, and what cannot be planted."""
    lacking, fitting = [], []
    for attack in attacks:
        why = attack.lacks(sample)
        if why:
            lacking.append({"attack": attack.code, "title": attack.title, "why": why})
        else:
            fitting.append(attack)
    # More than a fifth of the rows would be another dataset, not an attack.
    small = [size for size in sorted(set(sizes)) if size <= len(sample) / 5] or [max(1, len(sample) // 5)]
    return [(attack, size) for size in reversed(small) for attack in fitting], lacking


def _summed(attack: Attack, size: int, trials: Sequence[Trial]) -> dict[str, Any]:
    mean = {name: round(float(np.mean([getattr(trial, name) for trial in trials])), 4)
            for name in ("planted", "found_1", "possible_1", "found_5", "possible_5", "seconds")}  # fmt: skip
    grouped = trials[0].grouped
    found = mean["found_5"] / max(mean["possible_5"], 1e-9)
    return {
        "attack": attack.code,
        "title": attack.title,
        "kind": attack.kind.value,
        "size": size,
        "example": trials[0].example,
        "grouped": grouped,
        "campaign": float(np.mean([trial.campaign for trial in trials])) if grouped else None,
        "grade": "most" if found >= MOST else "little" if found < LITTLE else "some",
        "seeds": len(trials),
    } | mean


def in_words(found: dict[str, Any]) -> list[str]:
    """The result as plain sentences: what is found badly first, then what is found well, then false alarms."""
    named: dict[str, list[str]] = {"little": [], "some": [], "most": []}
    for line in sorted(found["attacks"], key=lambda line: (line["title"], line["size"])):
        named[line["grade"]].append(f"{line['title']} ({line['size']} rows)")
    words = [f"Finds {grade}: {', '.join(lines)}." for grade, lines in named.items() if lines]
    campaigns = found["clean"]["campaigns"]
    words.append(f"False campaigns in a copy without suspects: {campaigns:g}.")
    return words


def with_plantings(recipe: Recipe, plantings: int) -> Recipe:
    """The recipe with another number of calibrating plantings: many scans of one self-test need not each be calibrated as finely."""
    return replace(recipe, plantings=min(plantings, recipe.plantings))
