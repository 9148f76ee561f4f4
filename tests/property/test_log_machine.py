"""The log against a plain model: any sequence of decisions, undos, redos, conflicts and reopenings."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from curation_app.domain.decision import Verdict
from curation_app.domain.fold import edits_from_events
from curation_app.errors import ConflictError, NotFoundError
from curation_app.review import VERDICTS, DecisionLog
from tests.log_rows import seen

N = 6
PEOPLE = ("ann", "bob")
ROWS = st.lists(st.integers(0, N - 1), min_size=1, max_size=N, unique=True)
CHOICES = st.sampled_from(
    [(Verdict.DROP, None), (Verdict.ACCEPT, None), (Verdict.LATER, None), (Verdict.RELABEL, "spam"), (Verdict.RELABEL, "ham")]
)
UNDECIDED = (Verdict.OPEN, None, "")


class LogMachine(RuleBasedStateMachine):
    """``words``: row -> (verdict, label, action); ``versions``: row -> events; a stack of (action, {row: word before}) a person."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.log = DecisionLog(self.folder / "curation.db")
        self.words = dict.fromkeys(range(N), UNDECIDED)
        self.versions = dict.fromkeys(range(N), 0)
        self.done: dict[str, list[tuple[str, dict[int, tuple]]]] = {person: [] for person in PEOPLE}
        self.undone: dict[str, list[tuple[str, dict[int, tuple], dict[int, tuple]]]] = {person: [] for person in PEOPLE}
        self.acts = self.clicks = 0

    @rule(rows=ROWS, choice=CHOICES, by=st.sampled_from(PEOPLE))
    def decide(self, rows, choice, by) -> None:
        action = f"act-{self.clicks}"
        self.clicks += 1
        self.log.decide([seen(row, self.versions[row]) for row in rows], choice[0], label=choice[1], by=by, action=action)
        self.done[by].append((action, {row: self.words[row] for row in rows}))
        self.undone[by].clear()
        self._wrote(dict.fromkeys(rows, (*choice, action)))

    @rule(rows=ROWS, late=st.integers(1, 3), by=st.sampled_from(PEOPLE))
    def decide_too_late(self, rows, late, by) -> None:
        facts = [seen(row, self.versions[row]) for row in rows[:-1]] + [seen(rows[-1], self.versions[rows[-1]] + late)]
        self.clicks += 1
        try:
            self.log.decide(facts, Verdict.DROP, by=by, action=f"late-{self.clicks}")
        except ConflictError as error:
            found = error.theirs.version
        else:
            found = None
        assert found == self.versions[rows[-1]], "a decision on an unseen version was taken"

    @rule(by=st.sampled_from(PEOPLE))
    def undo(self, by) -> None:
        place = next(
            (i for i, (act, rows) in reversed([*enumerate(self.done[by])]) if any(self.words[row][2] == act for row in rows)), None
        )
        if place is None:
            assert self.log.undoable(by) is None
            return
        action, before = self.done[by][place]
        assert self.log.undoable(by).action == action
        mine = {row: word for row, word in before.items() if self.words[row][2] == action}
        assert self.log.undo(by=by).count == len(mine)
        self.done[by].pop(place)
        # What others decided since is left as it is, now and by a redo.
        self.undone[by].append((action, before, {row: self.words[row] for row in mine}))
        self._wrote(mine)

    @rule(by=st.sampled_from(PEOPLE))
    def redo(self, by) -> None:
        stack = [*enumerate(self.undone[by])]
        place = next((i for i, (_, old, _) in reversed(stack) if any(self.words[row][2] == old[row][2] for row in old)), None)
        if place is None:
            assert self.log.redoable(by) is None
            try:
                self.log.redo(by=by)
            except NotFoundError:
                return
            raise AssertionError("there was nothing to redo")
        action, before, after = self.undone[by][place]
        mine = {row: word for row, word in after.items() if self.words[row][2] == before[row][2]}
        assert self.log.redo(by=by).count == len(mine)
        self.undone[by].pop(place)
        self.done[by].append((action, before))
        self._wrote(mine)

    @rule()
    def reopen(self) -> None:
        self.log.close()
        self.log = DecisionLog(self.folder / "curation.db")

    @rule()
    def verify(self) -> None:
        assert self.log.verify() == ()
        found = {edit.row: edit.label for edit in edits_from_events(self.log.events())}
        words = self.words.items()
        assert found == {
            row: word[1] for row, word in words if word[0] is Verdict.DROP or (word[0] is Verdict.RELABEL and word[1] != "ham")
        }

    @invariant()
    def the_state_is_the_models(self) -> None:
        state = self.log.state(N)
        assert [(VERDICTS[code], label) for code, label in zip(state.verdicts, state.labels, strict=True)] == [
            word[:2] for word in self.words.values()
        ]
        assert state.versions.tolist() == list(self.versions.values())
        assert len(self.log.history(10_000)) == self.acts

    def teardown(self) -> None:
        if hasattr(self, "log"):
            self.log.close()
            shutil.rmtree(self.folder)

    def _wrote(self, words: dict[int, tuple]) -> None:
        self.acts += 1
        for row, word in words.items():
            self.words[row] = word
            self.versions[row] += 1


TestLogMachine = LogMachine.TestCase
# Each step waits for the disk: a few long stories find more than many short ones.
TestLogMachine.settings = settings(max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
