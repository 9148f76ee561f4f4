"""What the decisions of a run are worth: its stored features and its log, handed to :mod:`curation_app.impact`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.domain.finding import Kind
from curation_app.errors import UsageError
from curation_app.review import VERDICTS, State
from curation_app.workspace.data import RunData
from curation_app.workspace.releasing import with_new_labels

if TYPE_CHECKING:
    from curation_app.impact import Confirmed, Impact

# A campaign is confirmed when most of its rows were dropped or got another label.
CONFIRMED = 0.5
# Triggers that are tried, strongest first: each costs half a dozen fits.
MOST_TRIGGERS = 5


def impact(data: RunData, state: State) -> Impact:
    """Measure what a release under the current decisions would do to a quick model. Raises UsageError where there is nothing to measure."""
    from curation_app.impact import measure_impact

    if data.label_kind != "class" or len(data.classes) < 2:
        raise UsageError("The quick model tells classes apart, and this data has no two.", hint="The counts above say what changes.")
    before, after, names = with_new_labels(data, state)
    dropped = state.verdicts == VERDICTS.index(Verdict.DROP)
    if not dropped.any() and np.array_equal(before, after):
        raise UsageError("Nothing would change yet, so there is nothing to measure.", hint="Drop or relabel something first.")
    tried = _confirmed(data, before, after, dropped, names)
    return measure_impact(data.features, before, after, dropped, names, seed=int(data.info["seed"]), confirmed=tried)


def in_report(impact: Impact) -> Mapping[str, str]:
    """Title -> HTML of a release's report."""
    from curation_app.figures.impact_plot import impact_html

    named = (("as loaded", impact.before), ("after the decisions", impact.after), ("random rows dropped", impact.random))
    said = [impact.verdict()]
    said += [
        f"Trigger: {line.title.rstrip('.')}. It makes the model say \u201c{line.label}\u201d for {100 * line.before.value:.0f} % of its "
        f"{line.before.rows:,} rows before, {100 * line.after.value:.0f} % after."
        for line in impact.triggers
    ]
    rows = f"{impact.rows:,} of {impact.of:,} rows" if impact.rows < impact.of else f"{impact.of:,} rows"
    said.append(
        f"A quick model on the stored features of {rows}, cross-validated; tested on the {impact.before.rows:,} rows that stay and keep "
        "their label."
    )
    return {"A quick model before and after": impact_html([(name, worth.value, worth.low, worth.high) for name, worth in named], said)}


def _confirmed(data: RunData, before: np.ndarray, after: np.ndarray, dropped: np.ndarray, names: tuple[str, ...]) -> list[Confirmed]:
    from curation_app.impact import Confirmed

    found = []
    for campaign in data.campaigns:
        rows = np.asarray(campaign["rows"], dtype=np.int64)
        touched = dropped[rows] | (after[rows] != before[rows])
        known = before[rows][before[rows] >= 0]
        if campaign["kind"] != Kind.BACKDOOR.value or touched.mean() <= CONFIRMED or not len(known):
            continue
        label = str((campaign.get("evidence") or {}).get("label") or "")
        code = names.index(label) if label in names else int(np.bincount(known).argmax())
        found.append(Confirmed(title=str(campaign["title"]), code=code, rows=rows[before[rows] == code]))
    return [trial for trial in found if len(trial.rows)][:MOST_TRIGGERS]
