"""What every simulated attack is: it takes a dataset and gives back a copy with known bad rows in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """An attacked copy.

    Attributes
    ----------
    dataset
        The copy; its first rows are those of the original, in order, added ones come behind.
    mask
        (n',) bool: the bad rows.
    title
        What was planted, in words ("the token 'cf' with the label 'positive'").
    grouped
        Whether the rows belong together, so that they should be found as one campaign.
    """

    dataset: Dataset
    mask: np.ndarray
    title: str
    grouped: bool


class Attack(ABC):
    """One way of poisoning. Never changes its input; all randomness comes from ``rng``.

    Attributes
    ----------
    code, title
        Stable short name with dashes, and what it is called.
    kind
        What a planted row is.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind]

    @abstractmethod
    def lacks(self, dataset: Dataset) -> str:
        """Why it cannot be planted here, in one sentence; empty when it can."""

    @abstractmethod
    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """A copy with about ``count`` bad rows (fewer where there is not enough to change)."""
