"""Awkward but honest data goes all the way: scan, card, overview, decision, release, verification. And what must be refused is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from curation_app.cli import main
from curation_app.errors import CurationError
from curation_app.workspace import Filter, Run, Verdict, Workspace
from curation_app.workspace.headless import scan, verify
from tests.runs import write_messages

WORDS = np.array(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"])


def csv(names: str, lines: list[str]) -> str:
    return "\n".join([names, *lines]) + "\n"


def text(seed: int) -> str:
    return " ".join(np.random.default_rng(seed).choice(WORDS, 5))


CASES = {
    "one row": csv("text,label", ["hello there,a"]),
    "two rows": csv("text,label", ["hello there,a", "good bye,b"]),
    "one class": csv("text,label", [f"{text(i)} {i},same" for i in range(40)]),
    "no label at all": csv("text,label", [f"{text(i)} {i}," for i in range(40)]),
    "constant columns": csv("a,b,label", [f"1,x,{'yes' if i % 2 else 'no'}" for i in range(40)]),
    "150 classes": csv("text,label", [f"{WORDS[i % 8]} class{i % 150} {text(i)},class {i % 150}" for i in range(600)]),
    "labels like numbers": csv("a,b,label", [f"{i},{i * i % 17},{i % 3:03d}" for i in range(60)]),
    "columns named like ours": csv(
        "__fingerprint,__hidden,rank,campaign,source,label", [f"{text(i)},{i},{i % 5},c,s{i % 3},{i % 2}" for i in range(60)]
    ),
    "hostile names": csv('"<b>a</b>","**b**",label', [f"{i},{i % 7},<script>{i % 2}</script>" for i in range(60)]),
}


@pytest.mark.parametrize("name", CASES)
def test_it_goes_all_the_way(name: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(CASES[name], encoding="utf-8")
    scan(tmp_path / "data.csv", tmp_path / "run", recipe="fast", no_map=True)
    run = Run(tmp_path / "run")
    assert all(run.card(int(row)).headline for row in run.queue(Filter(flagged_only=False))[:3])
    assert run.overview().rows == run.n == CASES[name].count("\n") - 1
    assert len(run.queue(Filter(flagged_only=False, text="a"))) <= run.n
    run.preview([0])
    run.decide([0], Verdict.ACCEPT, by="ann")
    run.release(tmp_path / "out", by="ann")
    assert (tmp_path / "out" / "cleaned.csv").read_text(encoding="utf-8") == CASES[name]
    assert verify(tmp_path / "out")["outcome"] == "verified"


def test_a_source_called_like_one_of_our_columns_is_still_the_users(tmp_path: Path) -> None:
    lines = [f"{text(i)} {i},{'yes' if i % 2 else 'no'},{'north' if i % 3 else 'south'}" for i in range(60)]
    (tmp_path / "data.csv").write_text(csv("text,label,campaign", lines))
    scan(tmp_path / "data.csv", tmp_path / "run", roles={"source": "campaign"}, recipe="fast", no_map=True)
    run = Run(tmp_path / "run")
    assert run.sources == ("north", "south")
    assert {line.name for line in run.overview().per_source} == {"north", "south"}
    source = run.card(0).source
    assert source is not None
    assert (source.source, source.rows) == ("south", 20)


def test_a_column_without_any_value_can_be_searched(tmp_path: Path) -> None:
    table = pa.table({"a": list(range(30)), "b": pa.nulls(30), "label": ["x", "y"] * 15})
    pq.write_table(table, tmp_path / "data.parquet")
    scan(tmp_path / "data.parquet", tmp_path / "run", recipe="fast", no_map=True)
    assert len(Run(tmp_path / "run").queue(Filter(flagged_only=False, text="29"))) == 1


def test_a_decision_about_one_label_never_changes_another(tmp_path: Path) -> None:
    lines = [f"{text(i)} {i},{'pos' if i % 2 else 'neg'},{'red' if i % 3 else 'blue'}" for i in range(60)]
    (tmp_path / "data.csv").write_text(csv("text,mood,colour", lines))
    scan(tmp_path / "data.csv", tmp_path / "run", roles={"label": "mood"}, recipe="fast", no_map=True)
    Run(tmp_path / "run").decide([3], Verdict.RELABEL, label="neg", by="ann")
    with pytest.raises(CurationError, match=r"'mood'.*'colour'"):
        scan(tmp_path / "data.csv", tmp_path / "run", roles={"label": "colour"}, recipe="fast", no_map=True)
    Run(tmp_path / "run").release(tmp_path / "out", by="ann")
    assert (tmp_path / "out" / "cleaned.csv").read_text().splitlines()[4].endswith(",neg,blue")


def test_repeated_ids_are_told_apart_on_request_and_leave_as_they_came(tmp_path: Path) -> None:
    data = csv("id,text,label", [f"{i % 30},{text(i)},{'x' if i % 2 else 'y'}" for i in range(60)])
    (tmp_path / "data.csv").write_text(data)
    with pytest.raises(CurationError):
        scan(tmp_path / "data.csv", tmp_path / "run", recipe="fast", no_map=True)
    scan(tmp_path / "data.csv", tmp_path / "run", recipe="fast", no_map=True, number_duplicate_ids=True)
    run = Run(tmp_path / "run")
    run.decide(run.rows_of_ids(["3#2"]), Verdict.DROP, by="ann")
    run.release(tmp_path / "out", by="ann")
    lines = data.splitlines(keepends=True)
    assert (tmp_path / "out" / "cleaned.csv").read_text() == "".join(lines[:34] + lines[35:])
    assert verify(tmp_path / "out")["outcome"] == "verified"


def test_two_verdicts_at_once_are_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["decide", str(tmp_path), "3", "--accept", "--drop", "--by", "a", "--reason", "b"])
    assert result.exit_code == 2
    assert "exactly one" in result.output


def test_a_name_that_would_steer_the_terminal_is_written_out(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("id,te\x1b[31mxt\n1,a\n2,b,c\n")
    result = CliRunner().invoke(main, ["scan", str(tmp_path / "data.csv"), "--out", str(tmp_path / "run"), "--label", "none"])
    assert result.exit_code == 2
    assert "\x1b" not in result.output


@pytest.mark.parametrize("damage", ["{", "[]", '{"format": 99}', "{}"])
def test_a_damaged_run_is_listed_as_such_and_hides_no_other(damage: str, tmp_path: Path) -> None:
    write_messages(tmp_path / "data.csv", rows=40)
    scan(tmp_path / "data.csv", tmp_path / "space" / "good", recipe="fast", no_map=True)
    (tmp_path / "space" / "bad").mkdir()
    (tmp_path / "space" / "bad" / "run.json").write_text(damage)
    space = Workspace(tmp_path / "space")
    listed = {run.name: run for run in space.runs()}
    assert listed["good"].error == ""
    assert listed["bad"].error
    with pytest.raises(CurationError):
        space.open_run("bad")


@pytest.mark.parametrize("name", ["..", ".", "../other", "uploads", "/"])
def test_no_name_leads_out_of_the_workspace(name: str, tmp_path: Path) -> None:
    (tmp_path / "space" / "uploads").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run.json").write_text(json.dumps({"format": 1}))
    with pytest.raises(CurationError):
        Workspace(tmp_path / "space").open_run(name)
