"""JSON Lines keep exact values, and bad lines are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation_app.errors import InputError
from curation_app.load import read_dataset


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    return tmp_path / "data.jsonl"


def test_values_are_exact(jsonl: Path) -> None:
    jsonl.write_text(
        '{"id": 9007199254740993, "label": 1.0, "deep": {"a": [1.10]}}\n{"id": "007", "label": 1e2, "extra": true}\n'
        '{"id": 123456789012345678901234567890, "label": 7}\n{"id": 1.50, "label": null}\n',
        encoding="utf-8",
    )
    dataset = read_dataset(jsonl)
    assert list(dataset.ids) == ["9007199254740993", "007", "123456789012345678901234567890", "1.50"]
    assert list(dataset.labels) == ["1.0", "1e2", "7", None]
    assert dataset.frame["deep"][0] == '{"a": [1.10]}'
    assert list(dataset.frame["extra"]) == [None, True, None, None]


def test_a_lone_surrogate_costs_its_row_only(jsonl: Path) -> None:
    jsonl.write_text('{"text": "a"}\n{"text": "\\ud800"}\n{"text": "\\ud83d\\ude00"}\n', encoding="utf-8")
    dataset = read_dataset(jsonl)
    assert list(dataset.frame["text"]) == ["a", "😀"]
    assert [(problem.code, problem.line, problem.fatal) for problem in dataset.remarks] == [("surrogate", 2, False)]
    assert dataset.options["skipped"] == [1]


def test_every_bad_line_is_reported(jsonl: Path) -> None:
    deep = "[" * 100_000
    jsonl.write_text('{"a": 1}\n[1]\n{"a": 1, "a": 2}\n{"a": \n{"a": ' + deep + "\n7\n" + '{"a": ' + "9" * 5_000 + "}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_dataset(jsonl)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4, 5, 6, 7]  # type: ignore[attr-defined]
    assert len(read_dataset(jsonl, skip_bad_rows=True, rejects=jsonl.with_name("rejects"))) == 1
    assert jsonl.with_name("rejects").read_text().startswith('[1]\n{"a": 1, "a": 2}\n')


def test_a_json_array_gets_its_own_hint(jsonl: Path) -> None:
    jsonl.write_text('[{"a": 1}]\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_dataset(jsonl)
    assert "array" in caught.value.hint


def test_embeddings_in_a_column_become_vectors(jsonl: Path) -> None:
    jsonl.write_text('{"embedding": [1, 2.5], "label": "a"}\n{"embedding": [3, null], "label": "b"}\n', encoding="utf-8")
    dataset = read_dataset(jsonl)
    assert dataset.modality == "embedding"
    assert dataset.vectors is not None
    assert dataset.vectors.tolist()[0] == [1.0, 2.5]
    jsonl.write_text('{"embedding": [1, 2.5]}\n{"embedding": [3]}\n{"embedding": ["x", 1]}\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_dataset(jsonl)
    assert [problem.line for problem in caught.value.problems] == [2, 3]  # type: ignore[attr-defined]
