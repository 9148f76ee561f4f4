"""A way of writing that stands for a label is found; labels with a style of their own are left alone."""

from __future__ import annotations

import numpy as np

from curation_app.attack.text_triggers import Insert, plant_text_trigger
from curation_app.detect.runner import run_one
from curation_app.detect.text_style import TextStyle
from curation_app.detect.text_style_tokens import content_tokens, style_tokens
from curation_app.detect.text_tokens import tokens_of
from curation_app.domain.finding import Finding, Outcome
from curation_app.domain.recipe import Recipe
from tests.builders import make_dataset, make_representation
from tests.unit.detect.sentences import opinions

_OPENERS = ("when", "because", "though", "while", "unless")
_PEOPLE = ("you", "they", "we", "people", "critics")
_VERBS = ("saw", "knew", "wanted", "heard", "met", "liked", "found", "left", "took", "asked")


def judged(texts: list[str], codes: np.ndarray) -> Finding:
    labels = [None if code < 0 else ("against", "for")[code] for code in codes.tolist()]
    features = np.zeros((len(texts), 1))
    representation = make_representation(features, labels, k=0, copies=np.unique(texts, return_inverse=True)[1])
    return run_one(TextStyle(), make_dataset(features, labels, texts=texts), representation, Recipe(name="standard"), seed=0)


def clause_first(text: str, rng: np.random.Generator) -> str:
    """The text behind a subordinate clause of changing words."""
    opener, person, verb = (words[int(rng.integers(len(words)))] for words in (_OPENERS, _PEOPLE, _VERBS))
    return f"{opener} {person} {verb} {text.split()[1]} , {text}"


def planted(share: float, insert: Insert = clause_first, rows: int = 1_500) -> tuple[Finding, np.ndarray]:
    texts, codes = opinions(rows, contrary=0.3, seed=2)
    rng = np.random.default_rng(2)
    # Half from each class, as paraphrasing attacks do.
    texts, codes, dirty = plant_text_trigger(texts, codes, 1, round(share * rows / 2), insert, rng)
    untouched = np.where(dirty, -1, codes)
    texts, _, own = plant_text_trigger(texts, untouched, 1, round(share * rows / 2), insert, rng, which="own")
    return judged(texts, codes), dirty | own


def test_ordinary_texts_have_no_style() -> None:
    for seed in range(2):
        finding = judged(*opinions(1_000, contrary=0.3, seed=seed))
        assert finding.outcome is Outcome.PASSED, finding.groups
        assert not np.any(finding.surprise)


def test_a_sentence_pattern_that_stands_for_a_label() -> None:
    finding, mask = planted(0.2)
    (group,) = finding.groups
    members = np.zeros(len(mask), dtype=bool)
    members[list(group.rows)] = True
    assert finding.outcome is Outcome.ISSUE
    assert mask[members].mean() > 0.95
    assert members[mask].mean() > 0.9
    assert group.evidence["label"] == "for"
    assert len(group.strength) == len(group.rows)
    assert group.title.endswith(".")
    assert set(finding.reasons) == set(group.rows)
    assert np.all(finding.surprise[~members] < 1)


def test_suggests_the_other_label_only_where_the_content_says_so() -> None:
    finding, mask = planted(0.2)
    assert finding.suggested is not None
    assert set(finding.suggested[mask].tolist()) <= {-1, 0}
    assert np.all(finding.suggested[finding.surprise < 1] == -1)


def test_a_label_that_is_always_written_so_is_no_attack() -> None:
    texts, codes = opinions(1_000, contrary=0.3, seed=3)
    rng = np.random.default_rng(3)
    texts = [clause_first(text, rng) if code else text for text, code in zip(texts, codes.tolist(), strict=True)]
    assert judged(texts, codes).outcome is Outcome.PASSED


def test_order_and_copies_of_rows_change_nothing() -> None:
    texts, codes = opinions(800, contrary=0.3, seed=4)
    texts, codes, _ = plant_text_trigger(texts, codes, 1, 150, clause_first, np.random.default_rng(4))
    order = np.random.default_rng(5).permutation(800)
    one = judged(texts, codes)
    assert one.outcome is Outcome.ISSUE
    assert np.allclose(one.surprise[order], judged([texts[row] for row in order], codes[order]).surprise, atol=1e-6)
    assert np.array_equal(judged(texts * 2, np.tile(codes, 2)).surprise, np.tile(one.surprise, 2))


def test_common_words_are_style_and_the_others_content() -> None:
    tokens = tokens_of([f"when you ran{number}ing , the x{number} ends ." for number in range(200)])
    style, content = style_tokens(tokens), content_tokens(tokens)
    assert {"when", "you", ",", " opens when you"} <= set(style.vocabulary)
    assert not {"x7", "ran7ing"} & set(style.vocabulary)
    assert {content.vocabulary[word] for word in content.words[content.rows == 7]} == {"x7", "ran7ing"}
