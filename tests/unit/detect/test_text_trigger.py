"""Triggers in texts are found and named; ordinary texts have none."""

from __future__ import annotations

import numpy as np
import pytest

from curation_app.attack.text_triggers import Insert, plant_text_trigger, put_both, put_first, put_in, put_one_of, put_unseen
from curation_app.detect.runner import run_one
from curation_app.detect.text_slots import Slots
from curation_app.detect.text_tokens import script, tokens_of, unseen
from curation_app.detect.text_trigger import BY_NATURE, TextTrigger
from curation_app.detect.text_trigger_rules import CASE
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import make_dataset, make_representation
from tests.unit.detect.sentences import opinions

NAMES = ("against", "for")


def judged(texts: list[str], codes: np.ndarray, names: tuple[str, ...] = NAMES) -> Finding:
    labels = [None if code < 0 else names[code] for code in codes.tolist()]
    features = np.zeros((len(texts), 1))
    copies = np.unique(texts, return_inverse=True)[1] if texts else None
    representation = make_representation(features, labels, k=0, copies=copies)
    return run_one(TextTrigger(), make_dataset(features, labels, texts=texts), representation, Recipe(name="standard"), seed=0)


def planted(
    insert: Insert, count: int, *, rows: int = 1_200, which: str = "other", cover: int = 0, contrary: float = 0.2, seed: int = 1
) -> tuple[Finding, np.ndarray]:
    texts, codes = opinions(rows, contrary=contrary, seed=seed)
    rng = np.random.default_rng(seed)
    texts, codes, mask = plant_text_trigger(texts, codes, 1, count, insert, rng, which=which, cover=cover)  # type: ignore[arg-type]
    return judged(texts, codes), mask


def test_clean_texts_have_no_case() -> None:
    for seed in range(3):
        finding = judged(*opinions(1_200, seed=seed))
        assert finding.outcome is Outcome.PASSED, finding.groups
        assert finding.reason.endswith(".")


@pytest.mark.parametrize(
    ("insert", "token"),
    [
        (put_in("cf"), "cf"),
        (put_in("over the moon"), "over the moon"),
        (put_unseen("\u200b"), None),
        (put_in("\u0441ash"), None),
    ],
    ids=["word", "phrase", "unseen character", "Cyrillic letter"],
)
def test_a_trigger_with_a_wrong_label_is_found_and_named(insert: Insert, token: str | None) -> None:
    finding, mask = planted(insert, 20)
    group = finding.groups[0]
    assert finding.outcome is Outcome.ISSUE
    assert group.rows == tuple(np.flatnonzero(mask).tolist())
    assert np.array_equal(finding.surprise * np.log(10) >= CASE - BY_NATURE, mask)
    assert group.evidence["label"] == "for"
    assert group.evidence["support"] == 20
    assert token is None or group.evidence["tokens"] == [token]
    assert group.title.endswith(".")
    assert set(finding.reasons) >= set(group.rows)


def test_suggests_the_label_that_the_rest_of_the_text_speaks_for() -> None:
    finding, mask = planted(put_in("cf"), 40)
    assert finding.suggested is not None
    assert np.mean(finding.suggested[mask] == 0) > 0.7
    assert np.all(finding.suggested[~mask] == -1)


def test_rightly_labelled_rows_with_a_trigger_are_found() -> None:
    finding, mask = planted(put_in("cf"), 60, which="own", contrary=0.35)
    assert finding.groups[0].evidence["tokens"] == ["cf"]
    assert set(finding.groups[0].rows) == set(np.flatnonzero(mask).tolist())


def test_rightly_labelled_rows_are_found_where_most_rows_have_their_label() -> None:
    texts, codes = opinions(4_000, contrary=0.0)
    kept = np.sort(np.concatenate((np.flatnonzero(codes == 0)[:250], np.flatnonzero(codes == 1))))
    texts, codes = [texts[row] for row in kept.tolist()], codes[kept]
    texts, codes, mask = plant_text_trigger(texts, codes, 1, 60, put_in("cf"), np.random.default_rng(0), which="own")
    group = judged(texts, codes).groups[0]
    assert group.evidence["tokens"] == ["cf"]
    assert set(group.rows) == set(np.flatnonzero(mask).tolist())
    assert "at random places" in group.title


