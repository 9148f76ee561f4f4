"""The learners that judge texts: two that count terms beside the three that know only where a row lies."""

from __future__ import annotations

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.represent.naive_bayes import ComplementBayes
from curation_app.represent.probability import Member
from curation_app.represent.text import row_texts, terms_of


def text_members(dataset: Dataset, folds: np.ndarray, n_classes: int) -> dict[str, Member]:
    """Complement naive Bayes on words and on letter groups.

    With the three general learners their mean reaches what z-summed logistic regressions do on two classes, in a tenth of the time,
    and stays affordable at 150 classes.
    """
    words, letters = terms_of(row_texts(dataset))
    return {"words": ComplementBayes(words, folds, n_classes), "letters": ComplementBayes(letters, folds, n_classes)}
