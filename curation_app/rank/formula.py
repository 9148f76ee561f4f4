"""Chance of being bad where no self-test speaks: from a p-value, or from a Bayes factor, with the share of bad rows usually met."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

# Share of bad rows assumed of a detector that was not self-tested: human labels err at 3-10 % (Northcutt 2021), the rest is rarer.
USUAL_PRIOR: Mapping[str, float] = MappingProxyType({"label": 0.05, "copies": 0.05, "far": 0.02})
OTHER_PRIOR = 0.02
# Families whose surprise is the logarithm of a Bayes factor, all candidates counted, and not of a p-value.
BAYESIAN = frozenset({"rule"})
# Prior odds of a planted rule: exp(-6), so that the 6 nats from which a detector calls a rule of a table or a picture a case leave it as
# likely planted as not; 8 nats (texts) are then 88 %, and the 3 nats of the strongest accident in a clean table 5 %.
RULE_PRIOR_NATS = 6.0
# A chance is never reported as certainty.
SUREST = 0.99
# A rule speaks with all its rows, any other surprise of a row with one: where both are as sure as they may be, the rule's rows come first.
# Learned chances end at .991 (a nudge keeps their order); no reader sees the difference. So it is with packed groups and floods, no row of
# which is as sure alone.
SUREST_RULE, SUREST_GROUP = 0.992, 0.9915
GROUPED = frozenset({"spike", "copies"})
# Families that speak against a row for what lies near it.
NEARNESS = frozenset({"spike", "copies", "label", "far"})
# How packed a row is has a tail that falls faster than the exponential one it is judged by, wherever the data is not packed by nature (of
# 4,000 clean digits 336 rows reach a surprise of 1, 153 one of 1.5 and none one of 2). Between so much of it such a row comes to be doubted
# nearly to even odds, whatever else was looked at; beyond, it is told as other finds are.
LIGHT_TAILED, LIGHT_FROM, LIGHT_TO, LIGHT_MOST = frozenset({"spike"}), 1.5, 2.25, 0.45
NATS_PER_DECADE = float(np.log(10.0))


def formula_precision(family: str, surprise: np.ndarray, looks: int = 1) -> np.ndarray:
    """(n,) chance of being bad by the family's formula, NaN where ``surprise`` is; ``looks`` families looked."""
    surprise = np.asarray(surprise, dtype=np.float64)
    if family in BAYESIAN:
        return rule_precision(surprise)
    paid = np.maximum(surprise - np.log10(max(looks, 1)), 0.0)
    chance = fallback_precision(paid, USUAL_PRIOR.get(family, OTHER_PRIOR), SUREST_GROUP if family in GROUPED else SUREST)
    if family in LIGHT_TAILED:
        chance = np.maximum(chance, LIGHT_MOST * np.clip((surprise - LIGHT_FROM) / (LIGHT_TO - LIGHT_FROM), 0.0, 1.0))
    return chance


def rule_precision(surprise: np.ndarray) -> np.ndarray:
    """Chance that a rule was planted: prior odds times Bayes factor, at most 0.992 and 0 at no surprise.

    Examples
    --------
    >>> rule_precision(np.array([0.0, 3.0, 6.0, 8.0]) / NATS_PER_DECADE).round(2)
    array([0.  , 0.05, 0.5 , 0.88])
    """
    nats = np.minimum(np.asarray(surprise, dtype=np.float64) * NATS_PER_DECADE, 300.0)
    chance = 1.0 / (1.0 + np.exp(RULE_PRIOR_NATS - nats))
    # Below one nat there is no rule to speak of: the chance falls to 0 in a straight line, so that the order is kept.
    return np.minimum(chance * np.minimum(nats, 1.0), SUREST_RULE)


def fallback_precision(surprise: np.ndarray, prior: float, surest: float = SUREST) -> np.ndarray:
    """Chance of being bad without a self-test: the largest odds that a p-value of ``10 ** -surprise`` can justify.

    Above a surprise of 0.43 the Bayes factor against "clean" is at most ``-1 / (e p ln p)``; below, the chance falls to 0 in
    a straight line, so that the order is kept. Never above ``surest``.

    References
    ----------
    Sellke, Bayarri & Berger (2001), Calibration of p values for testing precise null hypotheses.

    Examples
    --------
    >>> fallback_precision(np.array([0.0, 2.0, 4.0]), 0.05).round(2)
    array([0.  , 0.3 , 0.95])
    """
    surprise = np.asarray(surprise, dtype=np.float64)
    start = 1.0 / np.log(10.0)
    nats = np.maximum(np.minimum(surprise, 300.0), start) * np.log(10.0)
    odds = prior / (1.0 - prior) * np.exp(nats - 1.0) / nats
    chance = odds / (1.0 + odds) * np.minimum(surprise / start, 1.0)
    return np.minimum(chance, surest)


def told_surprise(family: str, surprise: float, looks: int) -> float:
    """Surprise of a group once the number of families that looked is paid for; a Bayes factor has paid in its prior."""
    return float(surprise) if family in BAYESIAN else float(surprise - np.log10(max(looks, 1)))


def group_chance(family: str, surprise: float, looks: int) -> float:
    """Chance that a group of this surprise is no accident."""
    return min(float(formula_precision(family, np.array([max(surprise, 0.0)]), looks)[0]), SUREST)
