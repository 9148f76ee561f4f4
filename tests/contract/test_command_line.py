"""The commands and files that other programs rely on: names, columns, exit codes, bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from curation_app.cli import main
from tests.runs import write_messages

COLUMNS = {
    "row": pa.int64(),
    "id": pa.string(),
    "suspicion": pa.float64(),
    "rank": pa.int64(),
    "flagged": pa.bool_(),
    "kind": pa.string(),
    "mislabel": pa.float64(),
    "injection": pa.float64(),
    "backdoor": pa.float64(),
    "duplicate": pa.float64(),
    "drift": pa.float64(),
    "campaign": pa.string(),
    "given_label": pa.string(),
    "suggested_label": pa.string(),
    "reason": pa.string(),
}


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``data.csv`` and its run."""
    folder = tmp_path_factory.mktemp("contract")
    write_messages(folder / "data.csv")
    result = run("scan", folder / "data.csv", "--out", folder / "run", "--recipe", "fast", "--no-map")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def folder(scanned: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may decide in."""
    shutil.copytree(scanned / "run", tmp_path / "run")
    shutil.copy(scanned / "data.csv", tmp_path / "data.csv")
    info = tmp_path / "run" / "run.json"
    facts = json.loads(info.read_text())
    facts["job"]["data"] = str(tmp_path / "data.csv")
    info.write_text(json.dumps(facts))
    return tmp_path


def test_suspicion_has_the_columns_and_types_of_the_contract_in_order(scanned: Path) -> None:
    schema = pq.read_schema(scanned / "run" / "suspicion.parquet")
    assert dict(zip(schema.names, schema.types, strict=True)) | COLUMNS == dict(zip(schema.names, schema.types, strict=True))
    assert schema.names[: len(COLUMNS)] == list(COLUMNS)
    assert all(name.startswith("score_") for name in schema.names[len(COLUMNS) :])


def test_suspicion_has_one_row_per_input_row_and_a_permutation_of_ranks(scanned: Path) -> None:
    table = pq.read_table(scanned / "run" / "suspicion.parquet").to_pydict()
    assert table["row"] == list(range(240))
    assert table["id"][:2] == ["m000", "m001"]
    assert sorted(table["rank"]) == list(range(1, 241))
    by_rank = [suspicion for _, suspicion in sorted(zip(table["rank"], table["suspicion"], strict=True))]
    assert by_rank == sorted(by_rank, reverse=True)
    assert all(0.0 <= suspicion <= 1.0 for suspicion in table["suspicion"])


def test_planted_flips_lead_the_queue(scanned: Path, tmp_path: Path) -> None:
    flipped = set(write_messages(tmp_path / "same.csv"))
    table = pq.read_table(scanned / "run" / "suspicion.parquet").to_pydict()
    first = {row for row, rank in zip(table["row"], table["rank"], strict=True) if rank <= len(flipped)}
    assert len(first & flipped) >= 0.75 * len(flipped)


def test_run_json_says_how_the_run_was_made(scanned: Path) -> None:
    info = json.loads((scanned / "run" / "run.json").read_text())
    assert info["dataset"]["rows"] == 240
    assert len(info["dataset"]["fingerprint"]) == 64
    assert info["roles"]["label"] == "label"
    assert info["roles"]["reasons"]["label"]
    assert info["recipe"]["name"] == "fast"
    assert {"numpy", "python", "curation-app"} <= set(info["versions"])
    assert all({"name", "seconds", "peak_mb"} <= set(stage) for stage in info["stages"])
    assert {finding["outcome"] for finding in info["detectors"]} <= {"issue", "passed", "not applicable", "skipped", "failed"}
    assert {"count", "low", "high"} <= set(info["estimate"]["all"])


def test_same_data_recipe_and_seed_give_the_same_bytes(scanned: Path, tmp_path: Path) -> None:
    result = run("scan", scanned / "data.csv", "--out", tmp_path / "again", "--recipe", "fast", "--no-map")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "again" / "suspicion.parquet").read_bytes() == (scanned / "run" / "suspicion.parquet").read_bytes()


def test_the_map_has_one_point_per_row(scanned: Path, tmp_path: Path) -> None:
    result = run("scan", scanned / "data.csv", "--out", tmp_path / "mapped", "--recipe", "fast")
    assert result.exit_code == 0, result.output
    table = pq.read_table(tmp_path / "mapped" / "map.parquet")
    assert table.schema.names == ["row", "x", "y"]
    assert table["row"].to_pylist() == list(range(240))


def test_scanning_the_same_data_again_reuses_the_run(folder: Path) -> None:
    before = (folder / "run" / "run.json").stat().st_mtime_ns
    result = run("scan", folder / "data.csv", "--out", folder / "run", "--recipe", "fast", "--no-map")
    assert result.exit_code == 0, result.output
    assert (folder / "run" / "run.json").stat().st_mtime_ns == before


def test_scanning_other_data_into_a_run_is_refused(folder: Path) -> None:
    write_messages(folder / "other.csv", seed=6)
    result = run("scan", folder / "other.csv", "--out", folder / "run", "--recipe", "fast")
    assert result.exit_code == 2
    assert "other data" in result.output
    assert "Hint" in result.output


def test_bad_data_ends_with_two_every_problem_and_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,text,label\n1,a,x\n2,b\n3,c,y,z\n1,d,x\n")
    result = run("scan", tmp_path / "bad.csv", "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "line 3" in result.output
    assert "line 4" in result.output
    assert "Hint" in result.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "words",
    [("scan", "nowhere.csv", "--out", "run"), ("verify", "nowhere"), ("decide", "nowhere", "1", "--drop", "--by", "a", "--reason", "b")],
)
def test_what_is_not_there_ends_with_two(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert "nowhere" in result.output
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_id_is_refused_and_none_of_the_rows_is_decided(folder: Path) -> None:
    result = run("decide", folder / "run", "m001", "nobody", "--drop", "--by", "ann", "--reason", "test")
    assert result.exit_code == 2
    assert "'nobody'" in result.output
    released = run("release", folder / "run", "--out", folder / "out")
    assert released.exit_code == 0, released.output
    assert (folder / "out" / "cleaned.csv").read_bytes() == (folder / "data.csv").read_bytes()


def test_an_unknown_label_is_refused_with_the_labels_there_are(folder: Path) -> None:
    result = run("decide", folder / "run", "m001", "--relabel", "egg", "--by", "ann", "--reason", "test")
    assert result.exit_code == 2
    assert "ham" in result.output


def test_decide_release_verify_replay_ends_with_the_same_bytes(folder: Path) -> None:
    assert run("decide", folder / "run", "m001", "m002", "--drop", "--by", "ann", "--reason", "junk").exit_code == 0
    assert run("decide", folder / "run", "m003", "--relabel", "news", "--by", "ann", "--reason", "wrong label").exit_code == 0
    assert run("decide", folder / "run", "m004", "--accept", "--by", "bob", "--reason", "fine").exit_code == 0
    assert run("release", folder / "run", "--out", folder / "out").exit_code == 0
    lines = (folder / "data.csv").read_text().splitlines(keepends=True)
    expected = [*lines[:2], lines[4].replace(lines[4].split(",")[-3], "news"), *lines[5:]]
    assert (folder / "out" / "cleaned.csv").read_text() == "".join(expected)
    verified = run("verify", folder / "out")
    assert verified.exit_code == 0, verified.output
    assert run("replay", folder / "data.csv", folder / "out", "--out", folder / "again.csv").exit_code == 0
    assert (folder / "again.csv").read_bytes() == (folder / "out" / "cleaned.csv").read_bytes()


def test_a_release_tells_what_the_decisions_are_worth_when_asked(folder: Path) -> None:
    nothing = run("release", folder / "run", "--out", folder / "out", "--impact")
    assert nothing.exit_code == 2
    assert "Nothing would change yet" in nothing.output
    assert not (folder / "out").exists()
    run("decide", folder / "run", "m001", "m002", "--drop", "--by", "ann", "--reason", "junk")
    assert run("release", folder / "run", "--out", folder / "out", "--impact").exit_code == 0
    assert "random rows dropped" in (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert run("verify", folder / "out").exit_code == 0


def test_verify_ends_with_one_for_a_tampered_release_and_two_without_the_original(folder: Path) -> None:
    run("decide", folder / "run", "m001", "--drop", "--by", "ann", "--reason", "junk")
    run("release", folder / "run", "--out", folder / "out")
    (folder / "data.csv").rename(folder / "moved.csv")
    without = run("verify", folder / "out")
    assert without.exit_code == 2, without.output
    assert "--original" in without.output
    assert run("verify", folder / "out", "--original", folder / "moved.csv").exit_code == 0
    with (folder / "out" / "cleaned.csv").open("ab") as file:
        file.write(b"x")
    tampered = run("verify", folder / "out", "--original", folder / "moved.csv")
    assert tampered.exit_code == 1, tampered.output
    assert "cleaned.csv" in tampered.output


def test_replay_onto_another_file_is_refused_and_writes_nothing(folder: Path) -> None:
    run("release", folder / "run", "--out", folder / "out")
    write_messages(folder / "other.csv", seed=6)
    result = run("replay", folder / "other.csv", folder / "out", "--out", folder / "again.csv")
    assert result.exit_code == 2
    assert not (folder / "again.csv").exists()


def test_a_release_of_a_changed_original_is_refused(folder: Path) -> None:
    with (folder / "data.csv").open("a") as file:
        file.write("m999,more,ham,site-1,2026-01-01T10:00:00\n")
    result = run("release", folder / "run", "--out", folder / "out")
    assert result.exit_code == 2
    assert "changed" in result.output
    assert not (folder / "out").exists()


def test_scan_prints_its_summary_as_json(tmp_path: Path) -> None:
    write_messages(tmp_path / "data.csv", rows=60)
    result = CliRunner().invoke(
        main, ["scan", str(tmp_path / "data.csv"), "--out", str(tmp_path / "run"), "--recipe", "fast", "--no-map", "--json"]
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout)["rows"] == 60
    assert "Reading" in result.stderr


def test_without_a_label_the_label_detectors_say_so(tmp_path: Path) -> None:
    write_messages(tmp_path / "data.csv", rows=60)
    result = run("scan", tmp_path / "data.csv", "--out", tmp_path / "run", "--no-label", "--recipe", "fast", "--no-map")
    assert result.exit_code == 0, result.output
    info = json.loads((tmp_path / "run" / "run.json").read_text())
    outcomes = {finding["code"]: finding for finding in info["detectors"]}
    assert outcomes["label-error"]["outcome"] == "not applicable"
    assert outcomes["label-error"]["reason"]


def test_run_json_keeps_what_a_re_ranking_needs(scanned: Path) -> None:
    import numpy as np

    from curation_app.rank import Calibration, Voice, hear, rerank

    info = json.loads((scanned / "run" / "run.json").read_text())
    stored = pq.read_table(next((scanned / "run" / "artifacts").glob("*-findings.parquet")))
    voices = [
        Voice(code=d["code"], family=d["family"], surprise=stored[f"surprise_{d['code'].replace('-', '_')}"].to_numpy().astype(float))
        for d in info["detectors"]
        if d["outcome"] in ("issue", "passed")
    ]
    none = np.zeros(0, dtype=np.int64)
    told = pq.read_table(scanned / "run" / "suspicion.parquet")
    codes = np.unique(told["given_label"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)[1]
    again = rerank(hear(voices, Calibration.from_json(info["calibration"]), codes), none, none)
    suspicion = told["suspicion"].to_numpy()
    assert np.abs(again.suspicion - suspicion).max() < 0.02
