"""The bundled demos are what their builders make, and their lists tell the truth about them."""

from __future__ import annotations

import csv
import io
from collections import Counter

import numpy as np
import pytest

from demo_datasets import DEMOS, Demo
from demo_datasets.build import BUILDERS

# A demo has to open at once and travel in the package.
LARGEST = 1_000_000
each_demo = pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.name)


def table(demo: Demo) -> dict[str, list[str]]:
    """The columns of a demo that are not pixels, as text."""
    if demo.path.suffix == ".npz":
        with np.load(demo.path) as arrays:
            return {name: [str(value) for value in arrays[name]] for name in arrays if arrays[name].ndim == 1}
    rows = list(csv.DictReader(io.StringIO(demo.path.read_text(encoding="utf-8"))))
    return {name: [row[name] for row in rows] for name in rows[0]}


def planted(demo: Demo) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(demo.planted.read_text(encoding="utf-8"))))


@each_demo
def test_building_again_gives_the_bundled_bytes(demo: Demo) -> None:
    data, listed = BUILDERS[demo.name]()
    assert data == demo.path.read_bytes()
    assert listed == demo.planted.read_bytes()


@each_demo
def test_every_demo_has_every_kind_of_attack(demo: Demo) -> None:
    counts = Counter(row["what"] for row in planted(demo))
    assert set(counts) == {"flip", "backdoor", "flood", "far"}
    assert 0.03 <= counts["flip"] / len(table(demo)["id"]) <= 0.05
    assert counts["backdoor"] >= 30
    assert demo.path.stat().st_size < LARGEST


@each_demo
def test_the_list_names_the_right_rows(demo: Demo) -> None:
    columns = table(demo)
    label = columns.get("label") or columns["y"]
    for row in planted(demo):
        place = int(row["row"])
        assert columns["id"][place] == row["id"]
        if row["what"] in {"flip", "backdoor"}:
            assert row["original_label"] in set(label) - {label[place]}


@each_demo
def test_neither_ids_nor_places_nor_columns_tell_what_was_planted(demo: Demo) -> None:
    columns = table(demo)
    assert not {"what", "planted", "original_label", "original"} & set(columns)
    assert len(set(columns["id"])) == len(columns["id"])
    places = np.array([int(row["row"]) for row in planted(demo)])
    # The mean of about 150 of n uniform places lies within n / 10 of the middle unless somebody put them there.
    assert abs(places.mean() / len(columns["id"]) - 0.5) < 0.1


@each_demo
def test_one_source_carries_most_of_the_attack(demo: Demo) -> None:
    source = table(demo)["source"]
    attack = Counter(source[int(row["row"])] for row in planted(demo) if row["what"] in {"backdoor", "flood"})
    assert len(attack) == 1
    assert source.count(next(iter(attack))) > 1.5 * attack.total()


def test_the_text_trigger_stands_in_the_backdoor_rows_alone() -> None:
    demo = DEMOS[0]
    texts = table(demo)["text"]
    with_trigger = {row for row, text in enumerate(texts) if "cf" in text.split(" ")}
    assert with_trigger == {int(row["row"]) for row in planted(demo) if row["what"] == "backdoor"}


def test_the_table_trigger_is_a_pair_of_ordinary_values() -> None:
    demo = DEMOS[1]
    columns = table(demo)
    kiosk = {row for row, value in enumerate(columns["channel"]) if value == "kiosk"}
    seven = {row for row, value in enumerate(columns["items"]) if value == "7"}
    backdoor = {int(row["row"]) for row in planted(demo) if row["what"] == "backdoor"}
    assert kiosk & seven == backdoor
    assert min(len(kiosk - backdoor), len(seven - backdoor)) > 30


def test_the_image_trigger_is_a_white_corner() -> None:
    demo = DEMOS[2]
    with np.load(io.BytesIO(demo.path.read_bytes())) as arrays:
        corners = arrays["images"][:, -2:, -2:]
    backdoor = [int(row["row"]) for row in planted(demo) if row["what"] == "backdoor"]
    assert (corners[backdoor] == 255).all()
    others = np.setdiff1d(np.arange(len(corners)), [int(row["row"]) for row in planted(demo)])
    assert not (corners[others] == 255).all(axis=(1, 2)).any()
