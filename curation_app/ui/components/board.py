"""The detector board: what each detector saw, how it ended, and why."""

from __future__ import annotations

from collections.abc import Sequence

from curation_app.domain.finding import Outcome
from curation_app.figures.bars import flagged_bins, log_heights
from curation_app.ui.components import words
from curation_app.ui.components.markup import Html, tag
from curation_app.workspace import DetectorBoardLine

OUTCOME_CLASS = {Outcome.ISSUE: "issue", Outcome.PASSED: "passed", Outcome.FAILED: "failed"}


def panel(lines: Sequence[DetectorBoardLine]) -> Html:
    """One panel; a line opens to the detector's question, its rule and its reason. Those that do not apply to such data share one line."""
    apart = [line for line in lines if Outcome(line.outcome) is Outcome.NOT_APPLICABLE]
    return tag(
        "section",
        tag("h3", "Detectors", cls="eyebrow"),
        *(_line(line) for line in lines if line not in apart),
        _not_applicable(apart) if apart else None,
        tag("p", "Score from 0 to 1, rows on a log scale; coloured: flagged. Open a line for its rule.", cls="foot"),
        cls="panel board",
    )


def _line(line: DetectorBoardLine) -> Html:
    outcome = OUTCOME_CLASS.get(Outcome(line.outcome), "silent")
    looked = outcome in ("issue", "passed")
    return tag(
        "details",
        tag(
            "summary",
            tag("span", line.title, None if looked else tag("small", line.reason), cls="name"),
            _histogram(line) if looked else tag("span"),
            tag("b", line.outcome, cls=f"outcome {outcome}"),
            tag("span", _flagged(line) if looked else "", cls="soft num count"),
        ),
        tag("p", tag("b", line.question), " ", line.reason if looked else None, _no_issue(line)),
        tag("p", line.rule, cls="soft") if line.rule else None,
        cls=f"detector k-{line.kind.value}",
    )


def _flagged(line: DetectorBoardLine) -> str:
    """Rows in the queue; an issue may lie below its cut."""
    return "below the cut" if not line.flagged and Outcome(line.outcome) is Outcome.ISSUE else words.counted(line.flagged, "row")


def _no_issue(line: DetectorBoardLine) -> str | None:
    """How a detector can pass and have rows: what it says of them is no issue by itself, and others say more."""
    if not line.flagged or Outcome(line.outcome) is not Outcome.PASSED:
        return None
    return f" It speaks against {words.counted(line.flagged, 'flagged row')} all the same, of none of which it is sure."


def _not_applicable(lines: Sequence[DetectorBoardLine]) -> Html:
    return tag(
        "details",
        tag("summary", tag("span", f"{words.counted(len(lines), 'detector')} not applicable to this data", cls="name soft")),
        *(tag("p", tag("b", line.title), f": {line.reason}") for line in lines),
        cls="detector",
    )


def _histogram(line: DetectorBoardLine) -> Html:
    """The scores as small bars, those that were flagged in the kind's colour."""
    counts = line.histogram
    bars = (
        tag("i", style=f"height:{max(100 * height, 4 if count else 0):.0f}%", cls="over" if over else None)
        for height, count, over in zip(log_heights(counts), counts, flagged_bins(len(counts), line.threshold), strict=True)
    )
    return tag("span", *bars, cls="histogram", role="img", aria_label=f"{sum(counts)} scores from 0 to 1")
