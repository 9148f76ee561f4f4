"""What each detector said of every row, as chances of being bad: the same for a scan's queue and for its order after verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation_app.rank.calibration import Calibration
from curation_app.rank.far_and_contradicted import FAR, told_together
from curation_app.rank.formula import NEARNESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one detector said of every row.

    Attributes
    ----------
    code, family
        The detector's.
    surprise
        (n,) as stored, NaN = not scored.
    """

    code: str
    family: str
    surprise: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """For each voice the (n,) ``chances`` of being bad, NaN where it did not look; and the (n,) ``both`` of far and contradicted rows."""

    chances: tuple[np.ndarray, ...]
    both: np.ndarray


def families(voices: Sequence[Voice]) -> int:
    """How many families looked."""
    return len({voice.family for voice in voices})


def told(voices: Sequence[Voice], calibration: Calibration, codes: np.ndarray, imitated: np.ndarray) -> Told:
    """The chances of all voices.

    What speaks against a row by nearness counts no more than ``imitated`` (n,), which is 1 where no other row was made to look like it; far
    rows that are contradicted as well, ``codes`` (n,) being the labels, are told together.
    """
    both = np.minimum(told_together({voice.code: voice.surprise for voice in voices}, codes), imitated)
    looks, chances = families(voices), []
    for voice in voices:
        chance = calibration.precision(voice.family, np.asarray(voice.surprise, dtype=np.float64), looks, code=voice.code)
        if voice.family in NEARNESS:
            chance = np.minimum(chance, imitated)
        if voice.code == FAR:
            chance = np.maximum(chance, both)
        chances.append(chance)
    return Told(chances=tuple(chances), both=both)
