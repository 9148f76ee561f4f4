"""A patch in words: how bright, how large, where."""

from __future__ import annotations

import numpy as np

from curation_app.detect.image_patch_region import Region

# A patch whose own pixels differ by more than this is a pattern, not one shade.
PLAIN = 80
_ROWS, _COLUMNS = ("upper", "middle", "lower"), ("left", "middle", "right")


def patch_in_words(region: Region, plane: str, shape: tuple[int, int], factor: int, *, moves: bool) -> str:
    """As "a bright 3 x 3 patch at the lower right corner"; sizes are in pixels of the original picture, height first."""
    high, wide = region.box[2] * factor, region.box[3] * factor
    size = "a single {} pixel" if high == wide == 1 else f"a {{}} {high} x {wide} patch"
    place = "that moves about" if moves else f"at the {_where(region, shape)}"
    return f"{size.format(_look(region, plane))} {place}"


def _look(region: Region, plane: str) -> str:
    inside, near = region.mean[region.mine], region.around[region.mine]
    difference = float(inside.mean() - near.mean())
    if plane != "grey":
        # One plane of colour differences does not tell which colour: red and yellow both lack blue.
        return "coloured"
    patterned = region.mine.size >= 4 and (float(np.ptp(inside)) > PLAIN or region.mine.mean() < 0.7)
    return "patterned" if patterned else "bright" if difference > 0 else "dark"


def _where(region: Region, shape: tuple[int, int]) -> str:
    top, left, high, wide = region.box
    row = _ROWS[min(2, int(3 * (top + high / 2) / shape[0]))]
    column = _COLUMNS[min(2, int(3 * (left + wide / 2) / shape[1]))]
    if row == column == "middle":
        return "centre"
    if row == "middle":
        return f"{column} edge"
    return f"{row} edge" if column == "middle" else f"{row} {column} corner"
