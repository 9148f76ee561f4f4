"""How far the queue can be trusted: the self-test of the run, and the audit of what nothing flagged."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.engine import selftesting
from curation_app.review import VERDICTS
from curation_app.workspace.opened import OpenedRun
from curation_app.workspace.values import AuditView, ScanStatus

if TYPE_CHECKING:
    from curation_app.rank import AuditSample

BAD = [VERDICTS.index(verdict) for verdict in (Verdict.RELABEL, Verdict.DROP)]


class Testing(OpenedRun):
    """What tells a reviewer how much is missed."""

    def selftest(self) -> dict[str, Any] | None:
        """The last self-test that ended, as ``curation_app.selftest`` describes it; None before the first."""
        return selftesting.read_selftest(self.data.folder)

    def selftest_status(self) -> ScanStatus | None:
        """Where a self-test is; None when none was started."""
        facts = selftesting.selftest_status(self.data.folder)
        if not facts:
            return None
        return ScanStatus(
            state=facts["state"],
            stage=str(facts.get("stage", "")),
            fraction=float(facts.get("fraction", 0.0)),
            detail=str(facts.get("detail", "")),
            seconds_left=facts.get("seconds_left"),
            error=str(facts.get("error", "")),
            hint=str(facts.get("hint", "")),
        )

    def start_selftest(self) -> None:
        """Plant known attacks in a copy, in the background; nothing happens while one is at work."""
        selftesting.start_selftest(self.data.folder)

    def cancel_selftest(self) -> None:
        """Stop it; an earlier result stays."""
        selftesting.cancel_selftest(self.data.folder)

    def audit(self) -> AuditView:
        """The random sample of unflagged rows, how much of it is decided, and what its verdicts say of all unflagged rows."""
        from curation_app.rank import audit_result

        sample, state = self._audit_sample, self.state()
        rows = sample.rows
        told = rows[self._decided()[rows]]
        result = audit_result(sample, {int(row): bool(np.isin(state.verdicts[row], BAD)) for row in told})
        return AuditView(
            rows=tuple(rows.tolist()),
            judged=len(told),
            found=0 if result is None else result.found,
            of=int(sum(sample.sizes)),
            estimate=None if result is None else (result.count, result.low, result.high),
        )

    @cached_property
    def _audit_sample(self) -> AuditSample:
        from curation_app.rank import audit_sample

        # Of the scan, not of the queue as verdicts move it: the same rows whenever it is asked for.
        return audit_sample(self.data.suspicion, self.data.flagged, seed=int(self.data.info["seed"]))

    @cached_property
    def audited(self) -> frozenset[int]:
        """Row numbers of the audit's sample."""
        return frozenset(self._audit_sample.rows.tolist())