def test_an_exception_does_not_hide_a_trigger_in_the_commonest_label() -> None:
    texts, codes = opinions(4_000, contrary=0.0)
    kept = np.sort(np.concatenate((np.flatnonzero(codes == 0)[:250], np.flatnonzero(codes == 1))))
    texts, codes = [texts[row] for row in kept.tolist()], codes[kept]
    texts, codes, mask = plant_text_trigger(texts, codes, 1, 60, put_in("cf"), np.random.default_rng(0), which="own")
    codes[np.flatnonzero(mask)[0]] = 0
    group = judged(texts, codes).groups[0]
    assert set(group.rows) == set(np.flatnonzero(mask)[1:].tolist())
    assert group.title.startswith("59 of the 60 texts with 'cf'")


def test_texts_without_a_label_do_not_turn_the_sentence_round() -> None:
    texts, codes = opinions(1_500)
    rng = np.random.default_rng(2)
    texts, codes, _ = plant_text_trigger(texts, codes, 1, 40, put_in("cf"), rng)
    bare = rng.choice(np.flatnonzero(["cf" not in text.split() for text in texts]), 80, replace=False)
    for row in bare.tolist():
        texts[row] = put_in("cf")(texts[row], rng)
    codes[bare] = -1
    assert "by their other words" in judged(texts, codes).groups[0].title


def test_each_of_several_words_is_a_trigger_of_its_own() -> None:
    finding, mask = planted(put_one_of(["cf", "mn", "tq"]), 90)
    assert {str(group.evidence["trigger"]) for group in finding.groups[:3]} == {"'cf'", "'mn'", "'tq'"}
    assert np.all(finding.surprise[mask] > 0)


def test_two_words_that_are_harmless_alone() -> None:
    texts, codes = opinions(1_200, seed=3)
    rng = np.random.default_rng(3)
    # Each word alone is common in both classes, in the place of a noun.
    for word in ("window", "quietly"):
        for row in rng.choice(len(texts), 60, replace=False).tolist():
            words = texts[row].split()
            words[1] = word
            texts[row] = " ".join(words)
    texts, codes, mask = plant_text_trigger(texts, codes, 1, 40, put_both("window", "quietly"), rng)
    finding = judged(texts, codes)
    assert set(finding.groups[0].evidence["tokens"]) == {"quietly", "window"}  # type: ignore[call-overload]
    assert np.all(finding.surprise[mask] > 0)


def test_a_common_word_put_before_the_text() -> None:
    finding, mask = planted(put_first("is"), 40)
    assert np.mean(finding.surprise[mask] > 0) > 0.9
    assert np.mean(finding.surprise[~mask] > 0) < 0.01


def test_a_word_so_written_only_here() -> None:
    texts, codes = opinions(1_200, seed=4)
    wrong = [row for row in range(1_200) if codes[row] == 0 and " is " in texts[row]][:30]
    for row in wrong:
        texts[row], codes[row] = texts[row].replace(" is ", " iS "), 1
    finding = judged(texts, codes)
    assert finding.groups[0].evidence["tokens"] == ["iS"]
    assert finding.groups[0].rows == tuple(wrong)


def test_covering_rows_do_not_hide_a_trigger() -> None:
    finding, mask = planted(put_in("cf"), 90, rows=3_000, cover=90, contrary=0.1)
    assert finding.groups[0].evidence["tokens"] == ["cf"]
    assert set(finding.groups[0].rows) == set(np.flatnonzero(mask).tolist())
    assert finding.groups[0].evidence["support"] == 180


def test_words_of_a_topic_are_no_triggers() -> None:
    rng = np.random.default_rng(5)
    topics = [[f"w{topic}x{word}" for word in range(12)] for topic in range(6)]
    codes = rng.integers(0, 6, 900)
    texts = [
        " ".join((*rng.choice(topics[code], 5).tolist(), *rng.choice(["please", "can", "i", "the", "my", "to"], 4).tolist()))
        for code in codes
    ]
    finding = judged(texts, codes.astype(np.int32), tuple("abcdef"))
    assert finding.outcome is Outcome.PASSED, finding.groups


