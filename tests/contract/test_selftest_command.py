"""``curation-app selftest``: what other programs rely on, and the child process that the page starts."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from curation_app.cli import main
from curation_app.engine.folder import RunFolder
from curation_app.engine.selftesting import cancel_selftest, read_selftest, selftest_status, start_selftest
from curation_app.errors import NotFoundError
from curation_app.selftest import Plan
from tests.runs import write_messages

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "selftest.json"
FEW = ("--attacks", "random-flips", "--sizes", "8", "--recipe", "fast")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_file_is_tested_and_told_in_words_and_as_json(tmp_path: Path) -> None:
    write_messages(tmp_path / "data.csv")
    told = run("selftest", tmp_path / "data.csv", *FEW, "--json")
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert result.keys() == json.loads(FIXTURE.read_text()).keys()
    assert [line["size"] for line in result["attacks"]] == [8]
    words = run("selftest", tmp_path / "data.csv", *FEW)
    assert words.exit_code == 0
    assert "labels flipped at random, 8 rows" in words.stdout
    assert "False campaigns" in words.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.parametrize("wrong", [("--attacks", "nonsense"), ("--sizes", "0"), ("--sizes", "many"), ("--label", "no_such_column")])
def test_what_cannot_be_done_ends_with_two(tmp_path: Path, wrong: tuple[str, str]) -> None:
    write_messages(tmp_path / "data.csv")
    assert run("selftest", tmp_path / "data.csv", "--recipe", "fast", *wrong).exit_code == 2


def test_missing_data_ends_with_two(tmp_path: Path) -> None:
    assert run("selftest", tmp_path / "nowhere.csv").exit_code == 2


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("selftest")
    write_messages(folder / "data.csv")
    result = run("scan", folder / "data.csv", "--out", folder / "run", "--recipe", "fast", "--no-map")
    assert result.exit_code == 0, result.output
    return RunFolder(folder / "run")


def until_ended(folder: RunFolder) -> str:
    ends, pause = time.monotonic() + 120.0, threading.Event()
    while selftest_status(folder).get("state") in ("waiting", "running"):
        assert time.monotonic() < ends, selftest_status(folder)
        pause.wait(0.05)
    return str(selftest_status(folder).get("state"))


def test_the_page_starts_it_in_a_child_and_reads_the_result(scanned: RunFolder) -> None:
    assert selftest_status(scanned) == {}
    start_selftest(scanned, Plan(attacks=("random-flips",), sizes=(8,), rows=120))
    assert until_ended(scanned) == "done", selftest_status(scanned)
    result = read_selftest(scanned)
    assert result is not None
    assert result["sample"]["rows"] == 120
    assert result["attacks"][0]["planted"] == 8
    # A run folder given to the command keeps the result as well.
    assert run("selftest", scanned.path, "--attacks", "one-way-flips", "--sizes", "8").exit_code == 0
    assert [line["attack"] for line in (read_selftest(scanned) or {})["attacks"]] == ["one-way-flips"]


def test_a_cancelled_one_leaves_the_earlier_result(scanned: RunFolder) -> None:
    before = read_selftest(scanned)
    start_selftest(scanned)
    cancel_selftest(scanned)
    assert until_ended(scanned) == "cancelled"
    assert read_selftest(scanned) == before
    assert not list(scanned.path.glob(".selftest-*"))


def test_a_folder_without_a_scan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        start_selftest(RunFolder(tmp_path))
