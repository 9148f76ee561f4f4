"""How much fine detail a picture has: noise over all of it, which neither edges nor the coarse picture show."""

from __future__ import annotations

import numpy as np

# Pictures measured at once.
BLOCK = 2_048
# A flat picture has no logarithm: detail below half a step of grey counts as this.
SMALLEST = 0.5


def fine_detail(images: np.ndarray) -> np.ndarray:
    """Logarithm of each picture's noise, in steps of grey.

    Parameters
    ----------
    images
        (n, h, w) or (n, h, w, 3) uint8.

    Returns
    -------
    np.ndarray
        (n,) float64: mean absolute answer to a mask that straight edges do not excite; all alike for pictures below 3 x 3.

    References
    ----------
    Immerkaer (1996), Fast noise variance estimation.
    """
    if min(images.shape[1:3]) < 3:
        return np.zeros(len(images))
    return np.concatenate([_detail(images[start : start + BLOCK]) for start in range(0, len(images), BLOCK)] or [np.zeros(0)])


def _detail(images: np.ndarray) -> np.ndarray:
    grey = images.astype(np.float32)
    grey = grey.mean(axis=3) if grey.ndim == 4 else grey
    # Second differences down, then right: the mask (1, -2, 1) times its transpose.
    curved = np.diff(np.diff(grey, n=2, axis=1), n=2, axis=2)
    # The mask's own norm is 6: white noise of deviation one answers with six.
    strength = np.abs(curved).mean(axis=(1, 2), dtype=np.float64) * np.sqrt(np.pi / 2.0) / 6.0
    return np.log(strength + SMALLEST)
