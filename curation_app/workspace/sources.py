"""Who does this: what each source and each annotator sends, and whether it is in quarantine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.review import Act, State
from curation_app.workspace.data import RunData
from curation_app.workspace.group_values import SourceLine, SourceTable
from curation_app.workspace.rates import rates
from curation_app.workspace.timeline import edges_of, written

# Flagged rows in one bin that are worth naming: fewer come together by chance in any small source.
BURST = 4
# A burst also holds this many times its even share of the source's flagged rows.
TIMES_EVEN = 4.0
# Classes that a line names.
TARGETS = 3
# What the reason of a quarantine begins with.
QUARANTINE = "quarantine: "


def quarantine_reason(source: str) -> str:
    """What the log says about a quarantine; the release from it looks for the same words."""
    return f"{QUARANTINE}{source}"


def source_table(data: RunData, role: str, state: State, acts: Sequence[Act]) -> SourceTable | None:
    """The table of a role ("source" or "annotator"); None without such a column. ``acts`` are the log's, newest first."""
    coded = data.coded_role(role)
    if coded is None:
        return None
    codes, names = coded
    place = {name: code for code, name in enumerate(names)}
    overall = float(data.flagged.mean()) if data.n else 0.0
    groups = _rows_by_code(codes, len(names))
    copied = np.bincount(data.copies, minlength=1)[data.copies] > 1
    held = _held(acts)
    lines = []
    for rate in rates(codes, names, data.flagged):
        rows = groups[place[rate.name]]
        flagged = rows[data.flagged[rows]]
        bursts, busiest = _bursts(data, rows, flagged)
        act = held.get(quarantine_reason(rate.name), "") if role == "source" else ""
        lines.append(
            SourceLine(
                rate=rate,
                loud=rate.low > overall and rate.flagged > 1,
                targets=_targets(data, flagged),
                copies=int(copied[rows].sum()),
                bursts=bursts,
                busiest=busiest,
                quarantined=_dropped_for(state, rows, quarantine_reason(rate.name)) if act else 0,
                held=act,
            )
        )
    seconds = data.seconds
    ends = ("", "") if seconds is None else (written(np.nanmin(seconds)), written(np.nanmax(seconds)))
    return SourceTable(column=str(data.role(role)), lines=tuple(lines), overall=overall, first=ends[0], last=ends[1])


def rows_of_source(data: RunData, name: str) -> np.ndarray:
    """Row numbers of one source; empty when there is none of that name."""
    codes, names = data.coded_role("source") or (np.zeros(0, dtype=np.int32), ())
    return np.flatnonzero(codes == names.index(name)) if name in names else np.zeros(0, dtype=np.int64)


def _rows_by_code(codes: np.ndarray, count: int) -> list[np.ndarray]:
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(count + 1))
    return [order[ends[code] : ends[code + 1]] for code in range(count)]


def _targets(data: RunData, flagged: np.ndarray) -> tuple[tuple[str, int], ...]:
    codes, names = data.coded("given_label")
    mine = codes[flagged]
    counts = np.bincount(mine[mine >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")[:TARGETS]
    return tuple((names[code], int(counts[code])) for code in order.tolist() if counts[code])


def _bursts(data: RunData, rows: np.ndarray, flagged: np.ndarray) -> tuple[tuple[tuple[int, int], ...], tuple[str, int] | None]:
    seconds = data.seconds
    if seconds is None:
        return (), None
    edges = edges_of(seconds)
    counted = [np.histogram(found[np.isfinite(found)], edges)[0] for found in (seconds[flagged], seconds[rows])]
    hits = counted[0]
    fullest = int(hits.argmax())
    busiest = None
    if hits[fullest] >= BURST and hits[fullest] >= TIMES_EVEN * hits.sum() / len(hits):
        inside = seconds[flagged]
        inside = inside[(inside >= edges[fullest]) & (inside <= edges[fullest + 1])]
        busiest = (written(inside.min()), int(hits[fullest]))
    return tuple(zip(hits.tolist(), counted[1].tolist(), strict=True)), busiest


def _held(acts: Sequence[Act]) -> dict[str, str]:
    """Reason of a quarantine that stands -> the last act of that reason."""
    found: dict[str, str] = {}
    for act in acts:
        if act.kind == "decide" and act.verdict is Verdict.DROP and not act.undone_by and act.reason.startswith(QUARANTINE):
            found.setdefault(act.reason, act.action)
    return found


def _dropped_for(state: State, rows: np.ndarray, reason: str) -> int:
    decisions = (state.decisions.get(row) for row in rows.tolist())
    return sum(decision is not None and decision.verdict is Verdict.DROP and decision.reason == reason for decision in decisions)
