"""Characters that a reader cannot see: a way to hide a trigger, so they are kept and counted."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

# Unicode 16: C0 and C1 controls but tab and line ends; soft hyphen, joiners and fillers without width; bidirectional controls;
# tags and the supplementary variation selectors. The two selectors that choose an emoji's form are ordinary text.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def count_hidden(columns: Iterable[np.ndarray], rows: int) -> np.ndarray:
    """(rows,) int32: hidden characters in the text cells of each row."""
    counts = np.zeros(rows, dtype=np.int32)
    for column in columns:
        if column.dtype != object:
            continue
        for row, value in enumerate(column.tolist()):
            if isinstance(value, str) and not (value.isascii() and value.isprintable()):
                counts[row] += len(_HIDDEN.findall(value))
    return counts
