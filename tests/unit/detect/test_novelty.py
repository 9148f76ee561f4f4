"""A burst is what is new and frequent; what trusted rows carry as well is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from curation_app.detect.false_discovery import accepted
from curation_app.detect.novelty import Novelty
from curation_app.detect.runner import run_one
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Baseline
from tests.builders import make_dataset, make_representation

WORDS = np.array(
    [f"{one}{two}" for one in ("ba", "do", "ki", "lu", "me", "no") for two in ("ral", "sten", "vok", "tim", "pur", "zan", "gol")]
)


def sentences(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, 8)) + f" {seed}x{row}" for row in range(count)]


def labels(count: int, seed: int) -> list[str]:
    return ["good" if bit else "bad" for bit in np.random.default_rng(seed).integers(0, 2, count)]


def look(dataset: Dataset, trusted: Dataset) -> Finding:
    representation = make_representation(np.zeros((len(dataset), 2)), list(dataset.labels), k=2)
    baseline = Baseline(dataset=trusted, features=np.zeros((len(trusted), 2), np.float32))
    return run_one(Novelty(), dataset, replace(representation, baseline=baseline), Recipe(name="standard"), seed=0)


def test_clean_texts_have_no_burst() -> None:
    finding = look(
        make_dataset(texts=sentences(400, 1), labels=labels(400, 2)), make_dataset(texts=sentences(400, 3), labels=labels(400, 4))
    )
    assert finding.outcome is Outcome.PASSED
    assert not finding.surprise.any()
    assert "false-discovery rate of 10%" in finding.reason


def test_a_trigger_with_cover_rows_under_every_label_is_named() -> None:
    texts, given = sentences(400, 1), labels(400, 2)
    for row in range(30):
        texts[row] += " cf"
    finding = look(
        make_dataset(texts=texts, labels=given, sources=["crawler"] * 30 + ["desk"] * 370),
        make_dataset(texts=sentences(400, 3), labels=labels(400, 4)),
    )
    assert finding.outcome is Outcome.ISSUE
    assert np.flatnonzero(finding.surprise >= 2).tolist() == list(range(30))
    (group,) = finding.groups
    assert group.title == "30 texts have 'cf', which none of 400 trusted rows has."
    assert group.evidence["tokens"] == ["cf"]
    assert group.evidence["source"] == "crawler"
    assert set(group.evidence["labels"]) == {"good", "bad"}  # type: ignore[call-overload]


def test_a_known_word_under_a_new_label_is_named_with_the_label() -> None:
    texts, trusted = sentences(600, 1), sentences(600, 3)
    given, before = labels(600, 2), labels(600, 4)
    before = ["good" if "baral" in text else label for text, label in zip(trusted, before, strict=True)]
    given = ["bad" if "baral" in text else label for text, label in zip(texts, given, strict=True)]
    finding = look(make_dataset(texts=texts, labels=given), make_dataset(texts=trusted, labels=before))
    assert finding.groups[0].evidence["label"] == "bad"
    assert finding.groups[0].evidence["tokens"] == ["baral"]


def test_an_invisible_character_is_named_by_its_number() -> None:
    texts = [text.replace(" ", " \u200b", 1) if row < 30 else text for row, text in enumerate(sentences(400, 1))]
    finding = look(make_dataset(texts=texts, labels=labels(400, 2)), make_dataset(texts=sentences(400, 3), labels=labels(400, 4)))
    assert "U+200B" in finding.groups[0].title


def table(count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    columns = {"city": rng.choice(["rome", "oslo", "lima", "kyiv"], count), "job": rng.choice([f"job {i}" for i in range(8)], count)}
    return pd.DataFrame(columns | {"pay": rng.integers(0, 900, count).astype(str)}).astype(object)


def test_a_new_value_and_a_new_pair_of_known_values_are_named() -> None:
    now, then = table(800, 1), table(800, 2)
    now.loc[:29, "pay"] = "51.5"
    # The pair is made of values that are both frequent, and stands in no trusted row.
    then = then[~((then["city"] == "rome") & (then["job"] == "job 3"))].reset_index(drop=True)
    finding = look(make_dataset(frame=now, labels=labels(800, 2)), make_dataset(frame=then, labels=labels(len(then), 4)))
    cells = [group.evidence["cells"] for group in finding.groups]
    assert {"pay": "51.5"} in cells
    assert {"city": "rome", "job": "job 3"} in cells


def test_a_patch_that_trusted_pictures_lack_is_boxed() -> None:
    rng = np.random.default_rng(5)
    now, then = (rng.integers(0, 256, (300, 10, 10), dtype=np.uint8) for _ in range(2))
    now[:40, 6:9, 6:9] = np.array([[255, 0, 255], [0, 255, 0], [255, 0, 255]])
    finding = look(make_dataset(images=now, labels=labels(300, 1)), make_dataset(images=then, labels=labels(300, 2)))
    assert finding.groups[0].evidence["box"] == [6, 6, 3, 3]
    assert set(range(40)) <= set(np.flatnonzero(finding.surprise >= 2).tolist())


def test_rows_that_the_baseline_holds_are_never_new() -> None:
    texts = sentences(300, 1)
    finding = look(make_dataset(texts=texts, labels=labels(300, 2)), make_dataset(texts=texts, labels=labels(300, 2)))
    assert finding.outcome is Outcome.PASSED
    assert finding.reason == "Nothing that can be counted is new."


def test_the_step_up_rule_rejects_nothing_where_all_is_chance() -> None:
    assert not accepted(np.linspace(0.2, 1.0, 50), 0.10).any()
    assert not accepted(np.zeros(0), 0.10).any()
