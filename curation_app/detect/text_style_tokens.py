"""How a text is written, as tokens: common words as they are, all others by their ending, the opening, the signs, the length.

What a text is about is left out, so that texts of one sentence pattern look alike whatever they say, in any language.
"""

from __future__ import annotations

import numpy as np

from curation_app.detect.text_tokens import Tokens

# A word in one text of a hundred is part of how people write here. There are at most so many, and so large a part of all words, or topics
# come in.
COMMON_SHARE, MOST_COMMON, COMMON_PART = 0.01, 150, 0.1
# Other words by their last letters: "-ing", "-ly", "-ed".
ENDING = 2
# The opening is as many words; a clause ends with one of these signs.
OPENING = 3
CLAUSE_SIGNS = frozenset((",", ";", ":", "\uff0c", "\u3001", "\uff1b"))


def style_tokens(tokens: Tokens) -> Tokens:
    """The n texts as patterns. The opening, the signs in their order and the length come behind each text as tokens of their own."""
    pattern = _pattern(tokens)
    streams = []
    for row in range(len(tokens.starts) - 1):
        begin, end = int(tokens.starts[row]), int(tokens.starts[row + 1])
        streams.append(_stream(pattern[begin:end], tokens.shapes[begin:end].tolist()))
    return _joined(streams)


def content_tokens(tokens: Tokens) -> Tokens:
    """The n texts without their common words and signs: what they are about."""
    common = _common(tokens)
    said = tokens.spelled()
    kept = (said & ~common)[tokens.words]
    rows = tokens.rows[kept]
    return Tokens(
        rows=rows,
        words=tokens.words[kept],
        starts=np.searchsorted(rows, np.arange(len(tokens.starts))),
        vocabulary=tokens.vocabulary,
        shapes=tokens.shapes[kept],
    )


def _common(tokens: Tokens) -> np.ndarray:
    """(V,) bool: the words that are part of how people write."""
    size, texts = len(tokens.vocabulary), len(tokens.starts) - 1
    spread = np.bincount(np.unique(tokens.rows * np.int64(size) + tokens.words) % size, minlength=size)
    common = spread >= max(COMMON_SHARE * texts, 2)
    common[np.argsort(-spread, kind="stable")[min(MOST_COMMON, round(COMMON_PART * size)) :]] = False
    return common


def _pattern(tokens: Tokens) -> list[str]:
    common = _common(tokens).tolist()
    names = [
        word if known or not any(map(str.isalnum, word)) else "-" + word[-ENDING:] if word.isalpha() else "-0"
        for word, known in zip(tokens.vocabulary, common, strict=True)
    ]
    return [names[word] for word in tokens.words.tolist()]


def _stream(pattern: list[str], shapes: list[str]) -> list[str]:
    """The pattern of one text and what it looks like as a whole; tokens that begin with a space are no words."""
    signs = [token for token in pattern if not any(map(str.isalnum, token))]
    clause = next((place for place, token in enumerate(pattern) if token in CLAUSE_SIGNS), -1)
    extra = [f" opens {' '.join(pattern[:count])}" for count in range(1, OPENING + 1) if len(pattern) >= count]
    extra += [f" signs {''.join(signs[:6])}", f" length {min(len(pattern), 60) // 4}", f" clause {min(clause, 20)}"]
    if clause > 0:
        extra.append(f" opens {pattern[0]} clause {min(clause, 20) // 3}")
        extra.append(f" then {' '.join(pattern[clause + 1 : clause + 3])}")
    extra.append(f" capitals {min(sum(shape[:1].isupper() for shape in shapes), 5)}")
    return [*pattern, *extra]


def _joined(streams: list[list[str]]) -> Tokens:
    starts = np.concatenate(([0], np.cumsum([len(each) for each in streams]))).astype(np.int64)
    every = [token for each in streams for token in each]
    vocabulary = sorted(set(every))
    numbers = {token: number for number, token in enumerate(vocabulary)}
    shapes = np.empty(len(every), dtype=object)
    shapes[:] = every
    return Tokens(
        rows=np.repeat(np.arange(len(streams)), np.diff(starts)),
        words=np.array([numbers[token] for token in every], dtype=np.int64),
        starts=starts,
        vocabulary=tuple(vocabulary),
        shapes=shapes,
    )
