"""One queue from all findings: for each row the family with the highest chance of being right, never an average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation_app.domain.finding import SPEAKS_AT, Finding, Kind, Outcome
from curation_app.domain.queue import Queue
from curation_app.domain.recipe import Recipe
from curation_app.domain.representation import Representation
from curation_app.rank.calibration import Calibration
from curation_app.rank.campaigns import campaign_of, edge_of, gather_campaigns
from curation_app.rank.estimate import estimate_bad
from curation_app.rank.far_and_contradicted import FAR
from curation_app.rank.formula import group_chance
from curation_app.rank.quota import in_turns
from curation_app.rank.voices import Voice, families, told

# A finding also speaks against a common row that is bad with such a chance: where a fifth of the labels is wrong, no wrong one is rare.
LIKELY = 0.1
# A pack more likely put there than not makes the rows that it imitates innocent.
MORE_LIKELY = 0.5
SILENCE = "No detector speaks against this row."
BOTH = " Its label is contradicted as well, which few rows so far away are by nature."
IMITATED = "Rows with another label seem to have been made to look like this one."
_LOOKED = frozenset({Outcome.ISSUE, Outcome.PASSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One finding with its chances: (n,) surprise with 0 for NaN, (n,) precision with NaN where it did not look."""

    finding: Finding
    surprise: np.ndarray
    precision: np.ndarray

    @property
    def speaks(self) -> np.ndarray:
        """(n,) bool: rows that it has something to say against."""
        return (self.surprise >= SPEAKS_AT) | (np.nan_to_num(self.precision) >= LIKELY)


def rank(findings: Sequence[Finding], representation: Representation, recipe: Recipe, *, calibration: Calibration | None = None) -> Queue:
    """Order all rows, most suspicious first.

    ``suspicion`` is the largest chance of being bad over the findings, by the calibration's curves, or the formula where there is none;
    rows that are far and contradicted are told together, and nearness counts less against rows that a pack was made to look like;
    ``rank`` follows it, then rows at the edge of a campaign come last, then the largest surprise less log10 of the number of families
    decides, then the row number; with the recipe's ``quota`` the families take turns instead.
    """
    rows = len(representation)
    curves = calibration or Calibration()
    looked = [finding for finding in findings if finding.outcome in _LOOKED and bool(np.any(np.isfinite(finding.surprise)))]
    voices = [Voice(code=finding.code, family=finding.family, surprise=finding.surprise) for finding in looked]
    looks = families(voices)
    imitated = _imitated(looked, rows, looks)
    heard = told(voices, curves, representation.codes, imitated)
    judged = tuple(
        Judged(finding=finding, surprise=np.nan_to_num(finding.surprise, nan=0.0), precision=precision)
        for finding, precision in zip(looked, heard.chances, strict=True)
    )
    suspicion, winner = _fused(judged, rows)
    strongest = _strongest(judged, rows) - np.log10(max(looks, 1))
    campaigns = gather_campaigns(looked, looks)
    order = np.lexsort((np.arange(rows), -strongest, edge_of(campaigns, rows), -suspicion))
    if recipe.quota:
        order = in_turns(order, _by_family(judged))
    position = np.empty(rows, dtype=np.int64)
    position[order] = np.arange(1, rows + 1)
    flagged = suspicion >= recipe.flag_at
    by_kind = _by_kind(judged)
    kind = _kinds(judged, winner, rows)
    reason = _reasons(judged, winner, rows)
    far = np.array([item.finding.code == FAR for item in judged] + [False], dtype=bool)[winner]
    reason[far & (heard.both > 0) & (suspicion == heard.both) & (kind != Kind.NONE.value)] += BOTH
    suggested = _suggested(judged, winner, rows)
    innocent = (imitated < MORE_LIKELY) & (suspicion <= imitated)
    kind[innocent], reason[innocent], suggested[innocent] = Kind.NONE.value, IMITATED, -1
    return Queue(
        suspicion=suspicion,
        rank=position,
        flagged=flagged,
        kind=kind,
        by_kind=by_kind,
        campaign=campaign_of(campaigns, rows),
        suggested=suggested,
        reason=reason,
        campaigns=campaigns,
        estimates=estimate_bad(looked, suspicion, kind, by_kind, curves),
    )


def _imitated(looked: Sequence[Finding], rows: int, looks: int) -> np.ndarray:
    """(n,) the most that a row's nearness to others may count: 1, and for one that others imitate the chance that they are an accident."""
    most = np.ones(rows)
    for finding in looked:
        for group in finding.groups:
            rows_imitated = list(group.imitated)
            most[rows_imitated] = np.minimum(most[rows_imitated], 1.0 - group_chance(finding.family, group.surprise, looks))
    return most


def _fused(judged: Sequence[Judged], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """((n,) largest chance, (n,) index of the finding it comes from, -1 where none looked)."""
    if not judged or rows == 0:
        return np.zeros(rows), np.full(rows, -1)
    chances = np.stack([np.nan_to_num(item.precision, nan=-1.0) for item in judged])
    surprises = np.stack([item.surprise for item in judged])
    best = chances.max(axis=0)
    # Several at the same chance: the more surprised one speaks.
    winner = np.where(chances == best, surprises, -1.0).argmax(axis=0)
    return np.clip(best, 0.0, 1.0), np.where(best >= 0, winner, -1)


def _strongest(judged: Sequence[Judged], rows: int) -> np.ndarray:
    return np.max(np.stack([item.surprise for item in judged]), axis=0) if judged else np.zeros(rows)


def _by_kind(judged: Sequence[Judged]) -> dict[Kind, np.ndarray]:
    kinds: dict[Kind, np.ndarray] = {}
    for item in judged:
        known = kinds.get(item.finding.kind)
        chance = np.clip(item.precision, 0.0, 1.0)
        kinds[item.finding.kind] = chance if known is None else np.fmax(known, chance)
    return kinds


def _by_family(judged: Sequence[Judged]) -> dict[str, np.ndarray]:
    families: dict[str, np.ndarray] = {}
    for item in judged:
        known = families.get(item.finding.family)
        families[item.finding.family] = item.precision if known is None else np.fmax(known, item.precision)
    return families


def _kinds(judged: Sequence[Judged], winner: np.ndarray, rows: int) -> np.ndarray:
    kind = np.full(rows, Kind.NONE.value, dtype=object)
    for position, item in enumerate(judged):
        kind[(winner == position) & item.speaks] = item.finding.kind.value
    return kind


def _suggested(judged: Sequence[Judged], winner: np.ndarray, rows: int) -> np.ndarray:
    """The winner's suggestion, or that of another finding that speaks."""
    suggested = np.full(rows, -1, dtype=np.int32)
    for position, item in enumerate(judged):
        if item.finding.suggested is not None:
            speaks = item.speaks & (item.finding.suggested >= 0)
            mine = speaks & ((winner == position) | (suggested < 0))
            suggested[mine] = item.finding.suggested[mine]
    return suggested


def _reasons(judged: Sequence[Judged], winner: np.ndarray, rows: int) -> np.ndarray:
    reason = np.full(rows, SILENCE, dtype=object)
    for position, item in enumerate(judged):
        for row in np.flatnonzero((winner == position) & item.speaks).tolist():
            reason[row] = item.finding.reasons.get(row, f"{item.finding.title}: unusual.")
    return reason
