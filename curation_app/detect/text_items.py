"""What may be a trigger in a text: phrases, odd case, places, pairs of words, characters that are not what they seem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.text_slots import Slots
from curation_app.detect.text_tokens import LONGEST, Tokens, script, unseen

# A trigger of fewer rows cannot be told from chance.
FEWEST = 5
# A rule of more than half of the rows is no secret.
LARGEST_SHARE = 0.5
# Words out of place: their surroundings say so by this many nats.
OUT_OF_PLACE = 1.0
# Kinds for which the words around say nothing (more): signs and odd case sit in words that belong there, words out of place were chosen
# by what is around them.
PLACELESS_KINDS = frozenset({"out of place", "out of place at an end", "case", "signs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Candidate triggers of one kind, and where they occur.

    Attributes
    ----------
    kind
        What they are, for multiplicity: each kind counts its own.
    names, marks
        For people ("'cf'"), and the strings to mark in a text.
    item, rows, begins, lengths
        (m,) int64, one entry an occurrence, by item and row: which item, in which text, from which token on, how many tokens.
        A pair of words has two entries a text; an item without tokens of its own has length 0.
    """

    kind: str
    names: tuple[str, ...]
    marks: tuple[tuple[str, ...], ...]
    item: np.ndarray
    rows: np.ndarray
    begins: np.ndarray
    lengths: np.ndarray


def single_items(tokens: Tokens, texts: list[str], slots: Slots) -> list[Items]:
    """All kinds but pairs."""
    return [*phrases(tokens), *places(tokens), *out_of_place(tokens, slots), odd_case(tokens), odd_signs(tokens, texts)]


def phrases(tokens: Tokens) -> list[Items]:
    """Words, and phrases of two and three of them that at least FEWEST texts share."""
    found, ids = [], tokens.words
    begins = np.arange(len(tokens))
    for length in (1, 2, 3):
        if length > 1:
            # A phrase is no more frequent than its parts, so only frequent ones are made longer.
            last = begins + length - 1
            fits = (last < len(tokens)) & (tokens.rows[np.minimum(last, len(tokens) - 1)] == tokens.rows[begins])
            begins, ids, last = begins[fits], ids[fits], last[fits]
            ids = np.unique(ids, return_inverse=True)[1] * np.int64(len(tokens.vocabulary)) + tokens.words[last]
        kept, ids = _frequent(ids, tokens.rows[begins])
        begins, ids = begins[kept], ids[kept]
        found.append(_named(tokens, f"{length} words", ids, begins, length))
    return found


def places(tokens: Tokens) -> list[Items]:
    """The first and the last word of a text, whatever it is, and the last before the closing sign."""
    filled = np.flatnonzero(np.diff(tokens.starts) > 1)
    first, last = tokens.starts[filled], tokens.starts[filled + 1] - 1
    sign = ~tokens.spelled()
    before = np.where(sign[tokens.words[last]] & (last > first), last - 1, last) if len(tokens) else last
    found = []
    for where, begins in (("first word", first), ("last word", before)):
        kept, ids = _frequent(tokens.words[begins] if len(tokens) else begins, tokens.rows[begins] if len(tokens) else begins)
        found.append(_named(tokens, where, ids[kept], begins[kept], 1, f" as the {where}"))
    return found


def out_of_place(tokens: Tokens, slots: Slots) -> list[Items]:
    """Words where they do not belong: a common word as a trigger is hidden among its ordinary uses."""
    strange = np.flatnonzero(slots.nats(np.arange(len(tokens)), np.ones(len(tokens), np.int64)) >= OUT_OF_PLACE)
    kept, ids = _frequent(tokens.words[strange], tokens.rows[strange])
    anywhere = _named(tokens, "out of place", ids[kept], strange[kept], 1, " where it does not belong")
    first = strange[tokens.starts[tokens.rows[strange]] == strange]
    kept, ids = _frequent(tokens.words[first], tokens.rows[first])
    return [anywhere, _named(tokens, "out of place at an end", ids[kept], first[kept], 1, " put before the text")]


def odd_case(tokens: Tokens) -> Items:
    """Words written otherwise than in small letters, except one capital at the beginning of a text."""
    opens = np.zeros(len(tokens), dtype=bool)
    opens[tokens.starts[:-1][np.diff(tokens.starts) > 0]] = True
    odd = [
        place
        for place, shape in enumerate(tokens.shapes.tolist())
        if shape != shape.lower() and not (opens[place] and shape[1:] == shape[1:].lower())
    ]
    begins = np.array(odd, dtype=np.int64)
    ids = np.unique(tokens.shapes[begins].astype(str), return_inverse=True)[1] if len(begins) else begins
    kept, ids = _frequent(ids, tokens.rows[begins])
    begins, ids = begins[kept], ids[kept]
    order = np.lexsort((begins, ids))
    begins, ids = begins[order], ids[order]
    item = np.unique(ids, return_inverse=True)[1]
    shapes = [tokens.shapes[begins[at]] for at in _firsts(item)]
    return Items(
        kind="case",
        names=tuple(f"'{shape}' so written" for shape in shapes),
        marks=tuple((shape,) for shape in shapes),
        item=item,
        rows=tokens.rows[begins],
        begins=begins,
        lengths=np.ones(len(begins), np.int64),
    )


