"""From many overlapping candidates to a few rules: join those that cover the same rows, judge each again without its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation_app.detect.image_content import ContentWithout
from curation_app.detect.image_patch_items import Item

# Rules judged again; the price of candidates leaves rarely more than two or three in real attacks.
REFITTED = 16
# Candidates that share this part of their rows are one rule seen through several windows.
SAME_ROWS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Rows of one candidate or several joined ones, with what their content says.

    ``rows`` show the pattern, ``carries`` which of them have the label, ``expected`` (m,) the chance of the label by content,
    ``likely`` (m,) the class content would give.
    """

    item: Item
    rows: np.ndarray
    carries: np.ndarray
    expected: np.ndarray
    likely: np.ndarray
    nats: float


def joined(items: Sequence[Item], codes: np.ndarray, price: float) -> list[list[Item]]:
    """Candidates by rule, the best candidate of each first, the best rule first; those not worth their ``price`` are left out."""
    groups: list[list[Item]] = []
    held: list[np.ndarray] = []
    for item in sorted(items, key=lambda one: (-one.nats, one.plane, one.kind, one.place or (-1, -1), one.code)):
        if item.nats <= price:
            break
        mine = item.rows[codes[item.rows] == item.label]
        home = next((at for at, mask in enumerate(held) if groups[at][0].label == item.label and mask[mine].mean() >= SAME_ROWS), None)
        if home is not None:
            groups[home].append(item)
        elif len(groups) < REFITTED:
            mask = np.zeros(len(codes), dtype=bool)
            mask[mine] = True
            groups.append([item])
            held.append(mask)
    return groups


def judged(item: Item, rows: np.ndarray, codes: np.ndarray, copies: np.ndarray, content: ContentWithout, candidates: int) -> Rule:
    """The rule that ``rows`` follow, judged by content that saw none of them; exact copies count once."""
    nats, chances = content.nats(rows, item.label, copies, candidates)
    carries = codes[rows] == item.label
    return Rule(item=item, rows=rows, carries=carries, expected=chances[:, item.label], likely=chances.argmax(axis=1), nats=nats)