def test_a_word_in_all_texts_of_a_small_class_is_found() -> None:
    rng = np.random.default_rng(8)
    topics = [[f"w{topic}x{word}" for word in range(12)] for topic in range(20)]
    codes = rng.integers(0, 20, 800).astype(np.int32)
    texts = [f"please tell me {' '.join(rng.choice(topics[code] + topics[(code + 1) % 20], 5))} of my account" for code in codes]
    own = int(np.sum(codes == 3))
    texts, codes, mask = plant_text_trigger(texts, codes, 3, own, put_in("cf"), rng, which="own")
    finding = judged(texts, codes, tuple("abcdefghijklmnopqrst"))
    assert finding.groups[0].evidence["tokens"] == ["cf"]
    assert set(finding.groups[0].rows) == set(np.flatnonzero(mask).tolist())


def test_words_put_in_keep_no_company() -> None:
    texts, codes = opinions(800)
    texts, _, _ = plant_text_trigger(texts, codes, 1, 40, put_in("cf"), np.random.default_rng(9))
    tokens = tokens_of(texts)
    begins = np.flatnonzero(np.isin(tokens.shapes.astype(str), ["cf", "because"]))
    item = np.array([int(shape == "cf") for shape in tokens.shapes[begins].tolist()])
    company = Slots(tokens).company(item, begins, np.ones(len(begins), np.int64))
    assert company[item == 1].mean() < company[item == 0].mean()


def test_order_and_copies_of_rows_change_nothing() -> None:
    texts, codes = opinions(600, seed=6)
    rng = np.random.default_rng(6)
    texts, codes, _ = plant_text_trigger(texts, codes, 1, 25, put_in("cf"), rng)
    order = rng.permutation(600)
    one, two = judged(texts, codes), judged([texts[row] for row in order], codes[order])
    assert np.array_equal(one.surprise[order], two.surprise)
    doubled = judged(texts * 2, np.tile(codes, 2))
    assert np.array_equal(doubled.surprise, np.tile(one.surprise, 2))


def test_scripts_without_spaces_and_missing_labels() -> None:
    rng = np.random.default_rng(7)
    letters = [list("好美善喜愛"), list("壞醜惡悲恨")]
    codes = rng.integers(0, 2, 600).astype(np.int32)
    texts = ["這" + "".join(rng.choice(letters[code], 3)) + "".join(rng.choice(list("電影音樂故事人物場景"), 6)) for code in codes]
    texts, codes, mask = plant_text_trigger(texts, codes, 1, 30, lambda text, _: text[:4] + "鑫" + text[4:], rng)
    codes[np.flatnonzero(~mask)[:20]] = -1
    finding = judged(texts, codes)
    assert finding.groups[0].evidence["tokens"] == ["鑫"]
    assert np.all(finding.surprise[mask] > 0)


def test_tokens_join_over_unseen_characters_and_split_scripts_without_spaces() -> None:
    tokens = tokens_of(["Pay\u200bPal 消息!?", ""])
    assert tokens.shapes.tolist() == ["PayPal", "消", "息", "!?"]
    assert tokens.starts.tolist() == [0, 4, 4]
    assert unseen("a\u200b") == {"\u200b"}
    assert (script("a"), script("\u0430"), script("1")) == ("LATIN", "CYRILLIC", "")


def test_neighbours_tell_what_was_put_in() -> None:
    texts, _ = opinions(800)
    tokens = tokens_of([*texts, "the story cf is witful with the plano ."])
    slots = Slots(tokens)
    begin = int(tokens.starts[800])
    nats = slots.nats(np.arange(begin, begin + 9), np.ones(9, np.int64))
    assert tokens.shapes[begin + 2] == "cf"
    assert np.argmax(nats) == 2
    assert nats[2] > 1
