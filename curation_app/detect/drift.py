"""Whether the rows differ from trusted ones: which columns changed, and which rows lie outside."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.detect.base import Detector
from curation_app.detect.drift_columns import Shift, shifts
from curation_app.detect.drift_rows import FEWEST, Unlike, unlike
from curation_app.detect.false_discovery import accepted
from curation_app.detect.rows import part_of, sides_of
from curation_app.detect.surprise import HIGHEST
from curation_app.detect.wording import percent, things
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Group, Kind, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation

# Share of false ones among the rows, and among the columns, reported.
RATE = 0.10
# Some measure of clean data passes that rate in one scan of ten: an issue needs one that chance gives in one of a hundred.
SURE = 0.01
# Columns named in the one sentence of the finding.
MOST_NAMED = 4
# One row is no group.
FEWEST_TOGETHER = 2


class Drift(Detector):
    """Unlike the trusted rows."""

    code: ClassVar[str] = "drift"
    title: ClassVar[str] = "Unlike the trusted rows"
    question: ClassVar[str] = "Does the row lie outside what trusted rows look like?"
    kind: ClassVar[Kind] = Kind.DRIFT
    family: ClassVar[str] = "drift"
    needs: ClassVar[tuple[str, ...]] = ("baseline",)
    source: ClassVar[str] = (
        "Bates et al. (2023), conformal outlier p-values; Lopez-Paz & Oquab (2017), classifier two-sample tests; "
        "Benjamini & Hochberg (1995)"
    )

    def detect(self, dataset: Dataset, representation: Representation, recipe: Recipe, *, seed: int) -> Finding:
        baseline = representation.baseline
        assert baseline is not None
        rows = representation.features if baseline.rows is None else baseline.rows
        surprise = np.zeros(len(dataset))
        number, first, theirs = sides_of(dataset, baseline.dataset)
        trusted = baseline.features[np.isin(baseline.sample, theirs)] if len(baseline.sample) else baseline.features[theirs]
        if not len(first) or len(trusted) < FEWEST:
            why = f"Fewer than {FEWEST} trusted rows tell nothing of what is usual." if len(first) else "Every row is in the baseline."
            return self.finding(surprise, outcome=Outcome.PASSED, reason=why, rule="Nothing to compare.")
        fresh = np.flatnonzero(number >= 0)
        again = number[fresh]
        look = unlike(rows[first], trusted, seed=seed)
        surprise[fresh] = np.minimum(look.surprise, HIGHEST)[again]
        outside = accepted(look.p_value, RATE)
        changed, tested = shifts(part_of(dataset, fresh), baseline.dataset, RATE)
        sure = any(shift.p_value * tested <= SURE for shift in changed)
        worth = {int(row): int(place) for row, place in zip(fresh, again, strict=True) if surprise[row] >= 1.0}
        return self.finding(
            surprise,
            outcome=Outcome.ISSUE if outside.any() or sure or look.low > 0.5 else Outcome.PASSED,
            reason=_summary(look, int(outside[again].sum()), changed, tested),
            reasons={row: _sentence(look, place) for row, place in worth.items()},
            groups=_groups(dataset, look, fresh[outside[again]], outside),
            evidence=_evidence(look, fresh, again, len(dataset)),
            rule=_rule(look, len(first)),
        )


def _summary(look: Unlike, outside: int, changed: list[Shift], tested: int) -> str:
    rate = f"false-discovery rate {RATE:.0%}"
    apart = f"Trees tell new rows from trusted ones with an area of {look.auc:.2f} ({look.low:.2f} to {look.high:.2f}; 0.5 is not at all)."
    rows = f"{outside:,} rows lie outside ({rate})." if outside else f"No row can be said to lie outside ({rate})."
    named = "; ".join(shift.words for shift in changed[:MOST_NAMED])
    more = f"; {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
    columns = f" {len(changed)} of {tested} measures changed ({rate}): {named}{more}." if changed else ""
    return f"{rows}{columns} {apart}"


def _rule(look: Unlike, rows: int) -> str:
    fewest = int(np.ceil(rows * look.finest / RATE))
    return (
        "p-values by comparison with trusted rows, of the distance to the nearest of them and of trees that tell the sides apart, the "
        f"smaller one doubled; rows outside at a false-discovery rate of {RATE:.0%} (Benjamini-Hochberg). So many trusted rows cannot tell "
        f"fewer than {fewest:,} rows outside at this rate: with fewer, only the order says something."
    )


def _sentence(look: Unlike, place: int) -> str:
    if look.by_distance[place] and look.times_as_far[place] > 1.05:
        return f"It lies {look.times_as_far[place]:.1f} times as far from the trusted rows as those usually lie from each other."
    return f"It is like other new rows and unlike trusted ones: {percent(look.chance_new[place])} by trees that did not see it."


def _groups(dataset: Dataset, look: Unlike, rows: np.ndarray, outside: np.ndarray) -> tuple[Group, ...]:
    if len(rows) < FEWEST_TOGETHER:
        return ()
    from scipy.stats import binom

    # So many rows below the last accepted p-value, by chance; the cut was chosen among as many as there are rows.
    count, cut = int(outside.sum()), float(look.p_value[outside].max())
    together = -float(binom.logsf(count - 1, len(outside), min(cut, 1.0))) / np.log(10.0) - np.log10(len(outside))
    labels, counts = np.unique([str(dataset.labels[row]) for row in rows if dataset.labels[row] is not None], return_counts=True)
    return (
        Group(
            rows=tuple(np.sort(rows).tolist()),
            title=f"{len(rows):,} {things(dataset)} lie outside the trusted ones; about one in ten of them by chance.",
            surprise=float(np.clip(together, 0.0, HIGHEST)),
            evidence={"labels": {str(label): int(count) for label, count in zip(labels, counts, strict=True)}},
        ),
    )


def _evidence(look: Unlike, fresh: np.ndarray, again: np.ndarray, rows: int) -> dict[str, np.ndarray]:
    told = {"times_as_far": np.full(rows, np.nan), "chance_new": np.full(rows, np.nan)}
    told["times_as_far"][fresh], told["chance_new"][fresh] = look.times_as_far[again], look.chance_new[again]
    return told
