"""The detector board: a detector that passed and has rows says how that goes together."""

from __future__ import annotations

import pytest

from curation_app.domain.finding import Kind, Outcome
from curation_app.ui.components import board
from curation_app.workspace import DetectorBoardLine


def drawn(outcome: Outcome, flagged: int) -> str:
    line = DetectorBoardLine(
        code="outlier",
        title="Far from everything",
        question="Is this row unlike all other rows?",
        kind=Kind.INJECTION,
        outcome=outcome.value,
        reason="Its reason.",
        rule="",
        flagged=flagged,
        histogram=(4, 0, 1),
        threshold=0.5,
    )
    return str(board.panel([line]))


@pytest.mark.parametrize(
    ("outcome", "flagged", "told"),
    [(Outcome.PASSED, 1, "against 1 flagged row all the same"), (Outcome.PASSED, 16, "against 16 flagged rows all the same")],
)
def test_a_detector_that_passed_says_why_it_has_rows(outcome: Outcome, flagged: int, told: str) -> None:
    assert told in drawn(outcome, flagged)


@pytest.mark.parametrize(("outcome", "flagged"), [(Outcome.PASSED, 0), (Outcome.ISSUE, 16), (Outcome.NOT_APPLICABLE, 0)])
def test_nothing_is_explained_where_nothing_is_odd(outcome: Outcome, flagged: int) -> None:
    assert "all the same" not in drawn(outcome, flagged)


def test_an_issue_without_flagged_rows_lies_below_the_cut() -> None:
    assert "below the cut" in drawn(Outcome.ISSUE, 0)
    assert "0 rows" in drawn(Outcome.PASSED, 0)
