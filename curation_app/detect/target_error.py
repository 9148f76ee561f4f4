"""Numbers as labels that rows like them contradict: distance from an out-of-bag forecast, in units of how far off it usually is there."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.out_of_sample import by_line, by_trees, canonical_order, copy_numbers
from curation_app.detect.surprise import tail_surprise
from curation_app.detect.wording import things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Kind, Outcome
from curation_app.domain.numbers import numbers_of
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Neighbours, Representation

# Trees forecast what a linear rule leaves, and join it with the share that fits best: on five tables with 6 % of the numbers wrong (three
# seeds) average precision .71, against .66 for a mixture of both forecasts.
SHARES = tuple(np.linspace(0.0, 1.5, 16).tolist())
# How far off forecasts usually are is read from so many rows with the nearest forecasts.
ALIKE = 30
# A local scale is never below this share of the whole one: thirty forecasts that happen to be exact prove nothing.
LEAST_SCALE = 0.5
# A row that lies apart is harder to forecast: its distance is held against the root of how far its nearest rows are, within these bounds
# (five tables, four seeds: average precision .75 with it, .72 without).
NEAREST, LEAST_REMOTE, MOST_REMOTE = 10, 0.5, 4.0
# Fewer numbers than this cannot be forecast.
FEWEST = 20
# A number is far off from here on. Where hardly any noise is, corners of the data that no model reaches give a few such rows (two of 300
# honest rows of a nearly noiseless curve): one row in a hundred, or a single one far beyond that, makes the finding an issue.
ISSUE_AT, ISSUE_SHARE, ALONE = 3.0, 0.01, 12.0


class TargetError(Detector):
    """Given number against out-of-bag forecasts."""

    code: ClassVar[str] = "target-error"
    title: ClassVar[str] = "Wrong number"
    question: ClassVar[str] = "Do the other rows contradict the number that this row has as its label?"
    kind: ClassVar[Kind] = Kind.MISLABEL
    family: ClassVar[str] = "label"
    needs: ClassVar[tuple[str, ...]] = ("numbers", "neighbours")
    source: ClassVar[str] = "Kwon & Zou (2023), Data-OOB, for residuals of extremely randomised trees (Geurts, Ernst & Wehenkel 2006)"

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        rows = len(representation)
        given = numbers_of(dataset.labels)
        known = np.isfinite(given)
        if known.sum() < FEWEST or not np.ptp(given[known]) > 0:
            return self.silent(rows, Outcome.NOT_APPLICABLE, f"Fewer than {FEWEST} rows have a number as label, or all have the same.")
        forecast = forecast_of(representation.features, given, representation.copies, seed=seed)
        raw = residual_in_scale(given, forecast) / remoteness(representation.neighbours)
        # In its local scale a residual has the tail that the surprise assumes: on six sets with 5 % of the numbers wrong,
        # 1 of 4,760 honest rows reaches 3.
        surprise = tail_surprise(raw)
        found = int(np.sum(surprise >= ISSUE_AT))
        issue = found > ISSUE_SHARE * known.sum() or bool(np.any(surprise >= ALONE))
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if issue else Outcome.PASSED,
            reason=f"{found:,} numbers are far from what rows like them have." if issue else "The numbers agree with their rows.",
            reasons={
                row: f"Its number is {given[row]:g}, but {things(dataset)} like it have about {forecast[row]:.4g}."
                for row in np.flatnonzero(surprise >= 1.0).tolist()
            },
            evidence={"forecast": forecast, "off": raw},
            rule=(
                f"Distance of the number from a forecast by a linear rule and trees that did not see the row, over the median "
                f"distance of the {ALIKE} rows with the nearest forecasts, and less for a row that lies apart; an issue when more than "
                f"{ISSUE_SHARE:.0%} of the rows reach surprise {ISSUE_AT:g}."
            ),
        )


def forecast_of(features: np.ndarray, given: np.ndarray, copies: np.ndarray, *, seed: int) -> np.ndarray:
    """(n,) forecast by models that saw neither the row nor a copy of it: a linear rule, and trees on what it leaves.

    Rows with the same content and number draw the same lots whatever their position.
    """
    order = canonical_order(features, given, seed)
    group = copy_numbers(copies[order])
    line = by_line(features[order], given[order], group)
    rest = by_trees(features[order], given[order] - line, group, seed=seed)
    known = np.isfinite(given[order])
    # The mean distance, not its square: a few absurd numbers must not choose the share.
    share = min(SHARES, key=lambda part: float(np.abs(line + part * rest - given[order])[known].mean()))
    forecast = np.empty(len(given))
    forecast[order] = line + share * rest
    return forecast


def remoteness(neighbours: Neighbours) -> np.ndarray:
    """(n,) root of the mean distance to the nearest rows over its median, in [0.5, 4]; 1 without neighbours."""
    if neighbours.k == 0:
        return np.ones(len(neighbours.rows))
    near = neighbours.distances[:, :NEAREST].mean(axis=1, dtype=np.float64)
    usual = float(np.median(near))
    return np.clip(np.sqrt(near / usual), LEAST_REMOTE, MOST_REMOTE) if usual > 0 else np.ones(len(near))


def residual_in_scale(given: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """(n,) distance from the forecast over the usual one among the rows with the nearest forecasts, NaN without a number."""
    off = np.full(len(given), np.nan)
    known = np.flatnonzero(np.isfinite(given))
    distance = np.abs(given[known] - forecast[known])
    order = np.argsort(forecast[known], kind="stable")
    ordered = distance[order]
    width = min(ALIKE, len(ordered))
    windows = np.median(np.lib.stride_tricks.sliding_window_view(ordered, width), axis=1)
    middle = np.clip(np.arange(len(ordered)) - width // 2, 0, len(windows) - 1)
    whole = float(np.median(distance))
    scale = np.maximum(windows[middle], LEAST_SCALE * whole)
    off[known[order]] = ordered / np.maximum(scale, 1e-12 + 1e-9 * float(np.ptp(given[known])))
    return off
