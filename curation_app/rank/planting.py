"""What a detector said of rows as they are and of errors planted among them, on the one scale that both share: rarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Planting:
    """One look at planted errors.

    Attributes
    ----------
    others
        (n,) surprise of the rows as they are, the bad ones among them too; NaN = not scored.
    planted
        (m,) surprise of the planted errors; NaN = not scored.
    weight
        (m,) how much each planted error counts, at least 0; None means all alike.
    undone
        Chance that the change which makes a good row bad makes a bad one good, in [0, 1]: 1 for labels of two classes, 0 where errors are
        rows of their own.
    """

    others: np.ndarray
    planted: np.ndarray
    weight: np.ndarray | None = None
    undone: float = 0.0

    @classmethod
    def of_copy(cls, surprise: np.ndarray, mask: np.ndarray) -> Planting:
        """Of an attacked copy: (n,) surprise of its rows and (n,) bool mask of the planted ones."""
        return cls(others=surprise[~mask], planted=surprise[mask])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """All plantings of one detector together, on the scale of rarity.

    Attributes
    ----------
    planted, weight
        (m,) rarity of the planted errors, rising, and what each counts; the weights add up to m.
    others
        (n,) rarity of the other rows, rising.
    copies
        How often each of the other rows is among them.
    undone
        As in :class:`Planting`.
    """

    planted: np.ndarray
    weight: np.ndarray
    others: np.ndarray
    copies: int
    undone: float


def pooled(plantings: list[Planting]) -> Sample:
    """The plantings as one sample, what was not scored left out."""
    planted, weight, others = [], [], []
    for one in plantings:
        reference = np.sort(one.others[np.isfinite(one.others)].astype(np.float64))
        scored = np.isfinite(one.planted)
        if reference.size:
            planted.append(rarity(one.planted[scored].astype(np.float64), reference))
            weight.append(np.ones(int(scored.sum())) if one.weight is None else one.weight[scored].astype(np.float64))
            others.append(rarity(reference, reference))
    rarities, weights = (np.concatenate(parts) if parts else np.zeros(0) for parts in (planted, weight))
    rarities, weights = rarities[weights > 0], weights[weights > 0]
    order = np.argsort(rarities, kind="stable")
    return Sample(
        planted=rarities[order],
        weight=weights[order] * (weights.size / max(float(weights.sum()), 1e-12)),
        others=np.sort(np.concatenate(others)) if others else np.zeros(0),
        copies=max(len(others), 1),
        undone=max((one.undone for one in plantings), default=0.0),
    )


def rarity(surprise: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(n,) -log10 of the share of ``reference`` (sorted) that is at least as surprised; half a row stands for none."""
    at_least = reference.size - np.searchsorted(reference, surprise, side="left")
    return -np.log10((at_least + 0.5) / (reference.size + 1.0))
