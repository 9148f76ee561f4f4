"""Labels that were given for one column are never written into another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from curation_app.domain.dataset import Dataset
from curation_app.domain.decision import Event, Verdict
from curation_app.domain.recipe import recipe_named
from curation_app.errors import UsageError
from curation_app.load import read_dataset
from curation_app.release import replay, verify, write_release
from curation_app.release.sums import SUMS, write_sums
from curation_app.review import DecisionLog
from tests.unit.release.released import CREATED, facts

TABLE = b"id,topic,tone\n1,a,x\n2,b,y\n3,a,x\n"


@pytest.fixture
def original(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_bytes(TABLE)
    return tmp_path / "in.csv"


@pytest.fixture
def log(tmp_path: Path):
    log = DecisionLog(tmp_path / "curation.db")
    yield log
    log.close()


def write(original: Path, out: Path, dataset: Dataset, events: list[Event]) -> None:
    write_release(original, out, dataset=dataset, events=events, recipe=recipe_named("fast"), seed=1, created=CREATED)


def test_a_release_refuses_labels_of_another_column(original: Path, log: DecisionLog, tmp_path: Path) -> None:
    topic, tone = (read_dataset(original, roles={"label": name}) for name in ("topic", "tone"))
    log.decide([facts(topic, 0)], Verdict.RELABEL, label="b", by="ann", action="a", label_column="topic")
    with pytest.raises(UsageError, match=r"expected labels of the column 'tone', found a label for 'topic'") as refused:
        write(original, tmp_path / "out", tone, list(log.events()))
    assert "take those relabellings back" in refused.value.hint
    assert not (tmp_path / "out").exists()
    write(original, tmp_path / "out", topic, list(log.events()))
    assert (tmp_path / "out" / "cleaned.csv").read_bytes() == TABLE.replace(b"1,a", b"1,b")


def test_no_label_column_refuses_them_too(original: Path, log: DecisionLog, tmp_path: Path) -> None:
    dataset = read_dataset(original, no_label=True)
    log.decide([facts(dataset, 0)], Verdict.RELABEL, label="b", by="ann", action="a", label_column="topic")
    with pytest.raises(UsageError, match="expected no label column, found a label for 'topic'"):
        write(original, tmp_path / "out", dataset, list(log.events()))


def test_drops_and_what_was_taken_back_fit_every_column(original: Path, log: DecisionLog, tmp_path: Path) -> None:
    topic, tone = (read_dataset(original, roles={"label": name}) for name in ("topic", "tone"))
    log.decide([facts(topic, 0)], Verdict.DROP, by="ann", action="a", label_column="topic")
    log.decide([facts(topic, 1)], Verdict.RELABEL, label="a", by="ann", action="b", label_column="topic")
    log.undo(by="ann")
    write(original, tmp_path / "out", tone, list(log.events()))
    assert (tmp_path / "out" / "cleaned.csv").read_bytes() == TABLE.replace(b"1,a,x\n", b"")


def test_a_decision_that_names_no_column_has_none_in_its_event(original: Path, log: DecisionLog, tmp_path: Path) -> None:
    tone = read_dataset(original, roles={"label": "tone"})
    log.decide([facts(tone, 0)], Verdict.RELABEL, label="y", by="ann", action="a")
    assert "label_column" not in next(log.events()).body
    write(original, tmp_path / "out", tone, list(log.events()))
    assert verify(tmp_path / "out").ok is True


def test_a_manifest_with_another_label_column_is_neither_replayed_nor_verified(original: Path, log: DecisionLog, tmp_path: Path) -> None:
    topic, out = read_dataset(original, roles={"label": "topic"}), tmp_path / "out"
    log.decide([facts(topic, 0)], Verdict.RELABEL, label="b", by="ann", action="a", label_column="topic")
    write(original, out, topic, list(log.events()))
    manifest = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps(manifest | {"label_column": "tone"}))
    (out / SUMS).unlink()
    write_sums(out)
    with pytest.raises(UsageError, match="expected labels of the column 'tone'"):
        replay(original, out, tmp_path / "again.csv")
    assert not (tmp_path / "again.csv").exists()
    found = verify(out)
    assert found.ok is False
    assert "found a label for 'topic'" in found.checks[-1].detail
