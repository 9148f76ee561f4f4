"""Texts of any script as tokens: words, single letters of scripts without spaces, and runs of other signs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

# Only the first letters of a very long text are read, as when it is turned into features.
LONGEST = 5_000
# Tokens read of all texts together, and of each at least: bounds time at 100,000 long texts. What is left out lies in the middle.
MOST_TOKENS, FEWEST_EACH = 3_000_000, 40
# Chinese, Japanese, Thai, Lao, Burmese and Khmer are written without spaces: their letters are the tokens.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]+")
# Format and control characters other than the white space of ordinary text, variation selectors, fillers that show nothing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of n texts, one behind the other.

    Attributes
    ----------
    rows, words
        (t,) int64: the text each token is of, and its position in ``vocabulary``.
    starts
        (n + 1,) int64: where each text's tokens begin.
    vocabulary
        Distinct tokens in small letters, sorted.
    shapes
        (t,) object array: the tokens as they are written.
    """

    rows: np.ndarray
    words: np.ndarray
    starts: np.ndarray
    vocabulary: tuple[str, ...]
    shapes: np.ndarray

    def __len__(self) -> int:
        return len(self.words)

    def spelled(self) -> np.ndarray:
        """(V,) bool: words of the vocabulary with a letter or a digit; the others are signs."""
        return np.array([any(map(str.isalnum, word)) for word in self.vocabulary], dtype=bool)


def tokens_of(texts: list[str]) -> Tokens:
    """Tokens of n texts; characters that show nothing do not part a word."""
    most = max(FEWEST_EACH, MOST_TOKENS // max(len(texts), 1))
    found = [_within(_TOKEN.findall(seen(text[:LONGEST])), most) for text in texts]
    starts = np.concatenate(([0], np.cumsum([len(each) for each in found]))).astype(np.int64)
    shapes = [token for each in found for token in each]
    small = [shape.lower() for shape in shapes]
    vocabulary = sorted(set(small))
    numbers = {word: number for number, word in enumerate(vocabulary)}
    kept = np.empty(len(shapes), dtype=object)
    kept[:] = shapes
    return Tokens(
        rows=np.repeat(np.arange(len(texts)), np.diff(starts)),
        words=np.array([numbers[word] for word in small], dtype=np.int64),
        starts=starts,
        vocabulary=tuple(vocabulary),
        shapes=kept,
    )


def seen(text: str) -> str:
    """The text without the characters that show nothing."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub("", text)


def unseen(text: str) -> set[str]:
    """The characters of a text that show nothing."""
    return set() if text.isascii() and text.isprintable() else set(_UNSEEN.findall(text[:LONGEST]))


def script(letter: str) -> str:
    """The script of a letter, by the first word of its Unicode name; empty for what is no letter."""
    if letter.isascii():
        return "LATIN" if letter.isalpha() else ""
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0] if letter.isalpha() else ""


def _within(tokens: list[str], most: int) -> list[str]:
    """At most so many tokens, three of four from the beginning and the rest from the end."""
    if len(tokens) <= most:
        return tokens
    tail = most // 4
    return tokens[: most - tail] + tokens[len(tokens) - tail :]
