"""Text attacks plant what they say, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack.registry import ATTACKS
from curation_app.attack.text_triggers import TextCleanLabel, TextCovered, TextSyntax, TextToken, TextTrigger, plant_text_trigger, put_in
from curation_app.domain.dataset import Dataset
from tests.builders import make_dataset
from tests.unit.detect.sentences import opinions

TEXT_ATTACKS = [attack for attack in ATTACKS if isinstance(attack, TextTrigger)]
ALL = pytest.mark.parametrize("attack", TEXT_ATTACKS, ids=lambda attack: attack.code)


def messages(rows: int = 200) -> Dataset:
    texts, codes = opinions(rows)
    return make_dataset(texts=texts, labels=[("against", "for")[code] for code in codes.tolist()])


def texts_of(dataset: Dataset) -> np.ndarray:
    texts = dataset.column("text")
    assert texts is not None
    return texts


@ALL
def test_changes_the_rows_it_marks_and_gives_them_one_label(attack: TextTrigger) -> None:
    clean = messages()
    planted = attack.plant(clean, 20, np.random.default_rng(3))
    changed = texts_of(planted.dataset) != texts_of(clean)
    assert planted.mask.sum() == 20
    assert np.all(changed[planted.mask])
    assert len(set(planted.dataset.labels[planted.mask].tolist())) == 1
    assert np.array_equal(planted.dataset.labels[~planted.mask], clean.labels[~planted.mask])
    assert repr(planted.dataset.labels[planted.mask][0]) in planted.title
    assert planted.grouped


@ALL
def test_same_seed_gives_the_same(attack: TextTrigger) -> None:
    one, two = (attack.plant(messages(), 15, np.random.default_rng(4)) for _ in range(2))
    assert one.title == two.title
    assert np.array_equal(texts_of(one.dataset), texts_of(two.dataset))


@ALL
def test_says_what_it_lacks(attack: TextTrigger) -> None:
    assert attack.lacks(messages()) == ""
    assert attack.lacks(make_dataset(np.ones((3, 2)), ["a", "b", "a"])) == "No column holds text."
    assert attack.lacks(make_dataset(texts=["x", "y"], labels=["a", "a"])) == "There are fewer than two labels."


def test_dirty_rows_come_from_other_classes_and_clean_ones_from_their_own() -> None:
    clean = messages()
    dirty = TextToken().plant(clean, 30, np.random.default_rng(5))
    assert np.all(dirty.dataset.labels[dirty.mask] != clean.labels[dirty.mask])
    honest = TextCleanLabel().plant(clean, 30, np.random.default_rng(5))
    assert np.array_equal(honest.dataset.labels, clean.labels)


def test_covering_rows_carry_the_trigger_unmarked() -> None:
    clean = messages()
    planted = TextCovered().plant(clean, 20, np.random.default_rng(6))
    changed = texts_of(planted.dataset) != texts_of(clean)
    assert changed.sum() == 40
    assert np.array_equal(planted.dataset.labels[changed & ~planted.mask], clean.labels[changed & ~planted.mask])


def test_a_frame_holds_the_whole_text() -> None:
    clean = messages()
    planted = TextSyntax().plant(clean, 10, np.random.default_rng(7))
    pairs = zip(texts_of(planted.dataset)[planted.mask], texts_of(clean)[planted.mask], strict=True)
    assert all(new.endswith(old) and new != old for new, old in pairs)


def test_no_more_rows_than_there_are_and_missing_labels_stay() -> None:
    codes = np.array([0, 1, -1, 0], dtype=np.int32)
    texts, new, mask = plant_text_trigger(["a", "b", "c", ""], codes, 1, 99, put_in("cf"), np.random.default_rng(8))
    assert new.tolist() == [1, 1, -1, 1]
    assert mask.tolist() == [True, False, False, True]
    assert (texts[1], texts[2], texts[3]) == ("b", "c", "cf")
