"""A supplier that mislabels part of what it delivers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.attack.label_flips import class_codes
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind

# Share of its rows that the hostile source flips: what a careless or bought supplier might do without being noticed at once.
FLIPPED = 0.2
# A source from which fewer rows can be flipped than this is no campaign.
FEWEST = 5


class SourceFlips(Attack):
    """One source flips a fifth of its rows."""

    code: ClassVar[str] = "source-flips"
    title: ClassVar[str] = "labels flipped by one source"
    kind: ClassVar[Kind] = Kind.MISLABEL

    def lacks(self, dataset: Dataset) -> str:
        """There must be classes, and two sources large enough to hide in."""
        if dataset.label_kind != "class":
            return "The labels are not classes."
        codes, classes = class_codes(dataset)
        if len(classes) < 2:
            return "There are fewer than two classes."
        source = dataset.column("source")
        if source is None:
            return "No column says where a row comes from."
        sizes = _sizes(source, codes)
        return "" if sum(size * FLIPPED >= FEWEST for size in sizes.values()) >= 2 else "Fewer than two sources have 25 labelled rows."

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """The source whose fifth is nearest to ``count`` rows flips it; never more than ``count``, so a larger source flips less."""
        codes, classes = class_codes(dataset)
        source = dataset.column("source")
        assert source is not None  # lacks says so otherwise
        sizes = _sizes(source, codes)
        large = sorted(name for name, size in sizes.items() if size * FLIPPED >= FEWEST)
        nearest = min(abs(sizes[name] * FLIPPED - count) for name in large)
        name = str(rng.choice([name for name in large if abs(sizes[name] * FLIPPED - count) <= max(nearest, 0.1 * count)]))
        flipped, mask = plant_source_flips(codes, len(classes), source == name, min(FLIPPED, count / sizes[name]), rng)
        labels = np.array([None, *classes], dtype=object)[flipped + 1]
        return Planted(
            dataset=changed(dataset, labels=labels),
            mask=mask,
            title=f"{int(mask.sum())} of the {sizes[name]} rows of source '{name}' flipped",
            grouped=True,
        )


def plant_source_flips(
    codes: np.ndarray, n_classes: int, mine: np.ndarray, share: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Flip a share of one source's labelled rows to other classes.

    ``mine`` is (n,) bool. Returns ((n,) int32 new codes, (n,) bool mask of the flipped rows).
    """
    candidates = np.flatnonzero(mine & (codes >= 0))
    chosen = rng.choice(candidates, round(share * candidates.size), replace=False)
    changed_codes, mask = codes.astype(np.int32, copy=True), np.zeros(len(codes), dtype=bool)
    changed_codes[chosen] = (codes[chosen] + rng.integers(1, max(n_classes, 2), chosen.size)) % n_classes
    mask[chosen] = True
    return changed_codes, mask


def _sizes(source: np.ndarray, codes: np.ndarray) -> dict[str, int]:
    """Labelled rows of each named source."""
    names, counts = np.unique(np.array([name for name in source[codes >= 0].tolist() if name], dtype=str), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
