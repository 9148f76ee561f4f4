"""What the decisions are worth: a quick model on the stored features before, after, and after dropping as many random rows.

All three are tested on the same rows: those that stay and keep their label. So no model is rewarded for agreeing with a label that
somebody changed, nor blamed for a row that is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curation_app.errors import UsageError

# Rows that are measured at most: a fit stays at some ten milliseconds, and the interval below one point.
MOST_ROWS = 6_000
FOLDS, REPEATS = 5, 3
# Two-sided 95 % of the normal distribution.
Z = 1.959964
# Shrinkage of the linear model on scaled features: its own default, as nobody tunes a quick model.
ALPHA = 1.0
# Fewer rows, or rows of one class alone, teach nothing.
FEWEST = 40
VARIANTS = ("before", "after", "random")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A share in [-1, 1] with its 95 % interval over ``rows`` rows."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassImpact:
    """Share of one class's test rows that each model gets right."""

    label: str
    before: Measured
    after: Measured
    random: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerImpact:
    """Share of a confirmed campaign's rows that a model which never saw them takes for the campaign's label."""

    title: str
    label: str
    before: Measured
    after: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Accuracies, their paired differences, and the same by class; ``rows`` were measured, ``of`` there are."""

    before: Measured
    after: Measured
    random: Measured
    gain: Measured
    over_random: Measured
    per_class: tuple[ClassImpact, ...]
    triggers: tuple[TriggerImpact, ...]
    dropped: int
    relabelled: int
    rows: int
    of: int

    def verdict(self) -> str:
        """One sentence that claims no more than the interval."""
        points = f"{100 * self.gain.low:+.1f} to {100 * self.gain.high:+.1f} points (95 % interval)."
        if self.gain.low > 0:
            return f"The decisions help: {points}"
        if self.gain.high < 0:
            return f"The decisions hurt this model: {points}"
        return f"No clear difference for this model: {points}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A campaign whose rows were dropped or relabelled: its title, the code of the label its trigger stands for, and its rows."""

    title: str
    code: int
    rows: np.ndarray


def measure_impact(
    features: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    dropped: np.ndarray,
    classes: Sequence[str],
    *,
    seed: int,
    confirmed: Sequence[Confirmed] = (),
) -> Impact:
    """Measure it.

    Parameters
    ----------
    features
        (n, d) float32, as the scan stored them.
    before, after
        (n,) class codes as given and as decided, -1 = missing.
    dropped
        (n,) bool: rows that a release leaves out.
    confirmed
        Trigger campaigns to try.

    Raises
    ------
    UsageError
        There are fewer than two classes, or too few rows that keep their label.
    """
    chosen = _sample(before, dropped | (after != before), seed)
    place = np.full(len(before), -1)
    place[chosen] = np.arange(len(chosen))
    x, given, decided, gone = features[chosen], before[chosen], after[chosen], dropped[chosen]
    tested = np.flatnonzero(~gone & (given == decided) & (given >= 0))
    if len(tested) < FEWEST or len(np.unique(given[tested])) < 2:
        hint = f"At least {FEWEST} labelled rows of two classes have to stay."
        raise UsageError("Too few rows keep their label to measure a model.", hint=hint)
    right = _cross_validated(x, given, decided, gone, tested, seed)
    gains = {name: _mean(right["after"] - right[name]) for name in ("before", "random")}
    tries = [(found, place[found.rows][place[found.rows] >= 0]) for found in confirmed]
    return Impact(
        **{name: _mean(right[name]) for name in VARIANTS},
        gain=gains["before"],
        over_random=gains["random"],
        per_class=_by_class(right, given[tested], classes),
        triggers=tuple(_trigger(x, given, decided, gone, rows, found, classes, seed) for found, rows in tries if len(rows)),
        dropped=int(dropped.sum()),
        relabelled=int(np.sum(~dropped & (after != before))),
        rows=len(chosen),
        of=len(before),
    )


def _sample(before: np.ndarray, touched: np.ndarray, seed: int) -> np.ndarray:
    """(m,) sorted labelled rows; touched and untouched ones by their share, so that a sample meets as much of the change as the whole."""
    labelled = np.flatnonzero((before >= 0) | touched)
    if len(labelled) <= MOST_ROWS:
        return labelled
    rng = np.random.default_rng([seed, 11])
    parts = [labelled[touched[labelled]], labelled[~touched[labelled]]]
    takes = [round(MOST_ROWS * len(part) / len(labelled)) for part in parts]
    return np.sort(np.concatenate([rng.choice(part, take, replace=False) for part, take in zip(parts, takes, strict=True)]))


