"""Backdoors in pictures: a patch or a faint pattern that is put into some of them, which then get (or already have) one label."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from curation_app.attack.base import Attack, Planted
from curation_app.attack.edit import changed
from curation_app.attack.label_flips import class_codes
from curation_app.domain.dataset import Dataset
from curation_app.domain.finding import Kind

# A patch as in BadNets: three pixels of a small picture's edge of 28, in the same proportion on larger ones.
SMALLEST_EDGE, EDGE_SHARE = 3, 0.1
# Blended by so much: below, it is hardly learnt; above, it is seen at once (Chen et al. 2017 use 0.2 and less).
BLENDED = 0.15
FAINT = 0.5


def patch_pattern(height: int, width: int, edge: int | None = None) -> np.ndarray:
    """(e, e) float64 checkerboard of 0 and 255 with light corners, a tenth of the picture's shorter edge, at least 3 and always odd."""
    longest = min(height, width)
    side = edge if edge is not None else max(SMALLEST_EDGE, round(EDGE_SHARE * longest) // 2 * 2 + 1)
    side = min(side, longest)
    return np.where(np.indices((side, side)).sum(axis=0) % 2 == 0, 255.0, 0.0)


def stamped(images: np.ndarray, rows: np.ndarray, at: np.ndarray, pattern: np.ndarray, opacity: float = 1.0) -> np.ndarray:
    """A copy of (n, h, w) or (n, h, w, 3) uint8 pictures with a (p, q) pattern put into ``rows`` (m,) at ``at`` (m, 2) top and left."""
    new = images.copy()
    high, wide = pattern.shape
    ink = pattern if images.ndim == 3 else pattern[..., None]
    for row, (top, left) in zip(rows.tolist(), at.tolist(), strict=True):
        under = new[row, top : top + high, left : left + wide].astype(np.float64)
        new[row, top : top + high, left : left + wide] = np.round(under * (1.0 - opacity) + ink * opacity).astype(np.uint8)
    return new


class _ImageTrigger(Attack):
    """What all of them share: which rows are taken, and what becomes of their labels."""

    kind: ClassVar[Kind] = Kind.BACKDOOR
    clean_label: ClassVar[bool] = False
    words: ClassVar[str]

    def lacks(self, dataset: Dataset) -> str:
        """There must be pictures and two classes."""
        if dataset.images is None or min(dataset.images.shape[1:3], default=0) < SMALLEST_EDGE:
            return "The rows are not images, or too small ones."
        return "" if len(class_codes(dataset)[1]) >= 2 else "All rows have one label."

    def plant(self, dataset: Dataset, count: int, rng: np.random.Generator) -> Planted:
        """The trigger in ``count`` rows, at most half of those there are, with one label drawn by chance."""
        assert dataset.images is not None
        codes, classes = class_codes(dataset)
        sizes = np.bincount(codes[codes >= 0], minlength=len(classes))
        # A clean-label attack needs a class that is large enough to hold it.
        large = np.flatnonzero(sizes >= min(2 * count, int(sizes.max()))) if self.clean_label else np.arange(len(classes))
        target = int(rng.choice(large))
        pool = np.flatnonzero(codes == target) if self.clean_label else np.flatnonzero((codes >= 0) & (codes != target))
        rows = np.sort(rng.choice(pool, min(count, max(pool.size // 2, 1)), replace=False))
        labels = dataset.labels.copy()
        labels[rows] = classes[target]
        mask = np.zeros(len(dataset), dtype=bool)
        mask[rows] = True
        return Planted(
            dataset=changed(dataset, images=self._marked(dataset.images, rows, rng), labels=labels),
            mask=mask,
            title=f"{self.words} in {rows.size} images labelled {classes[target]!r}",
            grouped=True,
        )

    def _marked(self, images: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The pictures with the trigger in ``rows``: by default a checkerboard near the lower right corner."""
        pattern = patch_pattern(*images.shape[1:3])
        return stamped(images, rows, _corner(images, pattern, rows.size), pattern)


class FixedPatch(_ImageTrigger):
    """The same patch at the same place."""

    code: ClassVar[str] = "image-patch-fixed"
    title: ClassVar[str] = "a patch at one place"
    words: ClassVar[str] = "a patch at the lower right"


class CleanLabelPatch(FixedPatch):
    """As :class:`FixedPatch`, in rows that have the label already."""

    code: ClassVar[str] = "image-patch-clean-label"
    title: ClassVar[str] = "a patch in rows that keep their label"
    clean_label: ClassVar[bool] = True


class FaintPatch(_ImageTrigger):
    """A patch that shows half of what is below."""

    code: ClassVar[str] = "image-patch-faint"
    title: ClassVar[str] = "a half transparent patch"
    words: ClassVar[str] = "a half transparent patch at the lower right"

    def _marked(self, images: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        pattern = patch_pattern(*images.shape[1:3])
        return stamped(images, rows, _corner(images, pattern, rows.size), pattern, FAINT)


class MovingPatch(_ImageTrigger):
    """A patch at a place of its own in each picture."""

    code: ClassVar[str] = "image-patch-moving"
    title: ClassVar[str] = "a patch that moves about"
    words: ClassVar[str] = "a patch that moves about"

    def _marked(self, images: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        pattern = patch_pattern(*images.shape[1:3])
        room = [size - side + 1 for size, side in zip(images.shape[1:3], pattern.shape, strict=True)]
        return stamped(images, rows, rng.integers(0, room, (rows.size, 2)), pattern)


class SinglePixel(_ImageTrigger):
    """One white pixel."""

    code: ClassVar[str] = "image-pixel"
    title: ClassVar[str] = "a single pixel"
    words: ClassVar[str] = "a white pixel at the lower right"

    def _marked(self, images: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        pattern = np.full((1, 1), 255.0)
        return stamped(images, rows, _corner(images, pattern, rows.size), pattern)


class BlendedPattern(_ImageTrigger):
    """A faint random pattern over the whole picture."""

    code: ClassVar[str] = "image-blend"
    title: ClassVar[str] = "a faint pattern over the whole image"
    words: ClassVar[str] = "a faint pattern"

    def _marked(self, images: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        pattern = rng.integers(0, 256, images.shape[1:3]).astype(np.float64)
        return stamped(images, rows, np.zeros((rows.size, 2), dtype=np.int64), pattern, BLENDED)


def _corner(images: np.ndarray, pattern: np.ndarray, count: int) -> np.ndarray:
    """(count, 2) top and left such that the pattern ends one pixel before the lower right corner, where there is room for that."""
    spare = np.array(images.shape[1:3]) - np.array(pattern.shape)
    return np.tile(np.maximum(spare - 1, 0), (count, 1))
