"""``scan --baseline``: trusted rows come from a run, as its decisions left it, or from a data file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from curation_app.cli import main
from tests.runs import write_messages


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def scan(data: Path, out: Path, *words: object) -> Result:
    return run("scan", data, "--out", out, "--recipe", "fast", "--no-map", *words)


def info(out: Path) -> dict[str, Any]:
    return json.loads((out / "run.json").read_text())


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``old.csv``, its run, and ``new.csv``: the same rows, three relabelled, ten added."""
    folder = tmp_path_factory.mktemp("baseline")
    write_messages(folder / "old.csv", rows=160, flips=0)
    lines = (folder / "old.csv").read_text().splitlines()
    kinds = {"ham": "spam", "spam": "news", "news": "ham"}
    for row in (5, 50, 100):
        cells = lines[row + 1].split(",")
        lines[row + 1] = ",".join([*cells[:2], kinds[cells[2]], *cells[3:]])
    lines += [f"x{row:03d},winner zebra prize {row},ham,site-9,2026-02-01T10:00:00" for row in range(10)]
    (folder / "new.csv").write_text("\n".join(lines) + "\n")
    assert scan(folder / "old.csv", folder / "run").exit_code == 0
    return folder


@pytest.fixture
def folder(trusted: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may change."""
    shutil.copytree(trusted, tmp_path / "copy")
    facts = info(tmp_path / "copy" / "run")
    facts["job"]["data"] = str(tmp_path / "copy" / "old.csv")
    (tmp_path / "copy" / "run" / "run.json").write_text(json.dumps(facts))
    return tmp_path / "copy"


def test_a_run_serves_as_baseline_and_is_told(trusted: Path, tmp_path: Path) -> None:
    result = scan(trusted / "new.csv", tmp_path / "out", "--baseline", trusted / "run")
    assert result.exit_code == 0, result.output
    told = info(tmp_path / "out")["baseline"]
    assert (told["name"], told["rows"]) == ("old.csv", 160)
    assert told["decided"] == {"dropped": 0, "relabelled": 0}
    assert info(trusted / "run")["baseline"] is None


def test_a_data_file_serves_as_well(trusted: Path, tmp_path: Path) -> None:
    result = scan(trusted / "new.csv", tmp_path / "out", "--baseline", trusted / "old.csv")
    assert result.exit_code == 0, result.output
    assert info(tmp_path / "out")["baseline"]["rows"] == 160


def test_the_baseline_counts_as_its_decisions_left_it(folder: Path) -> None:
    run("decide", folder / "run", "m001", "m002", "--drop", "--by", "ann", "--reason", "junk")
    run("decide", folder / "run", "m003", "--relabel", "news", "--by", "ann", "--reason", "wrong")
    assert scan(folder / "new.csv", folder / "out", "--baseline", folder / "run").exit_code == 0
    told = info(folder / "out")["baseline"]
    assert told["rows"] == 158
    assert told["decided"] == {"dropped": 2, "relabelled": 1}


def test_a_scan_is_reused_only_with_the_same_baseline(folder: Path) -> None:
    out = folder / "out"
    assert scan(folder / "new.csv", out).exit_code == 0
    without = info(out)["key"]
    assert scan(folder / "new.csv", out, "--baseline", folder / "run").exit_code == 0
    first = info(out)["key"]
    stamp = (out / "run.json").stat().st_mtime_ns
    assert "reused" in scan(folder / "new.csv", out, "--baseline", folder / "run").output
    assert (out / "run.json").stat().st_mtime_ns == stamp
    run("decide", folder / "run", "m001", "--drop", "--by", "ann", "--reason", "junk")
    assert scan(folder / "new.csv", out, "--baseline", folder / "run").exit_code == 0
    assert len({without, first, info(out)["key"]}) == 3


def test_the_rows_own_numbers_do_not_depend_on_the_baseline(trusted: Path, tmp_path: Path) -> None:
    scan(trusted / "new.csv", tmp_path / "with", "--baseline", trusted / "run")
    scan(trusted / "new.csv", tmp_path / "without")
    for name in ("features", "neighbours", "probabilities"):
        one, two = (next((tmp_path / out / "artifacts").glob(f"*-{name}.parquet")).read_bytes() for out in ("with", "without"))
        assert one == two, name


def refused(result: Result, out: Path, *words: str) -> None:
    assert result.exit_code == 2, result.output
    for word in (*words, "Hint"):
        assert word in result.output
    assert not out.exists()


def test_a_baseline_with_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("age,income,label\n" + "".join(f"{20 + row},{row * 7 % 13},a\n" for row in range(30)))
    (tmp_path / "other.csv").write_text("age,height,label\n" + "".join(f"{20 + row},{row},a\n" for row in range(30)))
    result = scan(tmp_path / "data.csv", tmp_path / "out", "--baseline", tmp_path / "other.csv")
    refused(result, tmp_path / "out", "expected columns 'age', 'income'", "found 'age', 'height'")


def test_a_baseline_of_another_kind_is_refused(trusted: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "pictures.npz", images=np.zeros((20, 8, 8), np.uint8), y=np.arange(20) % 2)
    scan(tmp_path / "pictures.npz", tmp_path / "run")
    result = scan(trusted / "new.csv", tmp_path / "out", "--baseline", tmp_path / "run")
    refused(result, tmp_path / "out", "expected text rows, found image rows")


def test_a_baseline_that_is_not_there_is_refused(trusted: Path, tmp_path: Path) -> None:
    refused(scan(trusted / "new.csv", tmp_path / "out", "--baseline", tmp_path / "nowhere"), tmp_path / "out", "nowhere")


def test_a_baseline_whose_data_is_gone_or_changed_is_refused(folder: Path) -> None:
    with (folder / "old.csv").open("a") as file:
        file.write("m999,more,ham,site-1,2026-01-01T10:00:00\n")
    refused(scan(folder / "new.csv", folder / "out", "--baseline", folder / "run"), folder / "out", "has changed", "expected fingerprint")
    (folder / "old.csv").unlink()
    refused(scan(folder / "new.csv", folder / "out", "--baseline", folder / "run"), folder / "out", "is gone", "old.csv")


def test_a_baseline_without_a_finished_scan_is_refused(folder: Path) -> None:
    (folder / "run" / "run.json").rename(folder / "run" / "job.json")
    refused(scan(folder / "new.csv", folder / "out", "--baseline", folder / "run"), folder / "out", "holds no finished scan")


def test_a_run_is_not_its_own_baseline(folder: Path) -> None:
    result = scan(folder / "old.csv", folder / "run", "--baseline", folder / "run")
    assert result.exit_code == 2
    assert "own baseline" in result.output