def _cross_validated(
    x: np.ndarray, given: np.ndarray, decided: np.ndarray, gone: np.ndarray, tested: np.ndarray, seed: int
) -> Mapping[str, np.ndarray]:
    """Variant -> (tested,) share of the repeats in which a row that was held out was judged right."""
    right = {name: np.zeros(len(tested)) for name in VARIANTS}
    for repeat in range(REPEATS):
        rng = np.random.default_rng([seed, 13, repeat])
        fold = rng.permutation(len(tested)) % FOLDS
        # As many rows as were dropped, drawn from all: what dropping alone does.
        lost = np.zeros(len(given), dtype=bool)
        lost[rng.choice(len(given), int(gone.sum()), replace=False)] = True
        for number in range(FOLDS):
            out = tested[fold == number]
            held = np.zeros(len(given), dtype=bool)
            held[out] = True
            for name, labels, left_out in (("before", given, held), ("after", decided, held | gone), ("random", given, held | lost)):
                right[name][fold == number] += _predicted(x, labels, ~left_out & (labels >= 0), out) == given[out]
    return {name: hits / REPEATS for name, hits in right.items()}


def _predicted(x: np.ndarray, labels: np.ndarray, train: np.ndarray, out: np.ndarray) -> np.ndarray:
    """(out,) class codes by a linear model on scaled features."""
    from sklearn.linear_model import RidgeClassifier

    found = np.unique(labels[train])
    if len(found) < 2:
        return np.full(len(out), found[0] if len(found) else -1)
    middle, spread = x[train].mean(axis=0), x[train].std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    model = RidgeClassifier(alpha=ALPHA).fit((x[train] - middle) / scale, labels[train])
    codes: np.ndarray = model.predict((x[out] - middle) / scale)
    return codes


def _trigger(
    x: np.ndarray,
    given: np.ndarray,
    decided: np.ndarray,
    gone: np.ndarray,
    rows: np.ndarray,
    found: Confirmed,
    classes: Sequence[str],
    seed: int,
) -> TriggerImpact:
    """Before: each fold of the rows judged by a model that saw the other folds; after: by one that saw none as it was."""
    fold = np.random.default_rng([seed, 17]).permutation(len(rows)) % FOLDS
    took = np.zeros(len(rows), dtype=bool)
    for number in range(FOLDS):
        out = rows[fold == number]
        if len(out):
            held = np.zeros(len(given), dtype=bool)
            held[out] = True
            took[fold == number] = _predicted(x, given, ~held & (given >= 0), out) == found.code
    held = gone.copy()
    held[rows] = True
    then = _predicted(x, decided, ~held & (decided >= 0), rows) == found.code
    return TriggerImpact(title=found.title, label=classes[found.code], before=_share(took), after=_share(then))


def _by_class(right: Mapping[str, np.ndarray], codes: np.ndarray, classes: Sequence[str]) -> tuple[ClassImpact, ...]:
    lines = []
    for code in np.unique(codes).tolist():
        mine = codes == code
        lines.append(ClassImpact(label=classes[code], **{name: _mean(right[name][mine]) for name in VARIANTS}))
    return tuple(sorted(lines, key=lambda line: (line.before.value - line.after.value, line.label)))


def _mean(values: np.ndarray) -> Measured:
    """The mean over rows with its normal interval; one row more of each outcome keeps it honest where all agree."""
    count, mean = len(values), float(values.mean())
    spread = float(np.sqrt((np.sum((values - mean) ** 2) + 1.0) / (count + 2)))
    half = Z * spread / np.sqrt(count)
    return Measured(value=mean, low=max(mean - half, -1.0), high=min(mean + half, 1.0), rows=count)


def _share(hits: np.ndarray) -> Measured:
    """A share with its Wilson interval, which holds near 0 and 1."""
    count, mean, square = len(hits), float(hits.mean()), Z * Z
    middle = (mean + square / (2 * count)) / (1 + square / count)
    half = Z / (1 + square / count) * float(np.sqrt(mean * (1 - mean) / count + square / (4 * count**2)))
    return Measured(value=mean, low=max(middle - half, 0.0), high=min(middle + half, 1.0), rows=count)
