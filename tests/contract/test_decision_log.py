"""What every log of decisions promises, whatever database keeps it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from curation_app.domain.decision import Verdict
from curation_app.domain.fold import edits_from_events
from curation_app.errors import ConflictError, NotFoundError, UsageError
from curation_app.review import DecisionLog
from curation_app.review.store import EventStore
from tests.log_rows import seen

N = 50


class LogContract:
    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def log(self, url: str) -> Iterator[DecisionLog]:
        log = DecisionLog(url)
        yield log
        log.close()

    @pytest.fixture
    def other(self, url: str, log: DecisionLog) -> Iterator[DecisionLog]:
        other = DecisionLog(url)
        yield other
        other.close()

    def test_a_new_log_is_empty(self, log: DecisionLog) -> None:
        state = log.state(N)
        assert state.counts()[Verdict.OPEN] == N
        assert (state.events, list(log.events()), log.history(), log.undoable(), log.redoable()) == (0, [], [], None, None)

    def test_a_decision_is_there_after_reopening(self, log: DecisionLog, url: str) -> None:
        log.decide([seen(3)], Verdict.RELABEL, label="spam", by="ann", reason="obvious", action="a", at="2026-01-02T03:04:05.678Z")
        again = DecisionLog(url)
        decision = again.state(N).decisions[3]
        again.close()
        assert (decision.verdict, decision.label, decision.by, decision.reason) == (Verdict.RELABEL, "spam", "ann", "obvious")
        assert (decision.at, decision.action, decision.version) == ("2026-01-02T03:04:05.678Z", "a", 1)
        assert log.state(N).labels[3] == "spam"

    def test_a_bulk_is_one_act_of_many_events(self, log: DecisionLog) -> None:
        act = log.decide([seen(row) for row in range(20)], Verdict.DROP, by="ann", action="bulk")
        assert (act.count, act.title, len(list(log.events())), len(log.history())) == (20, "drop of 20 rows", 20, 1)
        assert log.rows_of("bulk") == tuple(range(20))

    def test_each_row_of_a_bulk_may_get_its_own_label(self, log: DecisionLog) -> None:
        log.decide([seen(0), seen(1)], Verdict.RELABEL, label=["x", "y"], by="ann", action="a")
        assert log.state(N).labels[:2].tolist() == ["x", "y"]

    def test_a_repeated_click_writes_nothing(self, log: DecisionLog) -> None:
        first = log.decide([seen(1)], Verdict.DROP, by="ann", action="a")
        assert log.decide([seen(1)], Verdict.DROP, by="ann", action="a") == first
        assert len(list(log.events())) == 1

    def test_an_action_id_for_another_act_is_refused(self, log: DecisionLog) -> None:
        log.decide([seen(1)], Verdict.DROP, by="ann", action="a")
        with pytest.raises(UsageError, match="drop of row 1"):
            log.decide([seen(2)], Verdict.DROP, by="ann", action="a")

    def test_the_second_of_two_reviewers_sees_both_decisions(self, log: DecisionLog, other: DecisionLog) -> None:
        log.decide([seen(1)], Verdict.DROP, by="ann", action="a")
        with pytest.raises(ConflictError) as conflict:
            other.decide([seen(0), seen(1)], Verdict.RELABEL, label="spam", by="bob", action="b")
        theirs, yours = conflict.value.theirs, conflict.value.yours
        assert (theirs.by, theirs.verdict, yours.by, yours.verdict, yours.label) == ("ann", Verdict.DROP, "bob", Verdict.RELABEL, "spam")
        assert len(list(log.events())) == 1
        assert 0 not in other.state(N).decisions

    def test_another_process_sees_a_decision_at_once(self, log: DecisionLog, other: DecisionLog) -> None:
        assert other.state(N).versions[4] == 0
        log.decide([seen(4)], Verdict.LATER, by="ann", action="a")
        assert other.state(N).versions[4] == 1

    def test_a_state_once_given_never_changes(self, log: DecisionLog) -> None:
        before = log.state(N)
        log.decide([seen(4)], Verdict.DROP, by="ann", action="a")
        assert before.versions[4] == 0
        with pytest.raises(ValueError, match="read-only"):
            log.state(N).verdicts[0] = 1

    def test_undo_restores_what_was_there_before(self, log: DecisionLog) -> None:
        log.decide([seen(1)], Verdict.RELABEL, label="spam", by="ann", action="a")
        log.decide([seen(1, 1), seen(2)], Verdict.DROP, by="bob", action="b")
        undone = log.undo(by="bob")
        state = log.state(N)
        assert (state.decisions[1].verdict, state.decisions[1].by, state.decisions[1].version) == (Verdict.RELABEL, "ann", 3)
        assert (state.decisions[2].verdict, state.versions[2]) == (Verdict.OPEN, 2)
        assert (undone.undoes, undone.title, log.history()[1].undone_by) == ("b", "undo of drop of 2 rows", undone.action)

    def test_undo_and_redo_walk_back_and_forth_after_reopening(self, log: DecisionLog, url: str) -> None:
        for row in range(3):
            log.decide([seen(row)], Verdict.DROP, by="ann", action=f"a{row}")
        log.undo(by="ann")
        again = DecisionLog(url)
        assert again.undo(by="ann").title == "undo of drop of row 1"
        assert [again.undoable("ann").title, again.redoable("ann").title] == ["drop of row 0", "undo of drop of row 1"]
        assert [again.redo(by="ann").title, again.redo(by="ann").title] == ["redo of drop of row 1", "redo of drop of row 2"]
        assert again.redoable("ann") is None
        again.close()
        assert log.state(N).counts()[Verdict.DROP] == 3
        assert log.verify() == ()

    def test_a_new_decision_ends_redo(self, log: DecisionLog) -> None:
        log.decide([seen(0)], Verdict.DROP, by="ann", action="a")
        log.undo(by="ann")
        log.decide([seen(1)], Verdict.DROP, by="ann", action="b")
        assert log.redoable("ann") is None
        with pytest.raises(NotFoundError, match="nothing to redo"):
            log.redo(by="ann")

    def test_undo_takes_back_ones_own_acts_first(self, log: DecisionLog) -> None:
        log.decide([seen(0)], Verdict.DROP, by="ann", action="a")
        log.decide([seen(1)], Verdict.DROP, by="bob", action="b")
        assert [log.undoable("ann").action, log.undoable("bob").action, log.undoable().action] == ["a", "b", "b"]
        with pytest.raises(NotFoundError, match="nothing to undo"):
            log.undo(by="eve")
        assert log.undo(by="eve", action="a").undoes == "a"

    def test_undo_of_rows_that_were_all_decided_since_is_a_conflict(self, log: DecisionLog) -> None:
        log.decide([seen(0), seen(1)], Verdict.DROP, by="ann", action="a")
        log.decide([seen(0, 1), seen(1, 1)], Verdict.ACCEPT, by="bob", action="b")
        with pytest.raises(ConflictError) as conflict:
            log.undo(by="ann", action="a")
        assert (conflict.value.theirs.by, conflict.value.yours.verdict) == ("bob", Verdict.OPEN)
        assert len(list(log.events())) == 4

    def test_undo_takes_back_what_still_is_the_acts_and_leaves_what_was_decided_since(self, log: DecisionLog) -> None:
        log.decide([seen(0), seen(1), seen(2)], Verdict.DROP, by="ann", action="a")
        log.decide([seen(1, 1)], Verdict.ACCEPT, by="bob", action="b")
        undone = log.undo(by="ann")
        assert (undone.count, undone.rows) == (2, (0, 2))
        assert [log.state(N).decisions[row].verdict for row in range(3)] == [Verdict.OPEN, Verdict.ACCEPT, Verdict.OPEN]
        assert log.redo(by="ann").count == 2
        assert [log.state(N).decisions[row].verdict for row in range(3)] == [Verdict.DROP, Verdict.ACCEPT, Verdict.DROP]
        assert log.verify() == ()

    def test_an_act_that_was_overruled_does_not_block_the_ones_before_it(self, log: DecisionLog) -> None:
        log.decide([seen(0)], Verdict.DROP, by="ann", action="a")
        log.decide([seen(1), seen(2)], Verdict.DROP, by="ann", action="b")
        log.decide([seen(1, 1), seen(2, 1)], Verdict.ACCEPT, by="bob", action="c")
        assert log.undoable("ann").action == "a"
        assert log.undo(by="ann").undoes == "a"
        assert log.undoable("ann") is None
        log.undo(by="bob")
        assert log.undo(by="ann").undoes == "b"
        assert log.state(N).counts()[Verdict.OPEN] == N
        assert log.verify() == ()

    def test_an_undone_act_that_was_overruled_does_not_block_redo(self, log: DecisionLog) -> None:
        for row in range(2):
            log.decide([seen(row)], Verdict.DROP, by="ann", action=f"a{row}")
        log.undo(by="ann")
        log.undo(by="ann")
        log.decide([seen(0, 2)], Verdict.ACCEPT, by="bob", action="b")
        assert log.redoable("ann").rows == (1,)
        assert log.redo(by="ann").title == "redo of drop of row 1"
        assert log.redoable("ann") is None
        with pytest.raises(NotFoundError, match="nothing to redo"):
            log.redo(by="ann")

    def test_a_repeated_undo_writes_nothing(self, log: DecisionLog) -> None:
        log.decide([seen(0)], Verdict.DROP, by="ann", action="a")
        log.decide([seen(1)], Verdict.DROP, by="ann", action="b")
        first = log.undo(by="ann", click="u")
        assert log.undo(by="ann", click="u") == first
        assert log.undo(by="ann", action="b") == first
        assert log.undoable("ann").action == "a"

    def test_history_is_newest_first_and_filtered(self, log: DecisionLog) -> None:
        log.decide([seen(0)], Verdict.DROP, by="ann", action="a")
        log.decide([seen(1)], Verdict.ACCEPT, by="bob", action="b")
        log.record("release", {"rows": 49}, by="ann", action="r")
        assert [act.action for act in log.history()] == ["r", "b", "a"]
        assert [act.action for act in log.history(1, 1)] == ["b"]
        assert [act.action for act in log.history(by="ann")] == ["r", "a"]
        assert [act.action for act in log.history(verdict=Verdict.ACCEPT)] == ["b"]
        assert [act.action for act in log.history(kind="release")] == ["r"]

    def test_events_about_the_run_are_kept_in_order(self, log: DecisionLog) -> None:
        log.record("release", {"rows": 49}, by="ann", action="r")
        log.record("release", {"rows": 49}, by="ann", action="r")
        log.record("release", {"rows": 48}, by="ann")
        assert [(event.item, event.version, event.body["rows"]) for event in log.events()] == [("run", 1, 49), ("run", 2, 48)]

    def test_edits_follow_from_the_events(self, log: DecisionLog) -> None:
        log.decide([seen(5), seen(2)], Verdict.DROP, by="ann", action="a")
        log.decide([seen(3)], Verdict.RELABEL, label="spam", by="ann", action="b")
        log.decide([seen(4)], Verdict.RELABEL, label="ham", by="ann", action="c")
        log.undo(by="ann", action="a")
        assert [(edit.row, edit.verdict, edit.label) for edit in edits_from_events(log.events())] == [(3, Verdict.RELABEL, "spam")]

    @pytest.mark.parametrize("change", ["UPDATE events SET \"by\" = 'eve'", "DELETE FROM events"])
    def test_the_database_refuses_to_change_an_event(self, log: DecisionLog, url: str, change: str) -> None:
        log.decide([seen(0)], Verdict.DROP, by="ann", action="a")
        store = EventStore(url)
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.execute(sa.text(change))
        store.close()
        assert log.verify() == ()

    def test_a_change_behind_the_triggers_is_found(self, log: DecisionLog, url: str) -> None:
        for row in range(3):
            log.decide([seen(row)], Verdict.DROP, by="ann", action=f"a{row}")
        store = EventStore(url)
        with store.engine.begin() as connection:
            self.drop_triggers(connection)
            connection.execute(sa.text("UPDATE events SET \"by\" = 'eve' WHERE seq = 1"))
            connection.execute(sa.text("DELETE FROM events WHERE seq = 0"))
        store.close()
        faults = log.verify()
        assert any("event 0: expected sequence number 0, found 1 (deleted" in fault for fault in faults)
        assert any(fault.startswith("event 1: expected the columns") for fault in faults)

    def drop_triggers(self, connection: sa.Connection) -> None:
        raise NotImplementedError

    def test_hostile_text_comes_back_as_it_was(self, log: DecisionLog) -> None:
        reason = "=1+1 <script> \x00 \u202e \U0001f600 \\ \" '"
        log.decide([seen(0)], Verdict.RELABEL, label="\u200b\x07", by="Ann O'Hara", reason=reason, action="a")
        decision = log.state(N).decisions[0]
        assert (decision.reason, decision.label) == (reason, "\u200b\x07")
        assert log.verify() == ()

    @pytest.mark.parametrize(
        ("rows", "verdict", "label", "by"),
        [
            ([], Verdict.DROP, None, "ann"),
            ([seen(0), seen(0)], Verdict.DROP, None, "ann"),
            ([seen(-1)], Verdict.DROP, None, "ann"),
            ([seen(0)], Verdict.RELABEL, None, "ann"),
            ([seen(0)], Verdict.DROP, "spam", "ann"),
            ([seen(0)], Verdict.DROP, None, " "),
            ([seen(0)], Verdict.DROP, None, "a\x00b"),
            ([seen(0)], Verdict.RELABEL, "\ud800", "ann"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_written(self, log: DecisionLog, rows, verdict, label, by) -> None:
        with pytest.raises(UsageError):
            log.decide(rows, verdict, label=label, by=by, action="a")
        assert list(log.events()) == []

    def test_many_threads_lose_and_double_nothing(self, log: DecisionLog, other: DecisionLog) -> None:
        def work(mine: DecisionLog, first: int) -> None:
            for row in range(first, first + 10):
                mine.decide([seen(row)], Verdict.DROP, by="ann", action=f"a{row}")

        threads = [threading.Thread(target=work, args=(mine, 10 * i)) for i, mine in enumerate((log, log, other, other))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert log.state(N).counts()[Verdict.DROP] == 40
        assert log.verify() == ()


class TestSqlite(LogContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'curation.db'}"

    def drop_triggers(self, connection: sa.Connection) -> None:
        connection.execute(sa.text("DROP TRIGGER refuse_update"))
        connection.execute(sa.text("DROP TRIGGER refuse_delete"))


@pytest.mark.postgres
class TestPostgres(LogContract):
    @pytest.fixture
    def url(self, postgres_url: str) -> str:
        return postgres_url

    def drop_triggers(self, connection: sa.Connection) -> None:
        connection.execute(sa.text("ALTER TABLE events DISABLE TRIGGER refuse_change"))
