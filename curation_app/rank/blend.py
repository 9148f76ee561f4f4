"""Verdicts sharpen the expected precision: the more rows of a bin were judged, the more the judgements count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from curation_app.rank.calibration import Curve
from curation_app.rank.formula import SUREST
from curation_app.rank.monotone import rising_fit

# A bin's learned precision counts as much as this many verdicts.
PRIOR_WEIGHT = 20.0


def blend_verdicts(curve: Curve, rarity: np.ndarray, confirmed: np.ndarray) -> Curve:
    """The curve after some rows were decided.

    Parameters
    ----------
    curve
        As learned from planted rows.
    rarity
        (v,) rarity of the decided rows in this family: -log10 of the share of rows at least as surprised.
    confirmed
        (v,) bool: the row was bad (relabelled or dropped), not kept.

    Returns
    -------
    Curve
        Posterior mean of a beta prior of weight 20 at each point of the curve, still rising.
    """
    if len(rarity) == 0:
        return curve
    nearest = np.abs(np.asarray(rarity)[:, None] - curve.rarity[None, :]).argmin(axis=1)
    points = len(curve.rarity)
    seen = np.bincount(nearest, minlength=points)
    bad = np.bincount(nearest, weights=np.asarray(confirmed, dtype=np.float64), minlength=points)
    posterior = (PRIOR_WEIGHT * curve.precision + bad) / (PRIOR_WEIGHT + seen)
    return replace(curve, precision=np.minimum(rising_fit(posterior, PRIOR_WEIGHT + seen), SUREST))
