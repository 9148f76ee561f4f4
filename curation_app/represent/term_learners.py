"""The learners that count the terms of a text."""

from __future__ import annotations

import numpy as np

from curation_app.represent.centroid import TermCentroid
from curation_app.represent.logistic import TermLogistic
from curation_app.represent.naive_bayes import ComplementBayes
from curation_app.represent.probability import Member
from curation_app.represent.text import side_by_side, terms_of


def counters_of_few(texts: list[str], folds: np.ndarray, n_classes: int, *, seed: int) -> dict[str, Member]:
    """Words twice, by sums and by logistic regression, and letter groups."""
    words, letters = terms_of(texts)
    return {
        "words": ComplementBayes(words, folds, n_classes),
        "letters": ComplementBayes(letters, folds, n_classes),
        "logistic": TermLogistic(words, folds, n_classes, seed=seed),
    }


def counters_of_many(texts: list[str], folds: np.ndarray, n_classes: int) -> dict[str, Member]:
    """Class centres among words and letter groups together, and sums over words: both stay cheap and steady at 150 classes.

    Centres alone miss labels that are wrong where two classes touch: with the sums, average precision on such flips rises by .1
    (banking77, 4,000 rows, two seeds), and on random flips it falls by .003.
    """
    terms = terms_of(texts)
    return {
        "centroid": TermCentroid(side_by_side(terms), folds, n_classes),
        "words": ComplementBayes(terms.words, folds, n_classes),
    }
