"""Open, Overview, History and Release without a browser: what they say, and what their buttons write."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation_app.engine.job import Job
from curation_app.errors import InputError, NotFoundError
from curation_app.load.limits import Limits
from curation_app.workspace import Filter, Run, Verdict, Workspace, new_action_id
from curation_app.workspace.headless import scan
from tests.runs import write_messages

APP = Path(__file__).resolve().parents[2] / "curation_app" / "ui" / "app.py"
FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "selftest.json"
# A page is drawn in well under a second; the first one imports the libraries.
PATIENCE = 60


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("messages")
    write_messages(folder / "messages.csv")
    scan(folder / "messages.csv", folder / "run", roles={}, recipe="fast", no_map=True)
    return folder / "run"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("CURATION_WORKSPACE", str(tmp_path / "runs"))
    monkeypatch.setenv("CURATION_REVIEWER", "anna")
    return Workspace(tmp_path / "runs")


@pytest.fixture
def run(workspace: Workspace, scanned: Path) -> Run:
    shutil.copytree(scanned, workspace.root / "messages")
    return workspace.open_run("messages")


def visit(page_name: str, run: str | None = "messages") -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    if run is not None:
        page.query_params["run"] = run
    page.switch_page(f"views/{page_name}.py").run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in page.get("html"))


def drop_some(run: Run, count: int, reason: str = "", by: str = "ben") -> list[int]:
    rows = [int(row) for row in run.queue(Filter())[:count]]
    run.decide(rows, Verdict.DROP, by=by, reason=reason, action=new_action_id())
    return rows


def look_at(path: Path) -> AppTest:
    page = visit("open", run=None)
    page.text_input(key="path").set_value(str(path)).run()
    assert not page.exception
    return page


@pytest.mark.parametrize("name", ["overview", "history", "release"])
def test_without_a_run_a_page_says_so_and_shows_the_way(workspace: Workspace, name: str) -> None:
    for unnamed in (None, ""):
        assert "No dataset is open" in words(visit(name, run=unnamed))


@pytest.mark.parametrize("name", ["overview", "history", "release"])
def test_a_run_that_does_not_exist_is_a_sentence_not_a_traceback(workspace: Workspace, name: str) -> None:
    said = words(visit(name, run="../elsewhere"))
    assert "There is no run called" in said
    assert "Choose one on the Open page." in said


def test_open_offers_the_demos_and_lists_the_runs(run: Run) -> None:
    page = visit("open", run=None)
    assert "Support messages" in words(page)
    assert "messages</b>" in words(page)
    assert page.button(key="open-demo-1").label == "Open demo"


def test_a_file_shows_its_guessed_roles_with_a_reason_each(workspace: Workspace, tmp_path: Path) -> None:
    write_messages(tmp_path / "messages.csv")
    page = look_at(tmp_path / "messages.csv")
    label = next(box for box in page.selectbox if box.label == "Label")
    assert label.value == "label"
    assert "says so" in words(page)
    assert not page.button(key="scan-file").disabled


def test_a_changed_role_changes_the_classes(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("id,text,label,source\n" + "".join(f"{n},some words {n},{'ab'[n % 2]},s{n % 3}\n" for n in range(60)), encoding="utf-8")
    page = look_at(path)
    assert "2 classes" in words(page)
    next(box for box in page.selectbox if box.label == "Label").set_value("source").run()
    assert not page.exception
    assert "3 classes" in words(page)
    assert "named by you" in words(page)


def test_a_broken_file_shows_every_problem_at_once_and_cannot_be_scanned(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("id,text,label\n1,a,x\n2,b,y,extra\n3,c,x\n4,d\n", encoding="utf-8")
    page = look_at(path)
    said = words(page)
    assert "line 3" in said
    assert "line 5" in said
    assert page.button(key="scan-file").disabled


def test_several_feature_columns_can_be_chosen(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("id,a,b,c,label\n" + "".join(f"{n},{n},{n * 2},{n % 7},{'xy'[n % 2]}\n" for n in range(60)), encoding="utf-8")
    page = look_at(path)
    box = next(box for box in page.multiselect if box.label == "Columns that are measured")
    box.set_value(["a", "c"]).run()
    assert not page.exception
    assert "Measured: </b>a, c" in words(page)


def test_a_number_as_label_is_told_from_its_values_and_can_be_overruled(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("id,rooms,label\n" + "".join(f"{n},{n % 5},{n * 1.37:.2f}\n" for n in range(60)), encoding="utf-8")
    page = look_at(path)
    said = words(page)
    assert "Numbers as labels" in said
    assert "60 different numbers" in said
    box = next(box for box in page.selectbox if box.label == "A label is")
    assert box.options[0] == "a number, as detected"
    box.set_value("class").run()
    assert not page.exception
    assert "60 classes" in words(page)


def test_tags_are_counted_one_by_one(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "tagged.csv"
    tags = ("red", "red|big", "big|new", "new", "red|big|new", "red|new")
    path.write_text("id,a,label\n" + "".join(f"{n},{n},{tags[n % 6]}\n" for n in range(60)), encoding="utf-8")
    said = words(look_at(path))
    assert "3 tags" in said
    assert "in 6 combinations" in said


def test_columns_of_answers_can_be_chosen_and_reach_the_scan(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "answers.csv"
    lines = "".join(f"{n},{n % 7},{'xy'[n % 2]},{'xy'[n % 2]},{'xy'[n % 3 % 2]}\n" for n in range(60))
    path.write_text("id,a,anna,ben,cleo\n" + lines, encoding="utf-8")
    page = look_at(path)
    next(box for box in page.multiselect if box.label == "Columns of answers, one for each annotator").set_value(
        ["anna", "ben", "cleo"]
    ).run()
    assert not page.exception
    assert started(page, monkeypatch).roles["annotators"] == ("anna", "ben", "cleo")


def test_an_earlier_run_or_a_file_can_be_the_baseline(
    run: Run, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_messages(tmp_path / "again.csv")
    page = look_at(tmp_path / "again.csv")
    box = next(box for box in page.selectbox if box.label == "Compare with trusted rows")
    assert box.options == ["nothing", "run messages"]
    box.set_value(str(workspace.root / "messages")).run()
    assert started(page, monkeypatch).baseline == (workspace.root / "messages").resolve()


def test_a_baseline_that_is_not_there_is_a_sentence_and_no_scan(workspace: Workspace, tmp_path: Path) -> None:
    write_messages(tmp_path / "messages.csv")
    with pytest.raises(NotFoundError, match="There is no baseline"):
        workspace.start_scan(tmp_path / "messages.csv", baseline=tmp_path / "gone.csv")
    assert workspace.runs() == ()


def started(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> Job:
    """What the Scan button asks a child process to do; none is started."""
    asked: list[Job] = []
    monkeypatch.setattr("curation_app.engine.child.start", asked.append)
    page.button(key="scan-file").click().run()
    assert not page.exception
    return asked[0]


def test_an_upload_is_held_to_narrower_limits_than_a_path(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation_app.load.limits.UPLOAD", Limits(file_bytes=100))
    with pytest.raises(InputError, match="an upload may have"):
        workspace.store_upload("large.csv", b"x" * 101)
    path = workspace.store_upload("small.csv", b"id,label\n1,a\n")
    assert not workspace.inspect(path).error
    path.write_bytes(b"id,label\n" + b"1,a\n" * 100)
    assert "at most" in workspace.inspect(path).error
    beside = workspace.root / "by-path.csv"
    beside.write_bytes(b"id,text,label\n" + b"".join(b"%d,some words,a\n" % n for n in range(100)))
    assert not workspace.inspect(beside).error


def test_skipping_bad_rows_mends_a_broken_file(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("id,text,label\n" + "".join(f"{n},words {n},{'xy'[n % 2]}\n" for n in range(40)) + "99,b,y,extra\n", encoding="utf-8")
    page = look_at(path)
    assert page.button(key="scan-file").disabled
    next(toggle for toggle in page.toggle if toggle.label.startswith("Skip rows")).set_value(True).run()
    assert not page.button(key="scan-file").disabled


def test_a_missing_file_says_what_to_do(workspace: Workspace, tmp_path: Path) -> None:
    page = look_at(tmp_path / "nothing.csv")
    assert page.button(key="scan-file").disabled
    assert 'role="alert"' in words(page)


def test_a_hostile_file_name_and_cell_stay_text(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>.csv"
    path.write_text("id,text,label\n" + "".join(f"{n},<script>{n}</script>,{'xy'[n % 2]}\n" for n in range(40)), encoding="utf-8")
    said = words(look_at(path))
    assert "<script>" not in said
    assert "<img" not in said
    assert "&lt;script&gt;" in said


def test_overview_never_gives_a_raw_count_without_its_estimate(run: Run) -> None:
    said = words(visit("overview"))
    overview = run.overview()
    assert "95 % interval" in said
    assert f"{overview.kinds['all'][0]} suspects decided" in said
    for detector in overview.detectors:
        assert detector.title in said
        assert detector.outcome in said


def test_overview_counts_down_with_each_decision(run: Run) -> None:
    drop_some(run, 3)
    assert "3 of" in words(visit("overview"))


def test_overview_shows_the_self_test_with_what_is_found_badly_first(run: Run) -> None:
    page = visit("overview")
    assert "Known attacks are planted in a copy" in words(page)
    assert page.button(key="start-selftest").label == "Test the detectors"
    shutil.copy(FIXTURE, run.path / "selftest.json")
    found = json.loads(FIXTURE.read_text(encoding="utf-8"))
    said = words(visit("overview"))
    for line in found["attacks"]:
        assert f"{line['title']}, {line['size']} rows" in said
    assert ("do not rely on this" in said) is any(line["grade"] == "little" for line in found["attacks"])


def test_the_audit_draws_unflagged_rows_and_gives_an_exact_interval_once_they_are_decided(run: Run) -> None:
    sample = run.audit().rows
    assert visit("overview").button(key="audit").label == f"Review {len(sample)} random rows"
    assert sample
    assert not set(run.queue(Filter()).tolist()) & set(sample)
    assert not run.card(sample[0]).audited
    run.decide(sample, Verdict.ACCEPT, by="anna", action=new_action_id())
    view = run.audit()
    assert view.estimate is not None
    count, low, high = view.estimate
    assert (view.judged, view.found, count, low) == (len(sample), 0, 0.0, 0.0)
    assert 0 < high < 0.1 * view.of
    assert run.card(sample[0]).audited
    assert "exact" in words(visit("overview"))


def test_history_shows_a_bulk_act_as_one_line_with_its_reason(run: Run) -> None:
    drop_some(run, 4, reason="same <b>vendor</b>")
    said = words(visit("history"))
    assert "1 act in the log" in said
    assert "Dropped 4 rows" in said
    assert "same &lt;b&gt;vendor&lt;/b&gt;" in said


def test_history_undoes_and_redoes_what_its_buttons_name(run: Run) -> None:
    drop_some(run, 2, by="anna")
    page = visit("history")
    undo = page.button(key="history-undo")
    assert undo.label == "Undo: dropped 2 rows"
    undo.click().run()
    assert run.release_preview().dropped == 0
    assert "undone since" in words(page)
    page.button(key="history-redo").click().run()
    assert run.release_preview().dropped == 2


def test_history_takes_back_any_line_but_leaves_what_a_colleague_decided_since(run: Run) -> None:
    rows = drop_some(run, 3)
    first = run.history()[0].action
    drop_some_more = [int(row) for row in run.queue(Filter())[3:5]]
    run.decide(drop_some_more, Verdict.DROP, by="anna", action="later")
    run.decide(rows[:1], Verdict.ACCEPT, by="carla", action=new_action_id())
    page = visit("history")
    page.button(key=f"undo {first}").click().run()
    assert run.release_preview().dropped == 2
    assert run.card(rows[0]).verdict is Verdict.ACCEPT
    assert "1 row decided anew since" in words(page)


def test_history_filters_by_reviewer(run: Run) -> None:
    drop_some(run, 2)
    rows = [int(run.queue(Filter())[-1])]
    run.decide(rows, Verdict.ACCEPT, by="carla", action=new_action_id())
    page = visit("history")
    page.selectbox(key="history by").set_value("carla").run()
    assert "Kept row" in words(page)
    assert "Dropped" not in words(page)


def test_history_verifies_the_log(run: Run) -> None:
    drop_some(run, 1)
    page = visit("history")
    page.button(key="verify-log").click().run()
    assert "Everything that can be checked holds." in words(page)


def test_history_without_an_act_shows_the_way_to_review(run: Run) -> None:
    assert "Nothing was decided yet" in words(visit("history"))


def test_release_warns_of_open_suspects_and_does_not_block(run: Run) -> None:
    drop_some(run, 2)
    page = visit("release")
    assert "Still open:" in words(page)
    assert "2 rows of" in words(page)
    assert not page.button(key="write-release").disabled


def test_release_writes_lists_and_verifies_its_files(run: Run) -> None:
    rows = drop_some(run, 2)
    page = visit("release")
    page.button(key="write-release").click().run()
    (release,) = run.releases()
    assert release.rows == run.n - len(rows)
    assert "Released" in words(page)
    for file, _, digest in release.files:
        assert file in words(page)
        assert digest in words(page)
    assert f"curation-app verify {release.path}" in page.code[0].value
    page.button(key=f"verify-{release.path.name}").click().run()
    assert "Everything that can be checked holds." in words(page)


def test_release_measures_what_the_decisions_are_worth_when_asked(run: Run) -> None:
    page = visit("release")
    page.button(key="measure").click().run()
    assert "Nothing would change yet" in words(page)
    drop_some(run, 6)
    page = visit("release")
    assert "random rows dropped" not in words(page)
    page.button(key="measure").click().run()
    assert not page.exception
    found = run.impact()
    said = words(page)
    assert "random rows dropped" in said
    assert f"{100 * found.after.value:.1f}" in said
    assert "95 % interval" in said
    page.button(key="write-release").click().run()
    (release,) = run.releases()
    report = (release.path / "report.html").read_text(encoding="utf-8")
    assert "A quick model before and after" in report
    assert found.verdict().removesuffix(".") in report
    run.decide([int(run.queue(Filter())[-1])], Verdict.DROP, by="ben", action=new_action_id())
    said = words(page.run())
    assert "The decisions changed since" in said
    assert "random rows dropped" not in said


def test_release_into_a_folder_with_files_is_refused_with_a_hint(run: Run, tmp_path: Path) -> None:
    drop_some(run, 1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep", encoding="utf-8")
    page = visit("release")
    page.text_input(key=f"release target {run.next_release()}").set_value(str(tmp_path / "full")).run()
    page.button(key="write-release").click().run()
    assert 'class="notice error"' in words(page)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
