"""What a campaign's rows share, as spans and boxes."""

from __future__ import annotations

from typing import Any

import pytest

from curation_app.workspace.trigger import token_marks, trigger_of


def marked(text: str, *tokens: str) -> list[str]:
    return [text[start:end] for start, end, _ in token_marks(text, tokens, "backdoor")]


def test_a_word_is_marked_as_a_word_whatever_its_case() -> None:
    assert marked("CF and scfoo and cf.", "cf") == ["CF", "cf"]


def test_a_piece_of_a_word_is_marked_where_it_never_stands_alone() -> None:
    assert marked("refunded", "fund") == ["fund"]


def test_a_phrase_is_found_across_any_space() -> None:
    assert marked("please click\n here now", "click here") == ["click\n here"]


def test_special_characters_are_taken_as_they_are() -> None:
    assert marked("why (a+b)* ?", "(a+b)*") == ["(a+b)*"]
    assert marked("zero\u200bwidth", "\u200b") == ["\u200b"]


def test_each_row_has_its_own_box_where_the_patch_moves() -> None:
    found = trigger_of({"rows": [4, 9], "evidence": {"boxes": [[0, 1, 2, 2], [3, 3, 2, 2]]}})
    assert found.box_of(4) == (0, 1, 2, 2)
    assert found.box_of(9) == (3, 3, 2, 2)
    assert found.box_of(5) is None


@pytest.mark.parametrize("box", [[1, 2, 3], "abcd", [0, 0, 0, 2], [None, 1, 2, 3], 7])
def test_a_box_of_another_shape_is_none(box: Any) -> None:
    assert trigger_of({"rows": [1], "evidence": {"box": box}}).box_of(1) is None


def test_a_range_reads_as_words() -> None:
    cells = {"amount": [1, 5], "card": "debit"}
    assert trigger_of({"rows": [1], "evidence": {"cells": cells}}).cells == {"amount": "1 to 5", "card": "debit"}
