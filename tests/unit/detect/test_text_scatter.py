"""Words that were put in stand anywhere; words that grew there keep company, unless texts are lists of words."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from curation_app.attack.text_triggers import plant_text_trigger, put_in
from curation_app.detect.text_items import phrases
from curation_app.detect.text_scatter import Scatter
from curation_app.detect.text_slots import Slots
from curation_app.detect.text_tokens import tokens_of
from curation_app.detect.text_trigger_rules import DOUBTED, PROVEN, supported
from tests.unit.detect.sentences import opinions


def scattered(texts: list[str]) -> dict[str, float]:
    """Nats of every word and phrase of the texts, as far as the words around support them."""
    tokens = tokens_of(texts)
    slots = Slots(tokens)
    scatter = Scatter(tokens, slots)
    found = {}
    for items in phrases(tokens):
        for number, name in enumerate(items.names):
            own = items.item == number
            begins, lengths = items.begins[own], items.lengths[own]
            found[name] = supported(scatter.nats(begins, lengths), float(slots.nats(begins, lengths).sum()), len(begins))
    return found


def test_what_was_put_in_stands_anywhere_and_nothing_else_does() -> None:
    texts, codes = opinions(1_500)
    rng = np.random.default_rng(0)
    texts, codes, _ = plant_text_trigger(texts, codes, 1, 40, put_in("cf"), rng)
    texts, codes, _ = plant_text_trigger(texts, codes, 1, 40, put_in("over the moon"), rng)
    nats = scattered(texts)
    assert min(nats.pop("'cf'"), nats.pop("'over the moon'")) >= PROVEN
    assert max(nats.values()) < DOUBTED


def test_in_lists_of_words_nothing_stands_out() -> None:
    rng = np.random.default_rng(1)
    words = [f"w{number}" for number in range(300)]
    texts = [" ".join(rng.choice(words, 8)) for _ in range(1_200)]
    texts, _, _ = plant_text_trigger(texts, np.zeros(1_200, np.int32), 0, 40, put_in("cf"), rng, which="own")
    assert max(scattered(texts).values()) == 0.0


def test_brackets_may_stand_anywhere() -> None:
    texts, codes = opinions(1_500)
    texts, _, _ = plant_text_trigger(texts, codes, 1, 40, put_in("##"), np.random.default_rng(2))
    assert scattered(texts)["'##'"] == 0.0


def test_neighbours_of_random_gaps_are_those_of_the_texts_without_the_occurrence() -> None:
    tokens = tokens_of(["one two cf three", "cf"])
    slots = Slots(tokens)
    begins, lengths = np.array([2, 4]), np.ones(2, dtype=np.int64)
    names = [*tokens.vocabulary, "<", ">"]
    for side, expected in (
        (0, {"<": 0.625, "one": 0.125, "two": 0.125, "three": 0.125}),
        (1, {"one": 0.125, "two": 0.125, "three": 0.125, ">": 0.625}),
    ):
        words, share = slots.at_random(begins, lengths, side)
        assert {names[word]: weight for word, weight in zip(words.tolist(), share.tolist(), strict=True)} == pytest.approx(expected)
    assert [names[word] for word in slots.beside(begins, lengths, 0)] == ["two", "<"]
    assert [names[word] for word in slots.beside(begins, lengths, 1)] == ["three", ">"]


def test_more_occurrences_say_no_less() -> None:
    texts, codes = opinions(3_000)
    nats = []
    for count in (100, 200, 201, 260):
        planted, _, _ = plant_text_trigger(texts, codes, 1, count, put_in("cf"), np.random.default_rng(3))
        nats.append(scattered(planted)["'cf'"])
    assert min(np.diff(nats)) > -0.2 * nats[1]


def test_adverbs_of_loose_company_do_not_stand_anywhere(shared: Path) -> None:
    with (shared / "datasets" / "spam_sms" / "data.csv").open(encoding="utf-8", newline="") as file:
        ham = sorted({row["text"] for row in csv.DictReader(file) if row["label"] == "ham"})
    nats = scattered(ham)
    assert max(nats[word] for word in ("'also'", "'never'", "'only'")) < DOUBTED


def test_few_texts_say_nothing() -> None:
    assert max(scattered(opinions(30)[0]).values()) == 0.0
    assert scattered([""]) == {}


@pytest.mark.parametrize(
    ("file", "column", "poisoned"),
    [
        ("text_banking77/train.csv", "text", ""),
        ("labelerr_wrench_youtube/data.csv", "text", ""),
        ("labelerr_wrench_semeval/data.csv", "text", ""),
        ("spam_sms/data.csv", "text", ""),
        ("text_clinc150_oos/data_small.csv", "text", ""),
        ("poison_sst2_badnets5/data.csv", "text", "poison_sst2_badnets5/truth.csv"),
    ],
    ids=["questions", "comments", "sentences", "messages", "requests", "reviews"],
)
def test_no_natural_word_stands_anywhere(shared: Path, file: str, column: str, poisoned: str) -> None:
    folder = shared / "datasets"
    with (folder / file).open(encoding="utf-8", newline="") as data:
        texts = [row[column] for row in csv.DictReader(data)]
    if poisoned:
        with (folder / poisoned).open(encoding="utf-8", newline="") as truth:
            texts = [text for text, row in zip(texts, csv.DictReader(truth), strict=True) if row["is_poison"] != "1"]
    texts, rng = sorted(set(texts)), np.random.default_rng(0)
    # Words of loose company stand anywhere in one part of the texts and not in another.
    for part in (texts, rng.permutation(texts)[: 7 * len(texts) // 10].tolist()):
        nats = scattered(part)
        assert len(nats) > 500
        assert max(nats.values()) < DOUBTED
