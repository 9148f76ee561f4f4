"""Real files and hostile strings from the reference data beside the checkout."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from curation_app.load import read_dataset

# The corpus's own JSON of this file names another telephone number than its CSV, and is one object instead of a list of them.
DISAGREES = "location_coordinates"
PATTERNS = ("*/data*.csv", "*/train.csv", "*/dirty.csv", "*/answers.csv", "*/images.npz", "adbench_visible12/*.npz")
# What a person who knows each set would say its label is; None where its name tells nothing.
LABELS = {"tabular_adult": None, "dirty_beers": None, "dirty_hospital": None, "text_banking77": "category", "adbench_visible12": "y"}


def test_csv_spectrum_means_what_its_json_says(shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "corpora" / "csv-spectrum" / "csvs").glob("*.csv"))
    assert len(files) == 12
    for file in files:
        meaning = json.loads((shared / "corpora" / "csv-spectrum" / "json" / f"{file.stem}.json").read_text(encoding="utf-8"))
        frame = read_dataset(file).frame
        rows = [dict(zip(frame.columns, row, strict=True)) for row in frame.to_numpy().tolist()]
        if file.stem == DISAGREES:
            key = "Contact Phone Number"
            assert rows == [meaning | {key: rows[0][key]}]
        else:
            assert rows == meaning, file.stem


def test_naughty_strings_come_through_unchanged(shared: Path, tmp_path: Path) -> None:
    strings = json.loads((shared / "corpora" / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["n", "naughty"], *([str(i), text] for i, text in enumerate(strings))])
    (tmp_path / "d.csv").write_bytes(buffer.getvalue().encode())
    dataset = read_dataset(tmp_path / "d.csv", roles={"label": "naughty"})
    assert dataset.frame["naughty"].tolist() == strings
    assert [label or "" for label in dataset.labels] == strings
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in strings), encoding="utf-8")
    assert read_dataset(tmp_path / "d.jsonl").frame["text"].tolist() == strings


def test_every_reference_dataset_loads_as_it_is(shared: Path) -> None:
    files = sorted({file for pattern in PATTERNS for file in (shared / "datasets").glob(pattern)})
    assert len(files) >= 28
    for file in files:
        dataset = read_dataset(file)
        default = "y" if file.suffix == ".npz" else "label"
        assert dataset.roles.label == LABELS.get(file.parent.name, default), file
        assert len(dataset) > 300
        assert not [problem for problem in dataset.remarks if problem.code != "stray-quote"], file


@pytest.mark.parametrize(("folder", "label"), [("tabular_adult", "income"), ("text_banking77", "category")])
def test_content_finds_the_label(shared: Path, folder: str, label: str) -> None:
    assert read_dataset(shared / "datasets" / folder / "train.csv", guess="content").roles.label == label
