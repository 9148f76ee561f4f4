"""Deciding about rows: a preview, one act for one or many rows, undo and redo, and the history of all acts."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping, Sequence

import numpy as np

from curation_app.domain.decision import Verdict
from curation_app.domain.numbers import number_of
from curation_app.domain.tags import tags_of
from curation_app.errors import UsageError
from curation_app.review import Act, RowFacts, State
from curation_app.workspace.history import act_line
from curation_app.workspace.opened import OpenedRun
from curation_app.workspace.values import ActLine, Preview

# Rows of a bulk decision that its preview shows.
EXAMPLES = 6


def new_action_id() -> str:
    """An id for an act, made before the click, so that a repeated click writes once."""
    return uuid.uuid4().hex


class Deciding(OpenedRun):
    """What a reviewer does to a run: every act is appended to the log, nothing is ever taken out of it."""

    def preview(self, rows: Sequence[int]) -> Preview:
        """What a decision about many rows would touch."""
        chosen = np.unique(self._known(rows))
        state = self.state()
        examples = chosen[np.argsort(self.data.rank[chosen], kind="stable")][:EXAMPLES]
        source = self.data.coded_role("source")
        return Preview(
            rows=tuple(chosen.tolist()),
            versions=tuple(state.versions[chosen].tolist()),
            already_decided=int(self._decided()[chosen].sum()),
            per_class=_tally(*self.data.coded("given_label"), chosen),
            per_source=_tally(*source, chosen) if source else (),
            per_kind=_tally(*self.data.coded("kind"), chosen),
            suggestible=len(self.data.suggestible(chosen)),
            examples=tuple(self._cards.line(row, state.decisions) for row in examples.tolist()),
        )

    def decide(
        self,
        rows: Sequence[int],
        verdict: Verdict,
        *,
        label: str | None = None,
        by: str,
        reason: str = "",
        action: str | None = None,
        expected: Mapping[int, int] | None = None,
    ) -> ActLine:
        """Record one decision about one or many rows: all of them or, with a ConflictError, none.

        ``expected`` holds the version of each row that the reviewer saw; without it the current one is taken.
        """
        self._check(verdict, label, by)
        chosen = np.unique(self._known(rows)).tolist()
        if not chosen:
            raise UsageError("No row was named.", hint="Name at least one row.")
        state = self.state()
        facts = [self._facts(row, expected.get(row) if expected else None, state) for row in chosen]
        act = self.log.decide(
            facts,
            verdict,
            label=label,
            by=by.strip(),
            reason=reason,
            action=action or new_action_id(),
            label_column=self.data.roles.get("label"),
        )
        return self._act_line(act)

    def accept_suggestions(
        self, rows: Sequence[int], *, by: str, reason: str = "", action: str | None = None, expected: Mapping[int, int] | None = None
    ) -> ActLine:
        """Relabel each row to its own suggestion, as one act; rows without one, or that carry it already, are left alone."""
        self._check_name(by)
        chosen = self.data.suggestible(np.unique(self._known(rows))).tolist()
        if not chosen:
            raise UsageError("None of these rows has another label suggested.", hint="Choose a class for them, or look at them one by one.")
        state = self.state()
        facts = [self._facts(row, expected.get(row) if expected else None, state) for row in chosen]
        act = self.log.decide(
            facts,
            Verdict.RELABEL,
            label=[str(self.data.at("suggested_label", row)) for row in chosen],
            by=by.strip(),
            reason=reason,
            action=action or new_action_id(),
            label_column=self.data.roles.get("label"),
        )
        return self._act_line(act)

    def undo(self, *, by: str, action: str | None = None, click: str | None = None) -> ActLine:
        """Append an act that takes back an earlier one: this person's last, or the named. A ``click`` that was seen writes nothing."""
        act = self.log.undo(by=by, action=action, click=click)
        return act_line(act, self.data, whole=len(self.log.rows_of(act.undoes)) if act.undoes else None)

    def redo(self, *, by: str, click: str | None = None) -> ActLine:
        """Append an act that takes back this person's last undo."""
        return self._act_line(self.log.redo(by=by, click=click))

    def undoable(self, by: str | None = None) -> ActLine | None:
        """The act that undo would take back: this person's last, or anybody's."""
        act = self.log.undoable(by)
        return None if act is None else self._act_line(act)

    def redoable(self, by: str | None = None) -> ActLine | None:
        """The undo that redo would take back."""
        act = self.log.redoable(by)
        return None if act is None else self._act_line(act)

    def history(self, *, limit: int = 50, offset: int = 0, by: str | None = None, verdict: Verdict | None = None) -> tuple[ActLine, ...]:
        """Acts, newest first."""
        return tuple(self._act_line(act) for act in self.log.history(limit=limit, offset=offset, by=by, verdict=verdict))

    def history_count(self, *, by: str | None = None, verdict: Verdict | None = None) -> int:
        """How many acts there are."""
        return len(self.log.history(limit=sys.maxsize, by=by, verdict=verdict))

    def reviewers(self) -> tuple[str, ...]:
        """Everybody who acted, sorted."""
        return tuple(sorted({act.by for act in self.log.history(limit=sys.maxsize)}))

    def _check(self, verdict: Verdict, label: str | None, by: str) -> None:
        self._check_name(by)
        if verdict is Verdict.OPEN:
            raise UsageError("'open' is not a decision.", hint="Undo the decision instead.")
        if (verdict is Verdict.RELABEL) != (label is not None):
            raise UsageError("A relabel names a label, and no other decision does.", hint="Give the new label with relabel only.")
        if label is not None:
            self._check_label(label)

    def _check_label(self, label: str) -> None:
        kind = self.data.label_kind
        if kind == "number" and not np.isfinite(number_of(label)):
            raise UsageError(f"The label is a number, and {label!r} is none.", hint="Give a number such as 12.5.")
        if kind == "tags":
            wanted, known = tags_of(label, self.data.tag_mark), self.data.tags
            unknown = [tag for tag in wanted if tag not in known]
            if unknown or not wanted:
                said = f"No row carries the tag {unknown[0]!r}." if unknown else "A list of tags needs one tag at least."
                raise UsageError(said, hint=f"Tags of this data: {', '.join(sorted(known)[:20])}.")
        if kind == "class" and label not in self.classes:
            raise UsageError(f"No row carries the label {label!r}.", hint=f"Labels of this data: {', '.join(self.classes[:20])}.")

    def _facts(self, row: int, expected: int | None, state: State) -> RowFacts:
        data = self.data
        return RowFacts(
            row=row,
            id=data.at("id", row),
            fingerprint=data.facts["fingerprint"][row].as_py(),
            given=data.at("given_label", row),
            evidence={
                "suspicion": round(float(data.suspicion[row]), 4),
                "rank": int(data.rank[row]),
                "kind": data.at("kind", row),
                "reason": data.at("reason", row),
                "suggested": data.at("suggested_label", row),
            },
            version=int(state.versions[row]) if expected is None else expected,
        )

    def _act_line(self, act: Act) -> ActLine:
        return act_line(act, self.data)


def _tally(codes: np.ndarray, names: tuple[str, ...], rows: np.ndarray) -> tuple[tuple[str, int], ...]:
    """(name, how many of the rows), most first."""
    counts = np.bincount(codes[rows] + 1, minlength=len(names) + 1)
    named = [(name, count) for name, count in zip(("(none)", *names), counts.tolist(), strict=True) if count]
    return tuple(sorted(named, key=lambda pair: (-pair[1], pair[0])))
