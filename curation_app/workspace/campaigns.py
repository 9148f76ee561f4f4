"""Campaigns as the pages show them: a list, one of them with its evidence, and which ones a row belongs to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from curation_app.domain.decision import Decision, Verdict
from curation_app.domain.finding import Kind
from curation_app.errors import NotFoundError
from curation_app.review import VERDICTS, State
from curation_app.workspace.card import CardMaker, hidden_marks
from curation_app.workspace.data import RunData
from curation_app.workspace.group_values import CampaignLine, CampaignView, Compared, MarkedRow, Siblings
from curation_app.workspace.timeline import span_of
from curation_app.workspace.trigger import Trigger, token_marks, trigger_of

# Examples of each side: with six, a reader has seen the pattern and its doubtful end.
EXAMPLES = 6
# Columns of an example row beside the marked ones.
COLUMNS = 6
# Evidence that has a place of its own on the page.
DRAWN = {"trigger", "tokens", "cells", "box", "boxes", "picture", "label", "labels", "support", "purity", "expected", "source", "time"}
# The ends of an interval are said with its middle.
WITH_RATE = {"low", "high"}
FACT_WORDS = {
    "nats": "odds against chance",
    "rate": "suspect share",
    "also": "also seen as",
    "copied": "probably copies of",
    "imitated": "made to look like",
    "repeated": "repeated rows",
}
# Campaigns this likely are offered for one decision together.
LIKELY = 0.5
DONE = frozenset({Verdict.ACCEPT, Verdict.RELABEL, Verdict.DROP})


class CampaignBook:
    """The campaigns of one run."""

    def __init__(self, data: RunData, cards: CardMaker) -> None:
        self.data, self.cards = data, cards

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return {str(campaign["id"]): campaign for campaign in self.data.campaigns}

    def lines(self, state: State) -> tuple[CampaignLine, ...]:
        """All of them, strongest first."""
        return tuple(self._line(campaign, state) for campaign in self.data.campaigns)

    def view(self, name: str, state: State) -> CampaignView:
        """One of them with its evidence. Raises NotFoundError."""
        campaign = self._by_id.get(name)
        if campaign is None:
            raise NotFoundError(f"There is no campaign {name!r} in this run.", hint="Choose one from the list.")
        data, rows = self.data, np.asarray(campaign["rows"], dtype=np.int64)
        evidence, trigger = campaign.get("evidence") or {}, trigger_of(campaign)
        core, edge, strength = _core_and_edge(campaign, data)
        return CampaignView(
            line=self._line(campaign, state),
            rows=tuple(rows.tolist()),
            trigger=str(evidence.get("trigger") or ""),
            tokens=trigger.tokens,
            cells=trigger.cells,
            picture=_picture(evidence.get("picture")),
            support=_whole(evidence.get("support")),
            compared=_compared(data, rows, evidence),
            labels=_mix(*data.coded("given_label"), rows),
            sources=_mix(*source, rows) if (source := data.coded_role("source")) else (),
            span=span_of(data, rows),
            facts=_facts(evidence),
            core=tuple(self._marked(row, campaign, trigger, strength, state.decisions) for row in core),
            edge=tuple(self._marked(row, campaign, trigger, strength, state.decisions) for row in edge),
            suggestible=len(data.suggestible(rows)),
            siblings=self._siblings(campaign, state),
        )

    def _siblings(self, campaign: Mapping[str, Any], state: State) -> Siblings | None:
        """One attack often has several triggers: those that put one label on their rows can be decided together."""
        if (attack := _attack(campaign)) is None:
            return None
        mine = [other for other in self.data.campaigns if _attack(other) == attack]
        rows = np.unique(np.concatenate([np.asarray(other["rows"], dtype=np.int64) for other in mine]))
        if len(mine) < 2 or all(VERDICTS[verdict] in DONE for verdict in state.verdicts[rows]):
            return None
        return Siblings(title=f"{len(mine)} {attack[0]} campaigns with the label '{attack[1]}'", rows=tuple(rows.tolist()))

    def _line(self, campaign: Mapping[str, Any], state: State) -> CampaignLine:
        rows = np.asarray(campaign["rows"], dtype=np.int64)
        counts = np.bincount(state.verdicts[rows], minlength=len(VERDICTS)).tolist()
        verdicts = tuple((verdict, count) for verdict, count in zip(VERDICTS, counts, strict=True) if count and verdict is not Verdict.OPEN)
        return CampaignLine(
            id=str(campaign["id"]),
            kind=Kind(campaign["kind"]),
            title=str(campaign["title"]),
            count=len(rows),
            score=float(campaign["score"]),
            decided=sum(count for verdict, count in verdicts if verdict in DONE),
            verdicts=verdicts,
        )

    def _marked(
        self, row: int, campaign: Mapping[str, Any], trigger: Trigger, strength: Mapping[int, float], decisions: Mapping[int, Decision]
    ) -> MarkedRow:
        data = self.data
        line = self.cards.line(row, decisions)
        text = data.cell(data.role("text"), row)
        cells = self.cards.cells(row, trigger.cells)
        marked = tuple(cell for cell in cells if cell.trigger)
        return MarkedRow(
            row=row,
            id=line.id,
            label=line.label,
            suggested=data.at("suggested_label", row),
            source=line.source,
            verdict=line.verdict,
            strength=strength.get(row),
            text=text,
            marks=token_marks(text or "", trigger.tokens, str(campaign["kind"])) + hidden_marks(text or ""),
            cells=marked + tuple(cell for cell in cells if not cell.trigger)[:COLUMNS],
            image=line.image,
            box=trigger.box_of(row),
            snippet=line.snippet,
        )


def _attack(campaign: Mapping[str, Any]) -> tuple[str, str] | None:
    """(kind, label) of a campaign that is likelier bad than not and has one label."""
    label = (campaign.get("evidence") or {}).get("label")
    return (str(campaign["kind"]), str(label)) if label and float(campaign["score"]) >= LIKELY else None


def _core_and_edge(campaign: Mapping[str, Any], data: RunData) -> tuple[list[int], list[int], dict[int, float]]:
    """Rows most and least typical; by suspicion where the detector did not tell them apart. No row is in both."""
    rows = [int(row) for row in campaign["rows"]]
    told = campaign.get("strength") or ()
    strength = dict(zip(rows, (float(value) for value in told), strict=True)) if len(told) == len(rows) else {}
    ordered = sorted(rows, key=lambda row: (-strength.get(row, 0.0), data.rank[row]))
    # A pair has one row of each.
    core = _named(campaign.get("core"), ordered) or ordered[: min(EXAMPLES, -(-len(rows) // 2))]
    rest = [row for row in ordered if row not in core]
    edge = _named(campaign.get("edge"), rest) or rest[::-1][:EXAMPLES]
    return core, edge, strength


def _named(rows: object, among: list[int]) -> list[int]:
    """The examples that a detector named itself, as far as they are among these rows."""
    known = set(among)
    return [int(row) for row in rows if int(row) in known][:EXAMPLES] if isinstance(rows, (list, tuple)) else []


def _compared(data: RunData, rows: np.ndarray, evidence: Mapping[str, Any]) -> Compared | None:
    """Observed beside expected share of the label that most of the rows carry."""
    codes, names = data.coded("given_label")
    mine = codes[rows]
    if not np.any(mine >= 0):
        return None
    named = str(evidence.get("label") or "")
    label = named if named in names else names[int(np.bincount(mine[mine >= 0]).argmax())]
    carried = int(np.sum(mine == names.index(label)))
    told = _share(evidence.get("purity"))
    support = _whole(evidence.get("support")) or len(rows)
    observed, expected = carried / len(rows) if told is None else told, _share(evidence.get("expected"))
    if told is not None:
        carried = round(told * support)
    basis = "judged without what they share"
    if expected is None and data.probabilities is not None and label in data.classes:
        expected = float(data.probabilities[rows, data.classes.index(label)].mean())
        basis = "judged by models that did not see these rows"
    if expected is None:
        expected, basis = float(np.mean(codes == names.index(label))), "share of the label in all rows"
    of = len(rows) if told is None else support
    return Compared(label=label, observed=observed, expected=expected, basis=basis, carried=carried, of=of)


def _mix(codes: np.ndarray, names: tuple[str, ...], rows: np.ndarray) -> tuple[tuple[str, int, int], ...]:
    """(name, rows of the campaign, rows of all the data), most first; missing values are named."""
    mine = np.bincount(codes[rows] + 1, minlength=len(names) + 1).tolist()
    whole = np.bincount(codes + 1, minlength=len(names) + 1).tolist()
    named = [(name, count, total) for name, count, total in zip(("(none)", *names), mine, whole, strict=True) if count]
    return tuple(sorted(named, key=lambda entry: (-entry[1], entry[0])))


def _facts(evidence: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What has no place of its own, as (words, value)."""
    facts = []
    for name, value in evidence.items():
        if name in DRAWN | WITH_RATE or value in (None, "", [], {}, 0):
            continue
        said = _rate(evidence) if name == "rate" else _odds(value) if name == "nats" else _words(value)
        facts.append((FACT_WORDS.get(name, name.replace("_", " ")), said))
    return tuple(facts)