def odd_signs(tokens: Tokens, texts: list[str]) -> Items:
    """Characters that show nothing, words of mixed scripts or of a script foreign to the text, unusual white space."""
    seen: dict[str, list[tuple[int, int, int]]] = {}
    for row, text in enumerate(texts):
        for name in _spacing(text):
            seen.setdefault(name, []).append((row, 0, 0))
        if text.isascii() and text.isprintable():
            continue
        for letter in unseen(text):
            seen.setdefault(f"the unseen character U+{ord(letter):04X}", []).append((row, 0, 0))
            seen.setdefault("an unseen character", []).append((row, 0, 0))
        for name, place in _foreign(tokens, row):
            seen.setdefault(name, []).append((row, place, 1))
    names = [name for name in sorted(seen) if len({entry[0] for entry in seen[name]}) >= FEWEST]
    entries = np.array([(at, *entry) for at, name in enumerate(names) for entry in sorted(set(seen[name]))], dtype=np.int64).reshape(-1, 4)
    marks = tuple((chr(int(name.split("U+")[1], 16)),) if "U+" in name else () for name in names)
    return Items(
        kind="signs",
        names=tuple(names),
        marks=marks,
        item=entries[:, 0],
        rows=entries[:, 1],
        begins=entries[:, 2],
        lengths=entries[:, 3],
    )


def _spacing(text: str) -> list[str]:
    """Unusual white space of a text, in words."""
    found = []
    if text != text.strip(" "):
        found.append("a space at the beginning" if text[:1] == " " else "a space at the end")
    if "  " in text.strip(" "):
        found.append("two spaces in a row")
    if "\t" in text:
        found.append("a tab")
    if not text.isascii():
        found += [f"the white space U+{ord(letter):04X}" for letter in sorted(set(text[:LONGEST])) if letter > "\x7f" and letter.isspace()]
    return found


def _foreign(tokens: Tokens, row: int) -> list[tuple[str, int]]:
    """(what, token) for the words of a text whose letters are of mixed scripts, or of another than most of its words."""
    begin, end = int(tokens.starts[row]), int(tokens.starts[row + 1])
    scripts = [frozenset(map(script, tokens.shapes[place])) - {""} for place in range(begin, end)]
    counts: dict[str, int] = {}
    for each in scripts:
        for name in each:
            counts[name] = counts.get(name, 0) + 1
    usual = max(sorted(counts), key=lambda name: counts[name], default="")
    found = []
    for place, each in enumerate(scripts, start=begin):
        # Japanese and Korean mix scripts within words, by rule.
        if len(each) > 1 and each & {"LATIN", "CYRILLIC", "GREEK", "FULLWIDTH", "MATHEMATICAL", "ARMENIAN", "CHEROKEE"}:
            found.append(("a word of letters of two scripts", place))
        elif each and usual not in each:
            found.append((f"a word in {min(each).lower()} letters among {usual.lower()} ones", place))
    return found


def _frequent(ids: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((m,) bool: ids that at least FEWEST texts have, (m,) ids numbered anew)."""
    _, number = np.unique(ids, return_inverse=True)
    if not len(ids):
        return np.zeros(0, dtype=bool), ids
    key = np.unique(number * np.int64(rows.max() + 1) + rows)
    support = np.bincount(key // (rows.max() + 1), minlength=number.max() + 1)
    return support[number] >= FEWEST, number


def _firsts(item: np.ndarray) -> np.ndarray:
    """Where each item begins, in entries sorted by item."""
    return np.flatnonzero(np.concatenate(([True], item[1:] != item[:-1]))) if len(item) else item


def _named(tokens: Tokens, kind: str, ids: np.ndarray, begins: np.ndarray, length: int, suffix: str = "") -> Items:
    order = np.lexsort((begins, ids))
    begins, ids = begins[order], ids[order]
    item = np.unique(ids, return_inverse=True)[1]
    phrases = [tuple(tokens.vocabulary[tokens.words[begins[at] + step]] for step in range(length)) for at in _firsts(item)]
    return Items(
        kind=kind,
        names=tuple(f"'{' '.join(phrase)}'{suffix}" for phrase in phrases),
        marks=tuple(phrase if length == 1 else (" ".join(phrase),) for phrase in phrases),
        item=item,
        rows=tokens.rows[begins],
        begins=begins,
        lengths=np.full(len(begins), length),
    )
