"""One dataset under review: look at it, decide, undo, release."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from curation_app.domain.decision import Verdict
from curation_app.workspace import measuring, releasing
from curation_app.workspace.card_values import Card
from curation_app.workspace.deciding import Deciding, new_action_id
from curation_app.workspace.looking import Looking
from curation_app.workspace.testing import Testing
from curation_app.workspace.values import CheckLine, ReleasePreview, ReleaseResult

__all__ = ["Run", "new_action_id"]

if TYPE_CHECKING:
    from curation_app.impact import Impact


class Run(Looking, Deciding, Testing):
    """A finished scan and its log of decisions. Safe to share between threads."""

    def card(self, row: int) -> Card:
        """The evidence card of one row; it tells that the row was drawn for the audit only once it is decided."""
        shown = super().card(row)
        return replace(shown, audited=True) if shown.verdict is not Verdict.OPEN and row in self.audited else shown

    def verify_log(self) -> tuple[CheckLine, ...]:
        """Check every event of the log."""
        return releasing.verify_events(self.log)

    def impact(self) -> Impact:
        """What the decisions are worth to a quick model; seconds. Raises UsageError where there is nothing to measure."""
        return measuring.impact(self.data, self.state())

    def release_preview(self) -> ReleasePreview:
        """What would leave."""
        return releasing.preview(self.data, self.state())

    def release(self, out: Path | str, *, by: str, impact: Impact | None = None) -> ReleaseResult:
        """Write the cleaned data, the change log, the manifest and the report; the report tells the ``impact`` where it is given."""
        self._check_name(by)
        added = {} if impact is None else measuring.in_report(impact)
        return releasing.release(self.data, self.log, self.state(), self.map(), Path(out), by=by, added=added)

    def releases(self) -> tuple[ReleaseResult, ...]:
        """Releases in the run folder, newest first."""
        return releasing.releases(self.data)

    def next_release(self) -> Path:
        """Where the next release goes unless told otherwise: the first number that is free."""
        folder = self.data.folder.releases
        return next(folder / f"{number}" for number in itertools.count(1) if not (folder / f"{number}").exists())

    def verify_release(self, path: Path) -> tuple[CheckLine, ...]:
        """Check a release offline and replay it."""
        return releasing.verify_release(path)