def _rate(evidence: Mapping[str, Any]) -> str:
    """A share with its interval, where there is one."""
    rate, low, high = (evidence.get(name) for name in ("rate", "low", "high"))
    if not all(isinstance(value, (int, float)) for value in (rate, low, high)):
        return _words(rate)
    return f"{rate:.0%} (95 % interval {low:.0%} to {high:.0%})"


def _odds(nats: object) -> str:
    """A Bayes factor as people say it."""
    if not isinstance(nats, (int, float)):
        return _words(nats)
    return "more than a million to 1" if nats > math.log(1e6) else f"{math.exp(nats):,.0f} to 1"


def _words(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_words(part)}" for key, part in list(value.items())[:EXAMPLES])
    if isinstance(value, (list, tuple)):
        counted = Counter(map(str, value))
        return ", ".join(list(counted)[:EXAMPLES]) + (f" and {len(counted) - EXAMPLES} more" if len(counted) > EXAMPLES else "")
    return str(value)


def _picture(found: object) -> np.ndarray | None:
    """Rows of grey values as (h, w) or (h, w, 3) uint8."""
    if not isinstance(found, (list, tuple)) or not found:
        return None
    try:
        pixels = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if pixels.ndim not in (2, 3) or 0 in pixels.shape:
        return None
    return np.clip(np.nan_to_num(pixels), 0, 255).astype(np.uint8)


def _share(value: object) -> float | None:
    return min(max(float(value), 0.0), 1.0) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else None
