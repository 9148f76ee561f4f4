"""Texts as numbers: the words and the letter groups they are made of, weighted by rarity, on their main axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.errors import UsageError
from curation_app.represent.principal import orthonormal

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Axes kept: at 77 classes 512 axes gain .01 average precision for twice the time.
WIDTH = 256
# A term of one row compares it with nothing; below this many rows even that is all there is.
RARE_FROM = 50
# Terms kept per matrix, the most frequent first: bounds memory at 150 classes (150 x 60,000 float32 is 36 MB a fold).
MOST_TERMS = 60_000
# Only the first letters of very long texts are read: a page's worth tells what it is about.
LONGEST = 5_000
# Range finder: extra directions and power passes (Halko, Martinsson & Tropp 2011).
OVERSAMPLE, PASSES = 10, 2


class Terms(NamedTuple):
    """TF-IDF of words (1-2) and of letter groups inside words (3-5), each (n, terms) float32 with rows of length one."""

    words: csr_matrix
    letters: csr_matrix


def row_texts(dataset: Dataset) -> list[str]:
    """The text of each row; a missing one counts as empty."""
    texts = dataset.column("text")
    return [""] * len(dataset) if texts is None else [text or "" for text in texts]


def text_features(texts: Sequence[str], *, seed: int, model: Path | None = None) -> tuple[np.ndarray, str]:
    """(n, d) float32 rows of length one, and how they were made. ``texts`` is n of them (:func:`row_texts`).

    ``model`` is a folder with a sentence-transformers model; it is used instead of terms, and only when asked for.
    """
    if model is not None:
        return _encoded(texts, model), f"sentences encoded by {model.name}"
    coordinates = _main_axes(side_by_side(terms_of(texts)), seed)
    lengths = np.linalg.norm(coordinates, axis=1, keepdims=True)
    features = (coordinates / np.where(lengths > 1e-6, lengths, 1)).astype(np.float32)
    return features, f"word and character TF-IDF on {features.shape[1]} axes"


def terms_of(texts: Sequence[str]) -> Terms:
    """Words and letter groups of n texts. The last ones are remembered: features and judges of one scan read the same."""
    return _terms_of(tuple(texts))


@lru_cache(maxsize=1)
def _terms_of(texts: tuple[str, ...]) -> Terms:
    rarest = 2 if len(texts) >= RARE_FROM else 1
    words = _tf_idf(texts, rarest, analyzer="word", ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b")
    # A letter group is shared by chance more often than a word, so it has to be seen once more.
    letters = _tf_idf(texts, rarest + (rarest > 1), analyzer="char_wb", ngram_range=(3, 5))
    return Terms(words, letters)


def side_by_side(terms: Terms) -> csr_matrix:
    """(n, all terms) float32: words and letter groups, of equal weight."""
    from scipy.sparse import hstack

    return hstack(terms).tocsr()


def _tf_idf(texts: Sequence[str], rarest: int, **reading: object) -> csr_matrix:
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(min_df=rarest, max_features=MOST_TERMS, sublinear_tf=True, dtype=np.float32, **reading)
    try:
        return vectorizer.fit_transform(text[:LONGEST] for text in texts).tocsr()
    except ValueError:
        # No term is left: empty texts, or none shares a term with another.
        return csr_matrix((len(texts), 1), dtype=np.float32)


def _main_axes(terms: csr_matrix, seed: int) -> np.ndarray:
    """(n, at most WIDTH) float32 coordinates by randomised SVD, uncentred so that the matrix stays sparse."""
    size = min(WIDTH + OVERSAMPLE, *terms.shape)
    start = np.random.default_rng(seed).standard_normal((terms.shape[1], size), dtype=np.float32)
    basis = orthonormal(terms @ start)
    for _ in range(PASSES):
        basis = orthonormal(terms @ (terms.T @ basis))
    squares, turns = np.linalg.eigh((small := (terms.T @ basis).T) @ small.T)
    widest = np.argsort(squares, kind="stable")[::-1][:WIDTH]
    widest = widest[squares[widest] > 1e-6 * max(float(squares.max(initial=0.0)), 1e-12)]
    turned: np.ndarray = (basis @ turns[:, widest]) * np.sqrt(squares[widest])
    return turned if turned.shape[1] else np.zeros((terms.shape[0], 1), np.float32)


def _encoded(texts: Sequence[str], model: Path) -> np.ndarray:
    try:
        from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]
    except ImportError:
        hint = "Install the extra: pip install sentence-transformers."
        raise UsageError("A sentence model needs the package sentence-transformers.", hint=hint) from None
    if not model.is_dir():
        hint = "Give the folder of a sentence-transformers model; nothing is fetched."
        raise UsageError(f"There is no model folder {model}.", hint=hint)
    encoder = SentenceTransformer(str(model), local_files_only=True)
    return np.asarray(encoder.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), dtype=np.float32)
