"""The callbacks of buttons: each appends one event to the log, and is the one place that catches its errors.

The id of the act is made when the button is drawn, before the click, so that a repeated run of the script cannot write twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from curation_app.domain.decision import Decision, Verdict
from curation_app.errors import ConflictError, CurationError
from curation_app.ui import desk, state
from curation_app.ui.components import markup
from curation_app.ui.components.words import counted
from curation_app.ui.theme import VERDICT_NAMES
from curation_app.workspace import ActLine, MapView, Preview, Run, quarantine_reason

# Names of a mix that a notice lists.
NAMES = 4


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


def undo(run: Run, action: str, target: str) -> bool:
    """Append an undo of the act ``target``; of an undo, that is a redo."""
    return _once(action, lambda: run.undo(by=state.reviewer(), action=target, click=action))


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
    said = line.sentence[:1].upper() + line.sentence[1:]
    state.set_notice(state.Notice(level="done", message=said, details=_left(line)) if line.count > 1 or line.left else None)
    return True


def _left(line: ActLine) -> tuple[str, ...]:
    """What an undo did not touch."""
    if not line.left:
        return ()
    return (f"{counted(line.left, 'row')} decided anew since by somebody: left as they are.",)


def _conflict(error: ConflictError) -> state.Notice:
    details = (f"Theirs: {_words(error.theirs)}", f"Yours, not written: {_words(error.yours)}")
    hint = error.hint or "The card shows their decision now. Decide again to overrule it, or go on."
    return state.Notice(level="warning", message=error.message, details=details, hint=hint)


def _words(decision: object) -> str:
    if not isinstance(decision, Decision):
        return str(decision)
    what = VERDICT_NAMES[decision.verdict] + (f" to {decision.label}" if decision.verdict is Verdict.RELABEL else "")
    who = f" by {decision.by}" if decision.by else ""
    when = f", {decision.at[:16].replace('T', ' ')} UTC" if decision.at else ""
    return f"{what}{who}{when}" + (f" ({decision.reason})" if decision.reason else "")


def decide_row(run: Run, row: int, verdict: Verdict, action: str, label: str | None, version: int) -> None:
    """Decide about the row before the reader and put the next open one there."""
    reason = str(state.widget("reason") or "").strip()
    # Even where it cannot be written, the reader stays with the row they were looking at.
    state.set_cursor(run.name, row)
    # Looked up before the decision: the row may leave the queue with it, and its place there with the row.
    following = desk.look(run).next_open()
    if decide(run, [row], verdict, action, label, {row: version}, reason):
        state.set_cursor(run.name, following)
        state.set_widget("reason", "")


def relabel_from_list(run: Run, row: int, action: str, version: int) -> None:
    """Relabel to the class picked in the searchable list."""
    chosen = state.widget("other class")
    if isinstance(chosen, str):
        state.set_widget("other class", None)
        decide_row(run, row, Verdict.RELABEL, action, chosen, version)


def relabel_to_text(run: Run, row: int, action: str, version: int, key: str) -> None:
    """Relabel to the number or the tags that were typed into a field."""
    decide_row(run, row, Verdict.RELABEL, action, str(state.widget(key) or "").strip(), version)


def decide_bulk(run: Run, preview: Preview, verdict: Verdict, action: str, label: str | None = None) -> None:
    """One decision about the rows of a preview: one transaction, one undo, and none where a colleague decided since it was shown.

    The question is closed even when it could not be written.
    """
    if decide(run, preview.rows, verdict, action, label, _seen(preview), _bulk_reason(run)):
        _say_what_changed(verdict, preview, label)
    state.set_bulk(run.name, None)


def accept_suggestions(run: Run, preview: Preview, action: str) -> None:
    """Relabel each row of a preview to its own suggestion; the rules are those of :func:`decide_bulk`."""
    seen, who, reason = _seen(preview), state.reviewer(), _bulk_reason(run)
    if _once(action, lambda: run.accept_suggestions(preview.rows, by=who, reason=reason, action=action, expected=seen)):
        rest = len(preview.rows) - preview.suggestible
        left = f"{counted(rest, 'row')} without another suggestion left as before." if rest else "Each row got its own suggestion."
        _add_details(left)
    state.set_bulk(run.name, None)


def _seen(preview: Preview) -> dict[int, int]:
    return dict(zip(preview.rows, preview.versions, strict=True))


def _bulk_reason(run: Run) -> str:
    asked = state.bulk(run.name)
    if asked is not None and asked.reason:
        return asked.reason
    return str(state.widget("bulk reason") or "").strip()


def _say_what_changed(verdict: Verdict, preview: Preview, label: str | None) -> None:
    """What the next release will do with the rows, by label and source."""
    rows = " · ".join(_listed(mix) for mix in (preview.per_class, preview.per_source) if mix)
    said = {
        Verdict.DROP: f"The next release leaves out: {rows}",
        Verdict.RELABEL: f"The next release labels them {markup.clip(label, 40)}; so far: {rows}",
        Verdict.ACCEPT: "The next release has them as they are.",
        Verdict.LATER: "They wait for a second look; a release would have them as they are.",
    }
    _add_details(said[verdict])


def _listed(mix: Sequence[tuple[str, int]]) -> str:
    rest = len(mix) - NAMES
    return ", ".join(f"{count} of “{markup.clip(name, 30)}”" for name, count in mix[:NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _add_details(*details: str) -> None:
    said = state.notice()
    undo = "One undo takes all of it back."
    level, message = ("done", "Decided") if said is None else (said.level, said.message)
    state.set_notice(state.Notice(level=level, message=message, details=details, hint=undo))  # type: ignore[arg-type]


def undo_and_show(run: Run, action: str, target: ActLine) -> None:
    """Undo (or redo: undo an undo), and put the first row it concerned before the reader."""
    if undo(run, action, target.action) and target.rows:
        state.set_cursor(run.name, target.rows[0])


def step(run: Run, by: int) -> None:
    """Go up or down the queue."""
    go_to(run, desk.look(run).beside(by))


def go_to(run: Run, row: int | None) -> None:
    """Put a row before the reader."""
    state.set_cursor(run.name, row)
    state.set_notice(None)


def find_similar(run: Run, row: int) -> None:
    """Narrow the queue to the row and its look-alikes."""
    rows = (row, *(int(other) for other in run.find_similar(row) if int(other) != row))
    state.set_scope(run.name, state.Scope(title=f"Like row {row}", rows=rows))
    state.set_cursor(run.name, row)


def ask_bulk(run: Run, title: str, rows: Sequence[int], reason: str = "") -> None:
    """Ask before deciding about many rows. A given ``reason`` is written as it is: the question is then only whether to drop them."""
    state.set_notice(None)
    state.set_bulk(run.name, state.Bulk(title=title, rows=tuple(int(row) for row in rows), reason=reason))


def ask_quarantine(run: Run, source: str) -> None:
    """Ask before a source goes into quarantine: every row of it is dropped, until somebody releases it."""
    try:
        rows = run.rows_of_source(source)
    except CurationError as error:
        state.set_notice(state.Notice(level="error", message=error.message, hint=error.hint))
    else:
        ask_bulk(run, f"Quarantine of {source}", rows.tolist(), quarantine_reason(source))


def release_source(run: Run, click: str, source: str, held: str) -> None:
    """Take a quarantine back: what it dropped is again as it was before; rows decided anew since stay as they are."""
    if undo(run, click, held):
        said = state.notice()
        details = said.details if said is not None else ()
        message = f"{source} is out of quarantine: its rows are again as they were before."
        state.set_notice(state.Notice(level="done", message=message, details=details))


def queue_clicked(run: Run) -> None:
    """A line of the queue was clicked, or its pager."""
    result = state.widget("queue")
    row, page = getattr(result, "row", None), getattr(result, "page", None)
    if row is not None:
        go_to(run, int(row))
    elif page is not None:
        now = desk.look(run)
        go_to(run, now.beside(int(page) * desk.LINES))


def map_selected(run: Run, view: MapView) -> None:
    """A lasso or box was drawn on the map: its corners, not its points, say which rows are inside.

    ``view`` is the layout the reader drew on, which may not be the run's by now.
    """
    chosen = getattr(state.widget(map_key(view)), "selection", None) or {}
    corners = [list(zip(area["x"], area["y"], strict=True)) for area in chosen.get("lasso", ())]
    corners += [_box(area["x"], area["y"]) for area in chosen.get("box", ())]
    if corners:
        rows = sorted({int(row) for polygon in corners for row in run.rows_in_polygon(polygon, view)})
        drawn = state.Scope(title="Selection on the map", rows=tuple(rows), drawn_on=view.source)
        state.set_selection(run.name, drawn if rows else None)
        return
    state.set_selection(run.name, None)
    points = [point.get("customdata") for point in chosen.get("points", ())]
    row = points[0] if len(points) == 1 else None
    if row is not None:
        go_to(run, int(row[0] if isinstance(row, (list, tuple)) else row))


def map_key(view: MapView) -> str:
    """The chart's key: each layout has a chart of its own, so that no lasso is taken for one on the other."""
    return f"map chart {view.source}"


def _box(x: Sequence[float], y: Sequence[float]) -> list[tuple[float, float]]:
    return [(min(x), min(y)), (max(x), min(y)), (max(x), max(y)), (min(x), max(y))]
