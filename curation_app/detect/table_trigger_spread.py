"""How much the values of a column decide labels by nature: where many values do (codes, tax bands), one more proves little."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from curation_app.detect.rule_bayes import LEAST, MOST
from curation_app.detect.table_trigger_content import ContentModel, softmax
from curation_app.detect.table_trigger_items import FEWEST, ItemTable

# Two other values can be odd by chance; three that are say something about the column.
FEWEST_VALUES = 3
# A correlation of one would explain any rule away, and has no beta distribution.
MOST_SPREAD = 0.95

Spread = Callable[[tuple[int, ...]], float]


def spread_of(table: ItemTable, model: ContentModel, codes: np.ndarray, largest: int) -> Spread:
    """A function of items: intraclass correlation in [0, 0.95] of the labels among rows with one value of their columns.

    It is read from the other values of the column that at most ``largest`` rows have, beyond what the rest of their rows explains. For a
    pair the values' own effects count as explained, because the pair claims more than those.
    """
    sizes = np.diff(table.starts)
    usual = table.exact & (sizes >= FEWEST) & (sizes <= largest)
    known: dict[tuple[int, bool], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def spread(items: tuple[int, ...]) -> float:
        found = 0.0
        for item in items:
            key = (int(table.column[item]), len(items) == 1)
            if key not in known:
                known[key] = _excess(table, model, codes, np.flatnonzero(usual & (table.column == key[0])), alone=key[1])
            others, excess, weight = known[key]
            rest = others != item
            if rest.sum() >= FEWEST_VALUES:
                found = max(found, float(excess[rest].sum() / weight[rest].sum()))
        return min(found, MOST_SPREAD)

    return spread


def discount(carries: int, rows: int, expected: float, spread: float) -> float:
    """Nats by which ``carries`` of ``rows`` is likelier when labels within a value go together: beta-binomial against binomial."""
    from scipy.special import betaln

    if spread <= 0.0 or rows == 0:
        return 0.0
    expected = min(max(expected, LEAST), MOST)
    strength = (1.0 - spread) / spread
    one, other = expected * strength, (1.0 - expected) * strength
    together = betaln(one + carries, other + rows - carries) - betaln(one, other)
    apart = carries * np.log(expected) + (rows - carries) * np.log(1.0 - expected)
    return max(0.0, float(together - apart))


def _excess(
    table: ItemTable, model: ContentModel, codes: np.ndarray, items: np.ndarray, *, alone: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The items, how far each one's squared residual exceeds its variance, and what one unit of correlation would make of it."""
    if not items.size:
        return items, np.zeros(0), np.zeros(0)
    low, high = table.starts[items[0]], table.starts[items[-1] + 1]
    mine = np.isin(table.items[low:high], items)
    rows, place = table.rows[low:high][mine], np.searchsorted(items, table.items[low:high][mine])
    scores = model.left_out[rows]
    own = model.item_place[items][place]
    if alone:
        scores = scores - np.where(own[:, None] >= 0, model.weights[np.maximum(own, 0)], 0.0)
    chances = softmax(model.steepness * scores)
    squared = np.zeros(len(items))
    for label in range(chances.shape[1]):
        squared += np.bincount(place, weights=(codes[rows] == label) - chances[:, label], minlength=len(items)) ** 2
    # No row counts as more certain than a Bayes factor would believe.
    each = np.maximum((chances * (1.0 - chances)).sum(axis=1), 2.0 * LEAST * MOST)
    variance = np.bincount(place, weights=each, minlength=len(items))
    return items, squared / variance - 1.0, np.bincount(place, minlength=len(items)) - 1.0
