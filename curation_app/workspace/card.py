"""One row's evidence, gathered for one screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from curation_app.domain.decision import Decision, Verdict
from curation_app.domain.finding import SPEAKS_AT, Kind
from curation_app.workspace.card_values import Card, Cell, ClassChance, DetectorLine, GroupLine, NeighbourLine, SourceRecord
from curation_app.workspace.columns import Usual, usual, usual_number
from curation_app.workspace.data import RunData
from curation_app.workspace.rates import wilson
from curation_app.workspace.trigger import token_marks, trigger_of

# As many lines as fit a card beside the rest at 900 pixels; the map and "find similar" show more.
NEIGHBOURS, COPIES, CELLS, CHANCES = 5, 5, 24, 9


class CardMaker:
    """Makes cards of one run; keeps what is usual in each column."""

    def __init__(self, data: RunData) -> None:
        self.data = data
        self._usual: dict[str, Usual] = {}

    def card(self, row: int, decisions: Mapping[int, Decision]) -> Card:
        """The card of one row under the current decisions."""
        data = self.data
        decision = decisions.get(row, Decision(row=row))
        text_column = data.role("text")
        text = data.cell(text_column, row)
        groups = [data.campaigns[place] for place in data.campaigns_of.get(row, ())]
        triggers = [(str(group["kind"]), trigger_of(group)) for group in groups]
        marks = [mark for kind, trigger in triggers for mark in token_marks(text or "", trigger.tokens, kind)]
        return Card(
            row=row,
            id=data.at("id", row),
            rank=int(data.rank[row]),
            suspicion=float(data.suspicion[row]),
            kind=Kind(data.at("kind", row)),
            headline=data.at("reason", row),
            given=data.at("given_label", row),
            suggested=data.at("suggested_label", row),
            verdict=decision.verdict,
            verdict_label=decision.label,
            verdict_by=decision.by,
            version=decision.version,
            text=text,
            marks=(*marks, *hidden_marks(text or "")),
            image=data.image(row),
            cells=self.cells(row, {name: value for _, trigger in triggers for name, value in trigger.cells.items()}),
            chances=self._chances(row),
            neighbours=self._neighbours(row, decisions),
            copies=self._copies(row, decisions),
            detectors=self._detectors(row),
            source=self._source(row),
            campaign=data.at("campaign", row),
            hidden_characters=int(data.facts["hidden"][row].as_py() or 0),
            time=data.cell(data.role("time"), row),
            groups=tuple(_group_line(group) for group in groups),
            boxes=tuple(dict.fromkeys(box for _, trigger in triggers if (box := trigger.box_of(row)) is not None)),
        )

    def line(self, row: int, decisions: Mapping[int, Decision], distance: float = 0.0) -> NeighbourLine:
        """A row as one line of a list."""
        data = self.data
        return NeighbourLine(
            row=row,
            id=data.at("id", row),
            label=data.at("given_label", row),
            source=data.cell(data.role("source"), row),
            distance=distance,
            snippet=data.snippet(row),
            verdict=decisions[row].verdict if row in decisions else Verdict.OPEN,
            image=data.image(row),
        )

    def cells(self, row: int, shared: Mapping[str, str]) -> tuple[Cell, ...]:
        """The columns that fit, those ``shared`` with a campaign's other rows (column -> value) marked; they and unusual ones fit first."""
        cells = [replace(cell, trigger=cell.column in shared) for cell in self._cells(row, shared)]
        if len(cells) > CELLS:
            cells = sorted(cells, key=lambda cell: (not cell.trigger, not cell.unusual))[:CELLS]
        return tuple(cells)

    def _cells(self, row: int, shared: Mapping[str, str]) -> tuple[Cell, ...]:
        """Every column to choose from."""
        data = self.data
        if data.vectors is not None and not data.shown:
            return self._vector_cells(row, shared)
        text = data.role("text")
        cells = []
        for name in dict.fromkeys((*data.shown, *(name for name in shared if name in data.rows.column_names))):
            if name == text:
                continue
            if name not in self._usual:
                self._usual[name] = usual(data.rows[name])
            cells.append(self._usual[name].cell(name, data.cell(name, row)))
        return tuple(cells)

    def _vector_cells(self, row: int, shared: Mapping[str, str]) -> tuple[Cell, ...]:
        vectors = self.data.vectors
        assert vectors is not None
        values = vectors[row].astype(np.float64)
        if "__middle" not in self.__dict__:
            middle = np.nanmedian(vectors, axis=0)
            spread = np.nanmedian(np.abs(vectors - middle), axis=0) * 1.4826
            self.__dict__["__middle"] = (middle, np.where(spread > 0, spread, np.inf))
        middle, spread = self.__dict__["__middle"]
        far = np.argsort(-np.nan_to_num(np.abs(values - middle) / spread), kind="stable")[:CELLS]
        chosen = {*far.tolist(), *(place for place in range(len(values)) if f"x{place}" in shared)}
        cells = []
        for dimension in sorted(chosen):
            name = f"x{dimension}"
            if name not in self._usual:
                self._usual[name] = usual_number(vectors[:, dimension])
            cells.append(self._usual[name].cell(name, f"{values[dimension]:.5g}"))
        return tuple(cells)

    def _chances(self, row: int) -> tuple[ClassChance, ...]:
        """Classes by estimated likelihood, the given one always among them."""
        data = self.data
        given, suggested = data.at("given_label", row), data.at("suggested_label", row)
        if data.probabilities is None:
            return ()
        chances = data.probabilities[row]
        order = np.argsort(-chances, kind="stable").tolist()
        place = order.index(data.classes.index(given)) if given in data.classes else 0
        chosen = order[:CHANCES] if place < CHANCES else [*order[: CHANCES - 1], order[place]]
        return tuple(
            ClassChance(
                label=data.classes[code],
                chance=float(chances[code]),
                given=data.classes[code] == given,
                suggested=data.classes[code] == suggested,
            )
            for code in chosen
        )

    def _neighbours(self, row: int, decisions: Mapping[int, Decision]) -> tuple[NeighbourLine, ...]:
        data = self.data
        lines = []
        for other, distance in zip(data.neighbour_rows[row].tolist(), data.neighbour_distances[row].tolist(), strict=True):
            if data.copies[other] != data.copies[row]:
                lines.append(self.line(other, decisions, distance))
            if len(lines) == NEIGHBOURS:
                break
        return tuple(lines)

    def _copies(self, row: int, decisions: Mapping[int, Decision]) -> tuple[NeighbourLine, ...]:
        same = np.flatnonzero(self.data.copies == self.data.copies[row])
        return tuple(self.line(other, decisions) for other in same.tolist() if other != row)[:COPIES]

    def _detectors(self, row: int) -> tuple[DetectorLine, ...]:
        data = self.data
        lines = []
        for facts in data.info["detectors"]:
            name = facts["code"].replace("-", "_")
            surprise, sentence = (data.findings[f"{what}_{name}"][row].as_py() for what in ("surprise", "reason"))
            lines.append(
                DetectorLine(
                    code=facts["code"],
                    title=facts["title"],
                    kind=Kind(facts["kind"]),
                    outcome=facts["outcome"],
                    score=float(data.table[f"score_{name}"][row].as_py()),
                    surprise=float(surprise),
                    speaks=bool(sentence) or surprise >= SPEAKS_AT,
                    reason=sentence or facts["reason"],
                    rule=facts["rule"],
                )
            )
        return tuple(sorted(lines, key=lambda line: -np.nan_to_num(line.score, nan=-1.0)))

    def _source(self, row: int) -> SourceRecord | None:
        data = self.data
        column = data.role("source")
        source = data.cell(column, row)
        if column is None or source is None:
            return None
        codes, names = data.coded_role("source") or (np.zeros(0), ())
        theirs = codes == names.index(source)
        total, hits = int(theirs.sum()), int((theirs & data.flagged).sum())
        low, high = wilson(hits, total)
        return SourceRecord(
            source=source, rows=total, flagged=hits, rate=hits / total, low=low, high=high, overall=float(data.flagged.mean())
        )


def _group_line(group: Mapping[str, Any]) -> GroupLine:
    return GroupLine(id=str(group["id"]), kind=Kind(group["kind"]), title=str(group["title"]), count=len(group["rows"]))


def hidden_marks(text: str) -> tuple[tuple[int, int, str], ...]:
    """Spans (start, end, why) of characters that do not show."""
    marks = []
    for position, character in enumerate(text):
        if character not in "\t\n\r" and unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn"):
            marks.append((position, position + 1, f"hidden character U+{ord(character):04X}"))
    return tuple(marks)
