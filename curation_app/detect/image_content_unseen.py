"""What rows would be labelled by their content where the ensemble is no witness: a pattern that many rows share taught it their label."""

from __future__ import annotations

import numpy as np

from curation_app.detect.distinct import BLOCK, reference_rows
from curation_app.detect.image_content import ContentWithout
from curation_app.domain.representation import Representation

# Nearest rows asked, and the weight of one more row that votes for each class alike.
ASKED, PRIOR = 15, 1.0


class ContentUnseen(ContentWithout):
    """Half a discriminant, half the vote of the nearest rows, neither of which saw the suspect rows.

    A patch is a few pixels, and the ensemble mostly goes by the others. A pattern over the whole picture is in all that the ensemble
    knows of a row: where 40 rows share it, it gives each of them their label with certainty.
    """

    def __init__(self, representation: Representation, chances: np.ndarray, seed: int) -> None:
        self._reference = reference_rows(representation, seed, by_label=True)
        self._reference = self._reference[representation.codes[self._reference] >= 0]
        super().__init__(representation.features, representation.codes, chances, ordinary=self._reference)

    def _given(self, rows: np.ndarray) -> np.ndarray:
        """(m, K) shares of the classes among the nearest reference rows that are none of ``rows``."""
        asked = np.setdiff1d(self._reference, rows) if rows is not self._reference else self._reference
        base, count = self._features[asked], min(ASKED, max(asked.size - 1, 0))
        votes = np.full((rows.size, self._n_classes), PRIOR / self._n_classes)
        norms = np.einsum("ij,ij->i", base, base)
        for start in range(0, rows.size if count else 0, BLOCK):
            block = rows[start : start + BLOCK]
            distances = norms - 2.0 * (self._features[block] @ base.T)
            # A row that is asked itself has no say in what it is.
            distances[block[:, None] == asked] = np.inf
            nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
            for column in self._codes[asked[nearest]].T:
                votes[np.arange(start, start + block.size), column] += 1.0
        return votes / (count + PRIOR)
