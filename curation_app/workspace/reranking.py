"""The queue as verdicts move it: new chances and a new order after every few decisions, worked out from the log alone.

Nothing is kept but what can be made again: whoever opens the run later, or takes a decision back, sees the order that belongs to the log.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from curation_app.domain.decision import Decision, Verdict
from curation_app.domain.recipe import recipe_named
from curation_app.rank import Calibration, Heard, Members, Voice, hear, rerank
from curation_app.review import State
from curation_app.workspace.data import RunData
from curation_app.workspace.sources import QUARANTINE

# Single decisions between two orders: often enough to help, seldom enough that a reader is not always elsewhere.
EVERY = 10
LOOKED = ("issue", "passed")
FINAL = (Verdict.ACCEPT, Verdict.RELABEL, Verdict.DROP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The queue at one point of the log.

    Attributes
    ----------
    order
        (n,) int64 rows: those decided by then first, as the scan ranked them, then the others, most suspicious first. So what a reader
        has behind them stays behind them, and the next open row is the most suspicious one.
    suspicion
        (n,) float64 in [0, 1].
    flagged
        (n,) bool: by the scan or by the verdicts. No row leaves the queue because others were kept.
    decisions
        How many decided rows it learned from; 0 is the scan's own queue.
    stamp
        A name for caches: the same verdicts, the same stamp. "" is the scan's own queue.
    """

    order: np.ndarray
    suspicion: np.ndarray
    flagged: np.ndarray
    decisions: int = 0
    stamp: str = ""


class Reranker:
    """The standings of one run; the last one is kept. Safe to share between threads."""

    def __init__(self, data: RunData) -> None:
        self._data = data
        self._last: tuple[int, Standing] | None = None

    @cached_property
    def scanned(self) -> Standing:
        """As the scan left it."""
        return Standing(order=self._data.order, suspicion=self._data.suspicion, flagged=self._data.flagged)

    def at(self, state: State) -> Standing:
        """The queue that belongs to a state of the log."""
        last = self._last
        if last is not None and last[0] == state.events:
            return last[1]
        rows, bad = learned_from(state.decisions)
        stamp = f"{len(rows)}-{zlib.crc32(rows.tobytes() + bad.tobytes()):08x}" if len(rows) else ""
        known = (standing for standing in (self.scanned, last[1] if last else None) if standing is not None and standing.stamp == stamp)
        found = next(known, None) or self._made(rows, bad, stamp)
        self._last = (state.events, found)
        return found

    def _made(self, rows: np.ndarray, bad: np.ndarray, stamp: str) -> Standing:
        if self._data.info.get("calibration") is None:
            # Scanned before runs kept their curves: such a run stays as it was scanned.
            return self.scanned
        heard, unheard = self._heard
        data = self._data
        after = rerank(heard, rows, bad, self._campaigns)
        # The difference only: what no verdict touches stays to the last digit what the scan said.
        suspicion = np.clip(data.suspicion + (after.suspicion - unheard), 0.0, 1.0)
        still = np.ones(data.n, dtype=bool)
        still[rows] = False
        order = np.lexsort((data.rank, np.where(still, -suspicion, 0.0), still))
        flagged = data.flagged | (suspicion >= recipe_named(str(data.info["recipe"]["name"])).flag_at)
        return Standing(order=order, suspicion=suspicion, flagged=flagged, decisions=len(rows), stamp=stamp)

    @cached_property
    def _heard(self) -> tuple[Heard, np.ndarray]:
        """What the detectors said, and the chances before any verdict."""
        voices = []
        for facts in self._data.info["detectors"]:
            surprise = self._data.findings["surprise_" + str(facts["code"]).replace("-", "_")].to_numpy()
            if facts["outcome"] in LOOKED and np.isfinite(surprise).any():
                voices.append(Voice(code=str(facts["code"]), family=str(facts["family"]), surprise=surprise))
        heard = hear(voices, Calibration.from_json(self._data.info["calibration"]), self._data.coded("given_label")[0], self._imitated)
        nobody = rerank(heard, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool))
        return heard, nobody.suspicion

    @cached_property
    def _imitated(self) -> np.ndarray:
        """(n,) the chance that the campaign which imitates a row is an accident, 1 for others."""
        most = np.ones(self._data.n)
        for campaign in self._data.campaigns:
            named = campaign.get("evidence", {}).get("imitated", ())
            rows = [row for row in map(self._data.row_of_id.get, named) if row is not None]
            most[rows] = np.minimum(most[rows], 1.0 - float(campaign["score"]))
        return most

    @cached_property
    def _campaigns(self) -> tuple[Members, ...]:
        members = []
        for campaign in self._data.campaigns:
            rows, strength = np.array(campaign["rows"], dtype=np.int64), np.array(campaign.get("strength") or (), dtype=np.float64)
            kept = strength if len(strength) == len(rows) else np.zeros(0)
            members.append(Members(rows=rows, score=float(campaign["score"]), strength=kept))
        return tuple(members)


def learned_from(decisions: Mapping[int, Decision]) -> tuple[np.ndarray, np.ndarray]:
    """((v,) rows, (v,) bool bad) that the order follows by now: all up to the last act on many rows or the last tenth single one.

    What waits for a second look teaches nothing; nor does a quarantine, which drops rows for where they come from, unseen.
    """
    acts: dict[tuple[str, str], list[Decision]] = {}
    for decision in decisions.values():
        if decision.verdict in FINAL and not decision.reason.startswith(QUARANTINE):
            acts.setdefault((decision.at, decision.action), []).append(decision)
    learned: list[Decision] = []
    waiting: list[Decision] = []
    for name in sorted(acts):
        waiting += acts[name]
        if len(acts[name]) > 1 or len(waiting) >= EVERY:
            learned, waiting = learned + waiting, []
    learned.sort(key=lambda decision: decision.row)
    rows = np.array([decision.row for decision in learned], dtype=np.int64)
    return rows, np.array([decision.verdict is not Verdict.ACCEPT for decision in learned], dtype=bool)
