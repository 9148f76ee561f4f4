"""The callbacks of buttons: each appends one event to the log, and is the one place that catches its errors.

The id of the act is made when the button is drawn, before the click, so that a repeated run of the script cannot write twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from curation_app.domain.decision import Decision, Verdict
from curation_app.errors import ConflictError, CurationError
from curation_app.ui import state
from curation_app.workspace import ActLine, Run

VERDICT_WORDS = {
    Verdict.OPEN: "not decided",
    Verdict.ACCEPT: "keep",
    Verdict.RELABEL: "relabel",
    Verdict.DROP: "drop",
    Verdict.LATER: "second look",
}


def decide(
    run: Run,
    rows: Sequence[int],
    verdict: Verdict,
    action: str,
    label: str | None = None,
    expected: Mapping[int, int] | None = None,
    reason: str = "",
) -> bool:
    """Append one decision about ``rows``. False, with a notice, when it could not be written."""
    return _once(
        action,
        lambda: run.decide(rows, verdict, label=label, by=state.reviewer(), reason=reason, action=action, expected=expected),
    )


def undo(run: Run, action: str, target: str | None = None) -> bool:
    """Append an undo of the act ``target``, or of the latest one."""
    return _once(action, lambda: run.undo(by=state.reviewer(), action=target))


def redo(run: Run, action: str) -> bool:
    """Append a redo of what was undone last."""
    return _once(action, lambda: run.redo(by=state.reviewer()))


def _once(action: str, act: Callable[[], ActLine]) -> bool:
    used = state.used_actions()
    if action in used:
        return False
    used.add(action)
    try:
        line = act()
    except ConflictError as error:
        state.set_notice(_conflict(error))
        return False
    except CurationError as error:
        state.set_notice(state.Notice(level="error", message=error.message, hint=error.hint))
        return False
    state.set_notice(state.Notice(level="done", message=line.sentence) if line.count > 1 else None)
    return True


def _conflict(error: ConflictError) -> state.Notice:
    details = (f"Theirs: {_words(error.theirs)}", f"Yours, not written: {_words(error.yours)}")
    hint = error.hint or "The card shows their decision now. Decide again to overrule it, or go on."
    return state.Notice(level="warning", message=error.message, details=details, hint=hint)


def _words(decision: object) -> str:
    if not isinstance(decision, Decision):
        return str(decision)
    what = VERDICT_WORDS[decision.verdict] + (f" to {decision.label}" if decision.verdict is Verdict.RELABEL else "")
    who = f" by {decision.by}" if decision.by else ""
    when = f", {decision.at[:16].replace('T', ' ')} UTC" if decision.at else ""
    return f"{what}{who}{when}" + (f" ({decision.reason})" if decision.reason else "")
