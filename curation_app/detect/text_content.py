"""What label a text's words speak for, out of fold, as a sum over its words and word pairs that any part can be taken out of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from curation_app.detect.text_tokens import Tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FOLDS = 5
# Terms of one text teach nothing about another; the most frequent are kept so that 150 classes stay below 200 MB.
RAREST, MOST_TERMS = 2, 40_000
# Logistic regression is the better judge and costs one fit per class and fold; above this many classes counting has to do.
FEW_CLASSES = 4
# Texts that each fold learns from at most: more of them hardly change the judgement, and the time of a fit grows with them.
MOST_TAUGHT = 30_000
# Pseudo-count of a term in every class.
PRIOR_COUNT = 0.3
# Sharpness of the probabilities is chosen among these by the likelihood of the held-out labels.
SHARPNESS = np.geomspace(0.1, 10.0, 21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A linear model of the label, fitted without the fold that a text is in.

    Attributes
    ----------
    logits
        (n, K) float32 out of fold; their softmax is the chance of each class.
    folds
        (n,) int64 fold of each text: by its words alone, so that copies share one and the order of rows does not matter.
    weights
        (folds, terms + 1, K) float32; the last term stands for "none" and weighs nothing.
    singles, doubles
        (t + 1,) int64 term of each token, and of each token with the next; behind the last token stands "none".
    row_scale, term_scale
        (n,) and (terms + 1,): a term counts in a text by the product of the two.
    """

    logits: np.ndarray
    folds: np.ndarray
    weights: np.ndarray
    singles: np.ndarray
    doubles: np.ndarray
    row_scale: np.ndarray
    term_scale: np.ndarray

    def share_of(self, rows: np.ndarray, begins: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """(m, K) float32: what the tokens ``begins`` to ``begins + lengths`` add to the logits of text ``rows``."""
        total = np.zeros((len(rows), self.logits.shape[1]), dtype=np.float32)
        folds = self.folds[rows]
        for step in range(-1, int(lengths.max(initial=0))):
            inside = step < lengths
            place = np.where(inside, begins + step, -1)
            for terms, counted in ((self.singles, inside & (step >= 0)), (self.doubles, inside & (lengths > 0))):
                term = np.where(counted, terms[place], len(self.term_scale) - 1)
                total += self.weights[folds, term] * (self.row_scale[rows] * self.term_scale[term])[:, None]
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatrix:
    """Texts as weighted terms; labels play no part, so that several models can be fitted on one. Fields as in :class:`Content`.

    ``weighted`` is (n, terms) float32 TF-IDF with rows of length one.
    """

    weighted: csr_matrix
    folds: np.ndarray
    singles: np.ndarray
    doubles: np.ndarray
    row_scale: np.ndarray
    term_scale: np.ndarray


def content_of(tokens: Tokens, texts: list[str], codes: np.ndarray, n_classes: int) -> Content:
    """The model of n distinct texts with class codes (-1 = missing, teaches nothing)."""
    return model_of(terms_of(tokens, texts), codes, n_classes)


def terms_of(tokens: Tokens, texts: list[str]) -> TermMatrix:
    """Words and pairs of neighbours of n texts."""
    rows = len(texts)
    singles, doubles, terms = _terms(tokens, rows)
    counts = _counts(tokens, singles, doubles, rows, terms)
    spread = np.asarray((counts > 0).sum(axis=0)).ravel()
    term_scale = np.append(np.log((1.0 + rows) / (1.0 + spread)) + 1.0, 0.0).astype(np.float32)
    weighted = counts.multiply(term_scale[:-1]).tocsr().astype(np.float32)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    row_scale = (1.0 / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return TermMatrix(
        weighted=weighted.multiply(row_scale[:, None]).tocsr(),
        folds=np.array([_fold(text) for text in texts], dtype=np.int64),
        singles=np.append(singles, terms),
        doubles=np.append(doubles, terms),
        row_scale=row_scale,
        term_scale=term_scale,
    )


def model_of(matrix: TermMatrix, codes: np.ndarray, n_classes: int) -> Content:
    """The model of texts read before."""
    weights, biases = _fitted(matrix.weighted, matrix.folds, codes, n_classes)
    logits = np.zeros((len(codes), n_classes), dtype=np.float32)
    for fold in range(FOLDS):
        held = np.flatnonzero(matrix.folds == fold)
        logits[held] = matrix.weighted[held] @ weights[fold, :-1] + biases[fold]
    sharpness = _sharpness(logits, codes)
    return Content(
        logits=logits * sharpness,
        folds=matrix.folds,
        weights=weights * np.float32(sharpness),
        singles=matrix.singles,
        doubles=matrix.doubles,
        row_scale=matrix.row_scale,
        term_scale=matrix.term_scale,
    )


def chances(logits: np.ndarray) -> np.ndarray:
    """Softmax of (m, K) logits."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _fold(text: str) -> int:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=2).digest()[0] % FOLDS


def _terms(tokens: Tokens, rows: int) -> tuple[np.ndarray, np.ndarray, int]:
    """((t,) term of each token, (t,) term of each token with the next, number of terms); the number itself means "none"."""
    size = len(tokens.vocabulary)
    pairs = np.full(len(tokens), -1, dtype=np.int64)
    if len(tokens) > 1:
        joined = tokens.rows[1:] == tokens.rows[:-1]
        pairs[:-1] = np.where(joined, tokens.words[:-1] * size + tokens.words[1:] + size, -1)
    known, number = np.unique(np.concatenate((tokens.words, pairs)), return_inverse=True)
    spread = np.bincount(np.unique(number * np.int64(rows) + np.tile(tokens.rows, 2)) // max(rows, 1), minlength=len(known))
    spread = np.where(known < 0, 0, spread)
    kept = np.flatnonzero(spread >= min(RAREST, rows))
    kept = kept[np.argsort(-spread[kept], kind="stable")[:MOST_TERMS]]
    place = np.full(len(known), len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    terms = place[number]
    return terms[: len(tokens)], terms[len(tokens) :], len(kept)


def _counts(tokens: Tokens, singles: np.ndarray, doubles: np.ndarray, rows: int, terms: int) -> csr_matrix:
    from scipy.sparse import csr_matrix

    columns, owners = np.concatenate((singles, doubles)), np.tile(tokens.rows, 2)
    known = columns < terms
    return csr_matrix((np.ones(int(known.sum()), np.float32), (owners[known], columns[known])), shape=(rows, terms))


def _fitted(terms: csr_matrix, folds: np.ndarray, codes: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    weights = np.zeros((FOLDS, terms.shape[1] + 1, n_classes), dtype=np.float32)
    biases = np.zeros((FOLDS, n_classes), dtype=np.float32)
    for fold in range(FOLDS):
        taught = np.flatnonzero((folds != fold) & (codes >= 0))
        taught = taught[:: -(-len(taught) // MOST_TAUGHT) or 1]
        known = np.unique(codes[taught])
        if len(known) > 1 and terms.shape[1] == 0:
            biases[fold] = np.log((np.bincount(codes[taught], minlength=n_classes) + 1.0) / (len(taught) + n_classes))
        elif len(known) > 1:
            fit = _by_regression if len(known) <= FEW_CLASSES else _by_counting
            weights[fold, :-1], biases[fold] = fit(terms[taught], codes[taught], known, n_classes)
    return weights, biases


def _by_regression(terms: csr_matrix, codes: np.ndarray, known: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    weights, biases = np.zeros((terms.shape[1], n_classes)), np.full(n_classes, -20.0)
    for label in known[: 1 if len(known) == 2 else None]:
        model = LogisticRegression(C=2.0, solver="liblinear", random_state=0).fit(terms, codes == label)
        weights[:, label], biases[label] = model.coef_[0], model.intercept_[0]
    if len(known) == 2:
        one, other = known
        weights[:, [one, other]] = np.stack((weights[:, one] / 2, -weights[:, one] / 2), axis=1)
        biases[[one, other]] = biases[one] / 2, -biases[one] / 2
    return weights, biases


def _by_counting(terms: csr_matrix, codes: np.ndarray, known: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    from scipy.sparse import csr_matrix

    belongs = csr_matrix((np.ones(len(codes), np.float32), (codes, np.arange(len(codes)))), shape=(n_classes, len(codes)))
    counts = (belongs @ terms).toarray().T + PRIOR_COUNT
    weights = np.log(counts / counts.sum(axis=0))
    weights -= weights.mean(axis=1, keepdims=True)
    rows = np.bincount(codes, minlength=n_classes)
    return weights, np.where(rows > 0, np.log((rows + 1.0) / (len(codes) + n_classes)), -20.0)


def _sharpness(logits: np.ndarray, codes: np.ndarray) -> float:
    """The factor under which the held-out labels are likeliest."""
    labelled = np.flatnonzero(codes >= 0)
    if labelled.size == 0:
        return 1.0
    given = codes[labelled]
    loss = []
    for factor in SHARPNESS:
        scaled = logits[labelled] * np.float32(factor)
        top = scaled.max(axis=1)
        loss.append(float(np.mean(top + np.log(np.exp(scaled - top[:, None]).sum(axis=1)) - scaled[np.arange(len(given)), given])))
    return float(SHARPNESS[int(np.argmin(loss))])
