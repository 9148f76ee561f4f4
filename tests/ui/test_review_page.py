"""The Review page without a browser: what it says, and what its buttons write."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from curation_app.ui import state
from curation_app.workspace import Filter, Verdict, Workspace
from curation_app.workspace.headless import scan
from tests.runs import write_messages

APP = Path(__file__).resolve().parents[2] / "curation_app" / "ui" / "app.py"
# A page is drawn in well under a second; the first one imports the libraries.
PATIENCE = 60


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("messages")
    write_messages(folder / "messages.csv")
    scan(folder / "messages.csv", folder / "run", roles={}, recipe="fast", no_map=True)
    return folder / "run"


@pytest.fixture
def workspace(scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    root = tmp_path / "runs"
    shutil.copytree(scanned, root / "messages")
    monkeypatch.setenv("CURATION_WORKSPACE", str(root))
    monkeypatch.setenv("CURATION_REVIEWER", "anna")
    return Workspace(root)


def open_review(**address: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    page.query_params["run"] = "messages"
    for name, value in address.items():
        page.query_params[name] = value
    page.switch_page("views/review.py").run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in page.get("html"))


def asked(page: AppTest) -> bool:
    """Whether the question about many rows is open."""
    return any(button.key == "bulk drop" for button in page.button)


def queue(workspace: Workspace, **filters: object) -> list[int]:
    return workspace.open_run("messages").queue(Filter(**filters)).tolist()  # type: ignore[arg-type]


def decisions(workspace: Workspace) -> dict[int, str]:
    run = workspace.open_run("messages")
    rows = run.queue(Filter(flagged_only=False, verdicts=("accept", "relabel", "drop", "later")))
    return {line.row: str(line.verdict) for line in run.lines(rows)}


def test_the_most_suspicious_open_row_is_on_the_card(workspace: Workspace) -> None:
    first = queue(workspace)[0]
    assert f'data-row="{first}"' in words(open_review())


@pytest.mark.parametrize(("key", "verdict"), [("keep", Verdict.ACCEPT), ("drop", Verdict.DROP), ("later", Verdict.LATER)])
def test_a_button_writes_one_decision_under_the_reviewers_name_and_goes_on(workspace: Workspace, key: str, verdict: Verdict) -> None:
    first, second = queue(workspace)[:2]
    page = open_review()
    page.button(key=key).click().run()
    assert decisions(workspace) == {first: verdict.value}
    assert f'data-row="{second}"' in words(page)
    assert workspace.open_run("messages").history()[0].by == "anna"


def test_accepting_the_suggestion_relabels_to_the_class_on_the_button(workspace: Workspace) -> None:
    page = open_review()
    button = page.button(key="accept")
    button.click().run()
    run = workspace.open_run("messages")
    (row,) = decisions(workspace)
    assert button.label.endswith(str(run.card(row).verdict_label))


def test_undo_brings_the_row_back_and_redo_decides_it_again(workspace: Workspace) -> None:
    first = queue(workspace)[0]
    page = open_review()
    page.button(key="drop").click().run()
    page.button(key="undo").click().run()
    assert decisions(workspace) == {}
    assert f'data-row="{first}"' in words(page)
    page.button(key="redo").click().run()
    assert decisions(workspace) == {first: "drop"}


def test_a_reason_is_kept_in_the_log_and_then_cleared(workspace: Workspace) -> None:
    page = open_review()
    page.text_input(key="reason").set_value("read it twice")
    page.button(key="keep").click().run()
    assert workspace.open_run("messages").history()[0].reason == "read it twice"
    assert page.text_input(key="reason").value == ""


def test_a_link_narrows_the_queue(workspace: Workspace) -> None:
    page = open_review(text="prize")
    assert "prize" in words(page)
    assert page.text_input(key="text").value == "prize"


def test_a_decided_queue_says_so_and_offers_what_is_next(workspace: Workspace) -> None:
    run = workspace.open_run("messages")
    # Verdicts lift rows like the decided ones into the queue: it is empty when none is left to be lifted.
    for turn in range(10):
        rows = run.queue(Filter()).tolist()
        if not rows:
            break
        run.decide(rows, Verdict.DROP, by="anna", action=f"all-of-them-{turn}")
    page = open_review()
    assert "Queue is empty" in words(page)
    assert "Release" in words(page)
    page.button(key="show all").click().run()
    assert "data-row=" in words(page)


def test_two_sessions_on_one_row_show_both_decisions(workspace: Workspace) -> None:
    anna, bob = open_review(), open_review()
    anna.button(key="drop").click().run()
    bob.button(key="keep").click().run()
    said = words(bob)
    assert "Theirs: dropped by anna" in said
    assert "Yours, not written: kept" in said
    assert list(decisions(workspace).values()) == ["drop"]


def test_in_a_queue_of_open_rows_the_next_row_is_the_one_that_followed(workspace: Workspace) -> None:
    rows = queue(workspace)
    page = open_review(decision="open", row=str(rows[3]))
    page.button(key="drop").click().run()
    assert decisions(workspace) == {rows[3]: "drop"}
    assert f'data-row="{rows[4]}"' in words(page)


def test_after_the_last_row_of_a_queue_comes_its_first_open_one(workspace: Workspace) -> None:
    rows = queue(workspace)
    page = open_review(decision="open", row=str(rows[-1]))
    page.button(key="drop").click().run()
    assert f'data-row="{rows[0]}"' in words(page)


def test_a_bulk_decision_does_not_overwrite_what_a_colleague_decided_since_the_preview(workspace: Workspace) -> None:
    rows = queue(workspace)
    page = open_review()
    page.button(key="decide queue").click().run()
    workspace.open_run("messages").decide([rows[2]], Verdict.ACCEPT, by="ben", action="bens")
    page.button(key="bulk drop").click().run()
    said = words(page)
    assert "Theirs: kept by ben" in said
    assert "Yours, not written: dropped" in said
    assert decisions(workspace) == {rows[2]: "accept"}


def test_a_bulk_decision_hits_the_previewed_rows_where_nobody_came_first(workspace: Workspace) -> None:
    rows = queue(workspace)
    page = open_review()
    page.button(key="decide queue").click().run()
    page.button(key="bulk drop").click().run()
    assert decisions(workspace) == dict.fromkeys(rows, "drop")


def test_a_question_about_many_rows_stays_with_its_run_and_ends_with_its_page(workspace: Workspace) -> None:
    shutil.copytree(workspace.root / "messages", workspace.root / "other")
    page = open_review()
    page.button(key="decide queue").click().run()
    assert asked(page)
    page.query_params["run"] = "other"
    page.run()
    assert not asked(page)
    page.query_params["run"] = "messages"
    page.run()
    assert not asked(page)
    page.button(key="decide queue").click().run()
    assert asked(page)
    page.switch_page("views/history.py").run()
    page.switch_page("views/review.py").run()
    assert not page.exception
    assert not asked(page)


def test_a_lasso_is_read_on_the_map_it_was_drawn_on(workspace: Workspace) -> None:
    run = workspace.open_run("messages")
    quick = run.map()
    x, y = float(quick.x[0]), float(quick.y[0])
    around = [(x - 1e-4, y - 1e-4), (x + 1e-4, y - 1e-4), (x + 1e-4, y + 1e-4), (x - 1e-4, y + 1e-4)]
    rows = np.arange(run.n, dtype=np.int64)
    # The finer map arrives, and lies somewhere else.
    pq.write_table(pa.table({"row": rows, "x": quick.x + 1000, "y": quick.y + 1000}), run.path / "map.parquet")
    assert run.map().source == "umap"
    assert len(run.rows_in_polygon(around)) == 0
    assert 0 in run.rows_in_polygon(around, quick)


def test_a_selection_is_gone_when_the_finer_map_replaces_the_one_it_was_drawn_on(workspace: Workspace) -> None:
    page = open_review()
    drawn = state.Scope(title="Selection on the map", rows=(0, 1, 2), drawn_on="pca")
    page.session_state["selections"] = {"messages": drawn}
    page.run()
    assert "rows selected" in words(page)
    page.session_state["selections"] = {"messages": replace(drawn, drawn_on="umap")}
    page.run()
    assert "rows selected" not in words(page)


def test_an_unknown_run_is_an_error_with_a_hint(workspace: Workspace) -> None:
    page = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    page.query_params["run"] = "nothing"
    page.switch_page("views/review.py").run()
    assert not page.exception
    assert 'role="alert"' in words(page)


def test_the_queue_can_be_cut_at_another_chance(workspace: Workspace) -> None:
    run = workspace.open_run("messages")
    chances = run.standing().suspicion
    for cut in ("0.3", "0.1"):
        page = open_review(show=cut)
        assert page.session_state["show"] == cut
        assert next(pills for pills in page.button_group if pills.key == "show").options[-1] == "all rows"
        chosen = queue(workspace, least=float(cut))
        assert sorted(chosen) == np.flatnonzero(chances >= float(cut)).tolist()
        last = open_review(show=cut, row=str(chosen[-1]))
        assert f"row {chosen[-1]}" in words(last) or str(run.card(chosen[-1]).id) in words(last)
    assert len(queue(workspace, least=0.0)) == run.n


def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: list[str]) -> Workspace:
    """A workspace with one run whose labels are no classes."""
    rng = np.random.default_rng(0)
    lines = [f"{row},{rng.normal():.3f},{rng.normal():.3f},{label}" for row, label in enumerate(labels)]
    (tmp_path / "typed.csv").write_text("\n".join(("id,a,b,label", *lines)) + "\n", encoding="utf-8")
    root = tmp_path / "typed"
    root.mkdir()
    scan(tmp_path / "typed.csv", root / "messages", roles={}, recipe="fast", no_map=True)
    monkeypatch.setenv("CURATION_WORKSPACE", str(root))
    monkeypatch.setenv("CURATION_REVIEWER", "anna")
    return Workspace(root)


def relabel(page: AppTest, row: int, label: str) -> AppTest:
    page.text_input(key=f"new label {row}").set_value(label)
    page.button(key="relabel").click().run()
    assert not page.exception
    return page


def test_tags_are_typed_and_must_be_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = ("red", "red|big", "big|new", "new", "red|big|new", "red|new")
    workspace = typed(tmp_path, monkeypatch, [sets[row % 6] for row in range(90)])
    page = open_review(show="all", row="1")
    assert "90 rows \u00b7 tags" in words(page)
    assert page.text_input(key="new label 1").value == "red|big"
    page = relabel(page, 1, "red|huge")
    assert "No row carries the tag" in words(page)
    assert "Tags of this data: big, new, red." in words(page)
    assert decisions(workspace) == {}
    relabel(page, 1, "red|new")
    assert [line.verdict_label for line in workspace.open_run("messages").lines([1])] == ["red|new"]


def test_a_number_is_typed_and_must_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = typed(tmp_path, monkeypatch, [f"{row * 1.37:.2f}" for row in range(90)])
    page = relabel(open_review(show="all", row="1"), 1, "many")
    assert "none" in words(page)
    assert decisions(workspace) == {}
    relabel(page, 1, "12.5")
    assert list(decisions(workspace)) == [1]
