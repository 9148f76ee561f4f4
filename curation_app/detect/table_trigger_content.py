"""What a row's other cells say about its label: a linear model whose rows can be left out exactly, one by one or in groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.detect.table_trigger_items import ItemTable

# Pseudo-rows that hold every weight back: an item on three rows counts half.
RIDGE = 3.0
# The widest model: its Gram matrix costs rows x width^2, a second or two at either end.
WIDEST, WIDEST_OF_MANY, MANY = 800, 500, 20_000
# Candidate steepnesses that turn the linear scores into chances; the best by left-out likelihood is taken.
STEEPNESS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
# Rows turned dense at once: 8,192 x 800 float32 are 26 MB.
CHUNK = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentModel:
    """Ridge regression of the labels on items.

    Attributes
    ----------
    design
        (n, D) float32 CSR of the model's items and a last column of ones.
    item_place
        (I,) column of ``design`` that an item has, -1 for none.
    inverse, weights
        (D, D) inverse of the Gram matrix with its ridge; (D, K) weights.
    fitted, onehot
        (n, K) scores with the row itself in the training data, and its label as an indicator.
    steepness
        Factor before the softmax.
    left_out
        (n, K) float32 scores with the row itself left out.
    chances
        (n, K) float32: chance of each class with the row itself left out.
    """

    design: object
    item_place: np.ndarray
    inverse: np.ndarray
    weights: np.ndarray
    fitted: np.ndarray
    onehot: np.ndarray
    steepness: float
    left_out: np.ndarray
    chances: np.ndarray

    def without(self, rows: np.ndarray) -> np.ndarray:
        """(len(rows), K) chances of ``rows`` by a model that saw none of them."""
        block = self.design[rows].toarray().astype(np.float64)  # type: ignore[index]
        if len(rows) > len(self.inverse):
            gram, hits = np.linalg.inv(self.inverse), np.linalg.solve(self.inverse, self.weights)
            reduced = np.linalg.solve(gram - block.T @ block, hits - block.T @ self.onehot[rows])
            return softmax(self.steepness * (block @ reduced))
        leverage = block @ self.inverse @ block.T
        residual = self.onehot[rows] - self.fitted[rows]
        left_out = np.linalg.solve(np.eye(len(rows)) - leverage, residual)
        return softmax(self.steepness * (self.onehot[rows] - left_out))


def content_model(table: ItemTable, codes: np.ndarray, n_classes: int) -> ContentModel:
    """Fit the model. ``codes`` is (n,) in 0 ... K-1; the items' rows are numbers below n."""
    design, item_place = _design(table, len(codes))
    gram, hits = _gram(design, codes, n_classes)
    gram[np.diag_indices_from(gram)] += RIDGE
    inverse = np.linalg.inv(gram)
    weights = inverse @ hits
    fitted, leverage = _fitted(design, inverse, weights)
    onehot = np.eye(n_classes)[codes]
    left_out = onehot - (onehot - fitted) / np.maximum(1.0 - leverage, 1e-3)[:, None]
    steepness = max(STEEPNESS, key=lambda factor: _likelihood(factor * left_out, codes))
    return ContentModel(
        design=design,
        item_place=item_place,
        inverse=inverse,
        weights=weights,
        fitted=fitted,
        onehot=onehot,
        steepness=steepness,
        left_out=left_out.astype(np.float32),
        chances=softmax(steepness * left_out).astype(np.float32),
    )


def softmax(scores: np.ndarray) -> np.ndarray:
    """(n, K) scores -> chances that sum to one."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _design(table: ItemTable, rows: int) -> tuple[object, np.ndarray]:
    """Categories, missing cells and ranges; single values of a column that has ranges are left to be judged by them."""
    from scipy import sparse

    ranged = np.zeros(int(table.column.max()) + 1 if len(table) else 0, dtype=bool)
    ranged[table.column[~table.exact]] = True
    sizes = np.diff(table.starts)
    chosen = np.flatnonzero(~table.exact | ~ranged[table.column])
    widest = WIDEST if rows <= MANY else WIDEST_OF_MANY
    # Too many: the most frequent say most about most rows.
    chosen = np.sort(chosen[np.argsort(-sizes[chosen], kind="stable")[:widest]])
    place = np.full(len(table), -1)
    place[chosen] = np.arange(len(chosen))
    kept = place[table.items] >= 0
    shape = (rows, len(chosen))
    hits = sparse.csr_matrix((np.ones(int(kept.sum()), np.float32), (table.rows[kept], place[table.items[kept]])), shape=shape)
    return sparse.hstack([hits, np.ones((rows, 1), np.float32)], format="csr", dtype=np.float32), place


def _gram(design: object, codes: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    width = design.shape[1]  # type: ignore[attr-defined]
    gram, hits = np.zeros((width, width)), np.zeros((width, n_classes))
    for low in range(0, len(codes), CHUNK):
        block = design[low : low + CHUNK].toarray()  # type: ignore[index]
        gram += block.T @ block
        hits += block.T @ np.eye(n_classes, dtype=np.float32)[codes[low : low + CHUNK]]
    return gram, hits


def _fitted(design: object, inverse: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, K) scores and (n,) leverage of every row."""
    rows = design.shape[0]  # type: ignore[attr-defined]
    root = np.linalg.cholesky((inverse + inverse.T) / 2).astype(np.float32)
    leverage = np.zeros(rows)
    for low in range(0, rows, CHUNK):
        leverage[low : low + CHUNK] = np.square(design[low : low + CHUNK].toarray() @ root).sum(axis=1)  # type: ignore[index]
    return np.asarray(design @ weights), leverage


def _likelihood(scores: np.ndarray, codes: np.ndarray) -> float:
    highest = scores.max(axis=1)
    log_sum = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1))
    return float((scores[np.arange(len(codes)), codes] - log_sum).sum())
