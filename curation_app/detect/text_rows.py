"""The distinct texts of a data set, in an order of their own, and the rows that have each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.representation import Representation


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctTexts:
    """m different pairs of text and label, sorted, so that neither copies nor the order of rows change what is found.

    Attributes
    ----------
    texts, codes
        m texts and (m,) int32 class codes, -1 = missing.
    given
        (n,) int32 class codes of all rows.
    """

    texts: list[str]
    codes: np.ndarray
    given: np.ndarray
    _rows: np.ndarray
    _starts: np.ndarray

    def owners(self, which: np.ndarray) -> np.ndarray:
        """The rows, rising, that have the texts ``which``."""
        spans = [self._rows[self._starts[text] : self._starts[text + 1]] for text in which.tolist()]
        return np.sort(np.concatenate(spans)) if spans else np.zeros(0, dtype=np.int64)


def distinct_texts(dataset: Dataset, representation: Representation) -> DistinctTexts:
    """The texts of a data set that has some."""
    column = dataset.column("text")
    texts = [""] * len(dataset) if column is None else [text or "" for text in column.tolist()]
    codes = representation.codes.tolist()
    order = sorted(range(len(texts)), key=lambda row: (texts[row], codes[row]))
    new = [place == 0 or (texts[row], codes[row]) != (texts[order[place - 1]], codes[order[place - 1]]) for place, row in enumerate(order)]
    firsts = np.flatnonzero(new)
    return DistinctTexts(
        texts=[texts[order[place]] for place in firsts.tolist()],
        codes=np.array([codes[order[place]] for place in firsts.tolist()], dtype=np.int32),
        given=representation.codes,
        _rows=np.array(order, dtype=np.int64),
        _starts=np.append(firsts, len(order)),
    )
