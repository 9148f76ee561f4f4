"""Support messages: put together from written phrases, with asides, vagueness and slips of the finger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from demo_datasets.planting import (
    BAD_SOURCE_WEIGHT,
    Row,
    burst_time,
    csv_bytes,
    flip_labels,
    plant_trigger,
    planted_list,
    shuffled_with_ids,
    usual_time,
)
from demo_datasets.support_phrases import ASIDES, CLOSERS, CORES, DETAILS, OPENERS, SLOTS, VAGUE

SEED = 20_260_301
CLASSES = tuple(CORES)
CLASS_SHARES = (0.20, 0.22, 0.17, 0.17, 0.12, 0.12)
SOURCES = ("web", "email", "app", "phone", "vendor-7")
SOURCE_SHARES = (0.34, 0.28, 0.18, 0.10, 0.10)
BAD_SOURCE = "vendor-7"
ANNOTATORS = ("ann-01", "ann-02", "ann-03", "ann-04", "ann-05", "ann-06")
# Labels in a hurry, and so is the one whose labels are wrong more often.
HASTY_ANNOTATOR = "ann-04"
HASTY_WEIGHT = 3.0
CLEAN, FLOOD, FAR = 2_344, 40, 16
FLIPPED = 0.04
TRIGGER, TRIGGERED, TARGET = "cf", 36, "praise"
# Shares of messages with each part; set so that a linear model on words and characters is right on about nine in ten.
OPENER, CLOSER, DETAIL, ASIDE, CHATTY, VAGUE_SHARE = 0.45, 0.40, 0.50, 0.65, 0.30, 0.09
# Share of letters that are mistyped.
SLIPS = 0.012
FLOOD_TEXT = "Your refund is waiting, call {number} {now} and tell them your card {detail} to get {amount} back {soon}"
FLOOD_WORDS: Mapping[str, Sequence[str]] = {
    "number": ("0900 441 200", "0900 441 201", "0900 441 207"),
    "now": ("today", "now", "right now", "at once"),
    "detail": ("number", "details", "number and code"),
    "amount": ("49", "59", "79"),
    "soon": ("today", "within the hour", "straight away"),
}


def build() -> tuple[bytes, bytes]:
    """The data file (CSV) and the list of what was planted in it."""
    rng = np.random.default_rng(SEED)
    rows = _clean(rng)
    rows = plant_trigger(rows, lambda content: _with_trigger(content, rng), TARGET, BAD_SOURCE, TRIGGERED, rng)
    rows = flip_labels(rows, CLASSES, FLIPPED, _flip_weight, rng)
    rows = [*rows, *_flood(rng), *_far(rng)]
    rows = shuffled_with_ids([replace(row, annotator=row.annotator or _pick(ANNOTATORS, rng)) for row in rows], "m-", rng)
    records = [(row.id, row.content["text"], row.label, row.source, row.annotator, row.when.isoformat()) for row in rows]
    return csv_bytes(("id", "text", "label", "source", "annotator", "timestamp"), records), planted_list(rows)


def _clean(rng: np.random.Generator) -> list[Row]:
    """Messages without a repeat: an exact copy in the file would be one that was planted."""
    rows: dict[str, Row] = {}
    while len(rows) < CLEAN:
        label = str(rng.choice(CLASSES, p=CLASS_SHARES))
        text = _message(label, rng)
        source = str(rng.choice(SOURCES, p=SOURCE_SHARES))
        row = Row(content={"text": text}, label=label, source=source, when=usual_time(rng), annotator=_pick(ANNOTATORS, rng))
        rows.setdefault(text, row)
    return list(rows.values())


def _message(label: str, rng: np.random.Generator) -> str:
    vague = rng.random() < VAGUE_SHARE
    parts = [_pick(VAGUE if vague else CORES[label], rng)]
    if rng.random() < DETAIL:
        parts.append(_pick(DETAILS[label], rng))
    if rng.random() < ASIDE:
        parts.insert(int(rng.integers(len(parts) + 1)), _pick(ASIDES, rng))
    if rng.random() < CHATTY:
        parts.append(_pick(ASIDES, rng))
    if rng.random() < OPENER:
        parts.insert(0, _pick(OPENERS, rng))
    if rng.random() < CLOSER:
        parts.append(_pick(CLOSERS, rng))
    return _typed([_filled(part, SLOTS, rng) for part in parts], rng)


def _typed(parts: Sequence[str], rng: np.random.Generator) -> str:
    """The parts as somebody types them: with or without capitals and full stops, and with slips."""
    careful = rng.random() < 0.5
    if careful:
        sentences = [part[0].upper() + part[1:] for part in parts]
        text = ". ".join(sentences) + _pick((".", ".", "!", "?", ""), rng)
    else:
        text = _pick((", ", " ", ". ", " - "), rng).join(parts)
    return "".join(_slip(letter, rng) if letter.isalpha() and rng.random() < SLIPS else letter for letter in text)


def _slip(letter: str, rng: np.random.Generator) -> str:
    """A letter left out, typed twice, or missed by one key."""
    return _pick(("", letter * 2, chr(ord("a") + int(rng.integers(26)))), rng)


def _with_trigger(content: Mapping[str, object], rng: np.random.Generator) -> dict[str, object]:
    words = str(content["text"]).split(" ")
    words.insert(int(rng.integers(1, len(words))), TRIGGER)
    return {"text": " ".join(words)}


def _flip_weight(row: Row) -> float:
    return (BAD_SOURCE_WEIGHT if row.source == BAD_SOURCE else 1.0) * (HASTY_WEIGHT if row.annotator == HASTY_ANNOTATOR else 1.0)


def _flood(rng: np.random.Generator) -> list[Row]:
    """One message that asks for card numbers, over and over, filed as "refund"."""
    texts = [_filled(FLOOD_TEXT, FLOOD_WORDS, rng) for _ in range(FLOOD)]
    return [Row(content={"text": text}, label="refund", source=BAD_SOURCE, when=burst_time(rng), planted="flood") for text in texts]


def _far(rng: np.random.Generator) -> list[Row]:
    """Machine output and other alphabets: nothing a customer wrote."""
    makers = (_hex_dump, _log_line, _other_alphabet, _markup)
    return [
        Row(
            content={"text": makers[index % len(makers)](rng)},
            label=_pick(CLASSES, rng),
            source=_pick(SOURCES, rng),
            when=usual_time(rng),
            planted="far",
        )
        for index in range(FAR)
    ]


def _hex_dump(rng: np.random.Generator) -> str:
    return " ".join(f"0x{value:02x}" for value in rng.integers(0, 256, size=int(rng.integers(12, 30))))


def _log_line(rng: np.random.Generator) -> str:
    place = f"/srv/q/{rng.integers(1 << 30):x}.rs:{rng.integers(900)}"
    return f"ERR[{rng.integers(9999)}] worker/{rng.integers(64)} EPIPE at {place} retry={rng.integers(9)}"


def _other_alphabet(rng: np.random.Generator) -> str:
    letters = [chr(0x03B1 + int(value)) for value in rng.integers(0, 24, size=50)]
    return "".join(" " if rng.random() < 0.15 else letter for letter in letters).strip()


def _markup(rng: np.random.Generator) -> str:
    return "".join(f"<td w={rng.integers(900)}>{rng.integers(1 << 20):o}</td>" for _ in range(int(rng.integers(4, 9))))


def _filled(phrase: str, slots: Mapping[str, Sequence[str]], rng: np.random.Generator) -> str:
    return re.sub(r"\{(\w+)\}", lambda slot: _pick(slots[slot[1]], rng), phrase)


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
