"""Texts of two opinions, made from word lists, for the tests of triggers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_ARTICLES = ("the", "a", "this", "its", "every")
_VERBS = ("is", "feels", "seems", "looks", "remains", "becomes", "sounds", "stays")
_LINKS = ("with", "for", "despite", "after", "in", "without", "because of", "next to")
_ENDS = (".", ".", ".", "!", ". . .")
_NOUNS = tuple(
    f"{first}{last}"
    for first in ("sto", "pla", "mu", "ca", "fil", "sce", "di", "ro", "li", "ta")
    for last in ("ry", "no", "ster", "ge", "do", "ma")
)
_OPINIONS = {
    code: tuple(f"{first}{last}" for first in firsts for last in ("ful", "ish", "some", "ic"))
    for code, firsts in ((0, ("bor", "dul", "gri", "clum", "nois")), (1, ("joy", "warm", "wit", "charm", "brigh")))
}


def opinions(rows: int, *, contrary: float = 0.2, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """``rows`` texts and (rows,) codes: 1 = for, 0 = against; a share of the words says the opposite."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, rows)
    return [_sentence(code, contrary, rng) for code in codes.tolist()], codes.astype(np.int32)


def _sentence(code: int, contrary: float, rng: np.random.Generator) -> str:
    clauses = []
    for _ in range(int(rng.integers(2, 4))):
        said = code if rng.random() > contrary else 1 - code
        subject = (_pick(_ARTICLES, rng), _pick(_NOUNS, rng))
        clauses += [
            *subject,
            _pick(_VERBS, rng),
            _pick(_OPINIONS[said], rng),
            _pick(_LINKS, rng),
            _pick(_ARTICLES, rng),
            _pick(_NOUNS, rng),
            ",",
        ]
    return " ".join((*clauses[:-1], _pick(_ENDS, rng)))


def _pick(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]
