"""The queue after some verdicts: chances follow what was found true, and a confirmed campaign lifts the rows that belong to it.

Pure arithmetic on stored arrays: nothing is detected again, and a hundred thousand rows take a few tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation_app.rank.blend import blend_verdicts
from curation_app.rank.calibration import Calibration, Curve
from curation_app.rank.formula import SUREST, formula_precision
from curation_app.rank.planting import rarity
from curation_app.rank.voices import Voice, families, told

# The rows of a campaign stand or fall together: two verdicts weigh as much as what the detectors said of it.
CAMPAIGN_WEIGHT = 2.0
# Where a formula speaks, verdicts are counted in bins around these surprises: one in 3, 10, 30 ... rows.
FORMULA_BINS = np.arange(0.0, 6.5, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Rows of one campaign, its chance of being no accident, and how typical each row is of it (empty: all equally)."""

    rows: np.ndarray
    score: float
    strength: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Voices with their chances, worked out once a run by :func:`hear` and used for every :func:`rerank`.

    Attributes
    ----------
    positions
        For each voice the (n,) place on its curve: rarity, or surprise where a formula speaks.
    chances
        (voices, n) chance of being bad, 0 where a voice is silent.
    winner
        (n,) index of the voice that a row's suspicion comes from, -1 without any; nor has a row any whose chance is not its curve's (it is
        imitated, or far and contradicted): a verdict on it says nothing of others with such a surprise.
    strongest
        (n,) largest surprise, which orders rows of one suspicion.
    """

    curves: tuple[Curve, ...]
    positions: tuple[np.ndarray, ...]
    chances: np.ndarray
    winner: np.ndarray
    strongest: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """(n,) suspicion in [0, 1], rank (a permutation, 1 = look here first) and flagged, as in ``Queue``."""

    suspicion: np.ndarray
    rank: np.ndarray
    flagged: np.ndarray

    def order(self) -> np.ndarray:
        """(n,) int64 row numbers, most suspicious first."""
        return np.argsort(self.rank, kind="stable")


def hear(voices: Sequence[Voice], calibration: Calibration, codes: np.ndarray | None = None, imitated: np.ndarray | None = None) -> Heard:
    """Everything about a run that verdicts do not change.

    ``voices`` are the detectors that looked (outcome issue or passed), ``codes`` the (n,) labels, -1 = none, and ``imitated`` the (n,) most
    that nearness may count, 1 where no other row imitates this one.
    """
    rows = len(voices[0].surprise) if voices else 0
    most = np.ones(rows) if imitated is None else imitated
    said = told(voices, calibration, np.full(rows, -1) if codes is None else codes, most)
    looks, curves, positions, surprises = families(voices), [], [], []
    for voice in voices:
        surprise = np.asarray(voice.surprise, dtype=np.float64)
        scored = np.isfinite(surprise)
        known = calibration.curves.get(voice.code)
        place = surprise.copy()
        if known is not None:
            place[scored] = rarity(surprise[scored], np.sort(surprise[scored]))
        curves.append(known if known is not None else _formula_curve(voice.family, looks))
        positions.append(place)
        surprises.append(np.nan_to_num(surprise, nan=0.0))
    stacked = np.nan_to_num(np.stack(said.chances), nan=0.0) if voices else np.zeros((0, rows))
    best = stacked.max(axis=0) if voices else np.zeros(rows)
    winner = np.where(best > 0, np.where(stacked == best, np.stack(surprises), -1.0).argmax(axis=0), -1) if voices else np.full(rows, -1)
    winner[(most < 1.0) | ((said.both > 0) & (best == said.both))] = -1
    strongest = np.stack(surprises).max(axis=0) if voices else np.zeros(rows)
    return Heard(curves=tuple(curves), positions=tuple(positions), chances=stacked, winner=winner, strongest=strongest)


def rerank(heard: Heard, decided: np.ndarray, bad: np.ndarray, campaigns: Sequence[Members] = (), *, flag_at: float = 0.5) -> Reranked:
    """New chances and a new order after verdicts.

    Parameters
    ----------
    heard
        From :func:`hear`, once a run.
    decided
        (v,) row numbers that somebody decided about.
    bad
        (v,) bool: the row was relabelled or dropped, not kept.
    campaigns
        The run's campaigns. A verdict on some of its rows counts for all: the undecided rows of a confirmed one rise to its new
        chance times how typical they are; those of a rejected one fall by as much as it did, where nothing else speaks louder.
    flag_at
        The recipe's cut.

    Returns
    -------
    Reranked
        For all rows, the decided ones included (their chance is what the detectors would now say, not the verdict).
    """
    decided, bad = np.asarray(decided, dtype=np.int64), np.asarray(bad, dtype=bool)
    chances = heard.chances.copy()
    for index, curve in enumerate(heard.curves):
        spoke = heard.winner[decided] == index
        if spoke.any():
            places = heard.positions[index]
            after = blend_verdicts(curve, places[decided[spoke]], bad[spoke])
            shift = np.interp(np.nan_to_num(places, nan=0.0), curve.rarity, after.precision - curve.precision)
            silent = chances[index] <= 0.0
            chances[index] = np.where(silent, 0.0, np.clip(chances[index] + shift, 0.0, np.maximum(chances[index], SUREST)))
    suspicion = chances.max(axis=0) if len(chances) else np.zeros(len(heard.strongest))
    verdict = np.full(len(suspicion), -1, dtype=np.int8)
    verdict[decided] = bad
    for members in campaigns:
        _carry_over(members, verdict, suspicion)
    order = np.lexsort((np.arange(len(suspicion)), -heard.strongest, -suspicion))
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(1, len(order) + 1)
    return Reranked(suspicion=suspicion, rank=position, flagged=suspicion >= flag_at)


def _carry_over(members: Members, verdict: np.ndarray, suspicion: np.ndarray) -> None:
    """Verdicts on some rows of a campaign move the others."""
    rows = members.rows
    told = verdict[rows]
    seen = int(np.sum(told >= 0))
    if seen == 0 or seen == len(rows):
        return
    before = min(max(members.score, 1e-6), SUREST)
    after = (CAMPAIGN_WEIGHT * before + float(np.sum(told == 1))) / (CAMPAIGN_WEIGHT + seen)
    typical = members.strength if len(members.strength) else np.ones(len(rows))
    open_rows, typical = rows[told < 0], typical[told < 0]
    if after >= before:
        suspicion[open_rows] = np.maximum(suspicion[open_rows], np.minimum(after, SUREST) * typical)
    else:
        suspicion[open_rows] *= after / before


def _formula_curve(family: str, looks: int) -> Curve:
    """The formula at a few surprises, so that verdicts can bend it there."""
    return Curve(rarity=FORMULA_BINS, precision=formula_precision(family, FORMULA_BINS, looks), prior=0.0, highest_prior=1.0, planted=0)
